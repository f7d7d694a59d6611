"""Sentences that say themselves that a file is gone, and sentences that only look so."""

from __future__ import annotations

import pytest

from ctx.drift.gone_words import says_gone

GONE = """
The file `src/old.py` no longer exists.
`src/old.py` (deleted) held the retry loop.
The parser in `src/old.py` was folded into `src/new.py`.
`src/old.py` has since been merged into the scanner.
~~`src/old.py`~~ the scanner does it now
We removed `src/old.py` in June.
Removed the old file `src/old.py`.
`src/old.py`, `src/older.py` and `src/oldest.py` were removed.
`src/older.py` and `src/old.py` were removed.
Deleted: `src/older.py`, `src/old.py`
`src/old.py` → `src/new.py`
`src/old.py` is now `src/new.py`.
`src/old.py` is now part of the scanner.
`src/old.py` doesn't exist any more.
`src/old.py` does not exist anymore; use the scanner.
`src/old.py` is gone.
`src/old.py`, which was removed in 2.0, had it.
`src/old.py` [removed]
`src/old.py` — removed in 2.0
It used to live in `src/old.py`.
Formerly `src/old.py`.
The helper moved from `src/old.py` to `src/new.py`.
[the parser](src/old.py) was deleted.
`src/old.py` got absorbed by the scanner.
`src/old.py` was split into two modules.
`src/old.py` ceased to exist with 2.0.
There is no longer a `src/old.py`.
Removed in 2.0:\\n\\n- `src/older.py`\\n- `src/old.py`
These no longer exist:\\n- `src/old.py`
`src/old.py` wurde gelöscht.
Die Datei `src/old.py` existiert nicht mehr.
`src/old.py` gibt es nicht mehr.
`src/old.py` ist in `src/new.py` aufgegangen.
Wir haben `src/old.py` entfernt.
Le fichier `src/old.py` n'existe plus.
`src/old.py` a été supprimé en juin.
`src/old.py` a été fusionné dans `src/new.py`.
El archivo `src/old.py` ya no existe.
`src/old.py` fue eliminado.
Se ha movido `src/old.py`.
O arquivo `src/old.py` foi removido.
`src/old.py` não existe mais.
Il file `src/old.py` è stato rimosso.
`src/old.py` non esiste più.
`src/old.py` is verwijderd.
Plik `src/old.py` został usunięty.
Filen `src/old.py` finns inte längre.
Filen `src/old.py` er slettet.
`src/old.py` dosyası silindi.
Файл `src/old.py` удалён.
`src/old.py` больше не существует.
Файл `src/old.py` видалено.
`src/old.py` 已删除
文件 `src/old.py` 不再存在。
删除了 `src/old.py`
`src/old.py` は削除されました。
`src/old.py` はもう存在しない。
`src/old.py` 파일은 삭제되었습니다.
""".strip().splitlines()

THERE = """
The loop is in `src/old.py`.
`src/new.py` was replaced by `src/old.py`.
The parser was folded into `src/old.py`.
It was moved to `src/old.py`.
`src/new.py` was removed; `src/old.py` does it.
`src/new.py` no longer exists, but `src/old.py` does.
We removed the lock. `src/old.py` reads without it.
The flag was removed from the call in `src/old.py`.
`src/old.py` calls the hook that was removed in 2.0.
`src/old.py` deletes stale rows.
`src/old.py` removes what was marked.
Never delete rows; see `src/old.py`.
`src/old.py` must exist.
Moved the constants into `src/old.py`.
Der Parser wurde nach `src/old.py` verschoben.
Le module a été déplacé vers `src/old.py`.
Se movió a `src/old.py`.
`src/old.py` replaces the whole table.
`src/old.py` drops the cache first.
Before the release:\\n- `src/old.py` is checked
""".strip().splitlines()


def _says(line: str) -> bool:
    text = line.replace("\\n", "\n")
    at = text.index("src/old.py")
    return says_gone(text, at, at + len("src/old.py"))


@pytest.mark.parametrize("text", GONE)
def test_a_text_that_says_so(text: str) -> None:
    assert _says(text)


@pytest.mark.parametrize("text", THERE)
def test_a_text_that_does_not(text: str) -> None:
    assert not _says(text)

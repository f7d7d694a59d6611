"""Whether the words around a path say that its file has gone, moved or been merged into another."""

from __future__ import annotations

import re

_WINDOW = 160  # characters looked at on each side of a path
_CODE = r"`[^`\n]+`"
_JOIN = r"(?:,|;|/|&|\+|and|or|und|oder|et|ou|y|o|e|en|i|и|och|og|ve|、|和|及|と|와|과)"
# Further paths of a list: "`a.py`, `b.py` and `c.py` were removed".
_MORE = rf"(?:\s*(?:{_JOIN}\s*)+{_CODE})*"

_PARTICIPLES = (
    r"removed|deleted|renamed|moved|relocated|dropped|replaced|retired|folded|merged|absorbed|inlined|split|gone|dead"
    r"|obsolete|superseded|extracted|consolidated|archived|purged|dissolved"
)
_FILLERS = (
    r"(?:(?:file|module|script|folder|directory|package|class|page|test|itself|too|also|has|have|had|is|are|was|were"
    r"|been|being|got|gets|be|will|which|that|since|now|long|later|already|recently|finally|then|both|all|not|meanwhile"
    r"|entirely|completely|permanently|it|they|and)\s+|'s\s+|,\s*)"
)
# "no longer exists", "does not exist any more", "isn't there any longer", "ceased to exist", "went away".
_ABSENCE = (
    r"no\s+longer\s+(?:exists?|there|present|around|in\s+the|part|lives?|ships?|needed\s+and\s+gone)"
    r"|(?:do(?:es)?|did|is|are|was|were)(?:\s+not|n['’]t)\s+(?:exist|there|around|present)(?:\s+any\s*(?:more|longer))?"
    r"|ceased\s+to\s+exist|went\s+away|not\s+(?:exist|there)\s+any\s*(?:more|longer)"
    r"|(?:is|are)\s+history|(?:does\s+)?not\s+exist|became\s+`|(?:is\s+)?now\s+(?:in|at|called|named|part\s+of|lives|`)"
    r"|lives?\s+(?:now\s+)?(?:on\s+)?(?:in|at)\s+`"
)
# Stems of other languages: German, Dutch, French, Spanish, Portuguese, Italian, Polish, Czech, Scandinavian,
# Turkish, Russian and Ukrainian, Chinese, Japanese, Korean.
_FOREIGN = (
    r"gelöscht|entfernt|umbenannt|verschoben|ersetzt|aufgegangen|existiert\s+nicht\s+mehr|gibt\s+es\s+nicht\s+mehr"
    r"|verwijderd|hernoemd|verplaatst|vervangen|samengevoegd|bestaat\s+niet\s+meer"
    r"|supprim[ée]\w*|effacé\w*|renommé\w*|déplacé\w*|remplacé\w*|fusionné\w*|n['’]existe(?:nt)?\s+plus|disparu\w*"
    r"|eliminad\w+|borrad\w+|renombrad\w+|movid\w+|reemplazad\w+|fusionad\w+|ya\s+no\s+exist\w+"
    r"|removid\w+|excluíd\w+|apagad\w+|renomead\w+|substituíd\w+|não\s+existe\w*\s+mais|já\s+não\s+existe\w*|deixou\s+de\s+existir"
    r"|rimoss\w+|eliminat\w+|cancellat\w+|rinominat\w+|spostat\w+|sostituit\w+|non\s+esist\w+\s+più"
    r"|usunięt\w+|przeniesion\w+|zastąpion\w+|już\s+nie\s+istnieje|nie\s+istnieje\s+już|smazán\w*|odstraněn\w*|přesunut\w*|již\s+neexistuje"
    r"|borttag\w+|raderad\w*|flyttad\w*|finns\s+inte\s+längre|slettet|fjernet|flyttet|(?:findes|finnes)\s+ikke\s+(?:længere|lenger)"
    r"|silin\w+|kaldırıl\w+|taşın\w+|artık\s+(?:yok|mevcut\s+değil)"
    r"|удал[её]н\w*|перемещ[её]н\w*|перенес[её]н\w*|переименован\w*|заменён\w*|больше\s+(?:не\s+существует|нет)|не\s+существует"
    r"|видален\w*|переміщен\w*|більше\s+не\s+існує|вже\s+немає"
    r"|删除|刪除|移除|已[经經]?(?:被)?(?:删除|刪除|移除|移动|移動|改名|重命名|合并|合併|废弃|廢棄)|被(?:删除|刪除|移除|合并)|不再存在|已不存在|不存在了"
    r"|(?:削除|廃止|統合|移動|改名|リネーム)(?:さ|し|済)|存在しな|なくな(?:っ|り)|もうな"
    r"|삭제|제거|이동되|병합되|더\s*이상\s*(?:존재하지|없)"
)
_AFTER = re.compile(
    rf"{_MORE}\s*(?:→|->|=>|[(\[–—:,-]?\s*{_FILLERS}{{0,6}}(?:(?:{_PARTICIPLES})\b|{_ABSENCE})"
    rf"|(?P<foreign>[^`\n.;:!?。；]{{0,40}}?(?:{_CODE}[^`\n.;:!?。；]{{0,20}}?)?(?:{_FOREIGN})))",
    re.IGNORECASE,
)
# A word ahead of a path that makes it the new place: in languages where what happened is said behind it.
_DESTINATION = re.compile(
    r"(?<!\w)(?:nach|durch|naar|door|vers|par|para|por|till|til|przez|do|на|до|to|into|by)\s*$", re.IGNORECASE
)
_VERBS = (
    r"remov(?:ed?|es|ing|al\s+of)|delet(?:ed?|es|ing|ion\s+of)|renam(?:ed?|es|ing)|mov(?:ed?|es|ing)|drop(?:s|ped|ping)?"
    r"|replac(?:ed?|es|ing)|retir(?:ed?|es|ing)|former(?:ly)?|previously|used\s+to\s+(?:be|live)(?:\s+(?:in|at))?"
    r"|instead\s+of|no\s+longer(?:\s+(?:have|has|an?|any|use[sd]?|needs?|in))?|fold(?:ed|s|ing)|merg(?:ed?|es|ing)"
    r"|inlin(?:ed?|es|ing)|absorb(?:ed|s|ing)|got\s+rid\s+of|without|rm|git\s+rm"
)
_BEFORE = re.compile(
    rf"(?<!\w)(?:{_VERBS})[\s:]+(?:(?:the|our|its|old|unused|dead|whole|file|files|module|modules|script|folder|package|from|in|at)\s+)"
    rf"{{0,4}}(?:{_CODE}\s*(?:{_JOIN}\s*)*)*$"
    # In other languages a word that leads to the new place ("by", "to", "into") stands between.
    rf"|(?:{_FOREIGN})[了:]?\s*(?:(?:die|der|das|den|dem|le|la|les|el|los|o|a|os|il|lo|файл|модуль|datei|fichier|archivo|arquivo|plik)"
    rf"\s+){{0,2}}(?:{_CODE}\s*(?:{_JOIN}\s*)*)*$",
    re.IGNORECASE,
)
# "Removed in 2.0:" above the list in which the path stands.
_ANNOUNCED = re.compile(
    rf"(?<!\w)(?:{_PARTICIPLES}|no\s+longer\s+\w+|{_FOREIGN})(?!\w)[^\n]*:\s*$", re.IGNORECASE
)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_CLAUSE = re.compile(
    r"[.;!?](?=\s)|[。；！？]|\n\s*\n|\n\s*(?:[-*+]|\d{1,9}[.)]) |,\s+(?:but|so|while|whereas|aber)\s"
)


def says_gone(text: str, start: int, end: int) -> bool:
    """Whether a text says of the path at `start`..`end` that its file is no longer there."""
    left = text.rfind("\n\n", max(0, start - _WINDOW), start)
    lead = text[max(0, start - _WINDOW, left) : start].rstrip("`[(<")
    clause = _CLAUSE.split(lead)[-1]
    after = _behind(text, end)
    tail = text[after : after + _WINDOW].partition("\n\n")[0]
    told = _AFTER.match(tail)
    if told and told["foreign"] and _DESTINATION.search(clause):
        told = None
    return bool(told or _BEFORE.search(clause) or _is_struck(text, start, end) or _is_announced(text, start))


def _behind(text: str, end: int) -> int:
    """The offset behind what closes a code span or a link."""
    while end < len(text) and text[end] in "`)>":
        end += 1
    return end


def _is_struck(text: str, start: int, end: int) -> bool:
    """Whether the path stands between `~~` and `~~` on its line."""
    before = text[max(0, start - _WINDOW) : start].rpartition("\n")[2]
    return before.count("~~") % 2 == 1 and "~~" in text[end : end + _WINDOW].partition("\n")[0]


def _is_announced(text: str, start: int) -> bool:
    """Whether the path is in a list over which stands that these files are gone."""
    lines = text[max(0, start - 2000) : start].split("\n")
    if not _ITEM.match(lines[-1]):
        return False
    above = next((line for line in reversed(lines[:-1]) if line.strip() and not _ITEM.match(line)), "")
    return bool(_ANNOUNCED.search(above[-_WINDOW:]))

"""Pages of one decision: the front matter and the headings of an ADR, in the forms that teams use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ctx.model.fields import with_line_feeds

_FRONT = re.compile(
    r"\ufeff?---[ \t]*(?:\r\n|\n|\r)"
    r"(?P<inner>(?:(?:[ \t]+\S|#|-[ \t]|[\w\"'][^\r\n:]{0,60}:)[^\r\n]*(?:\r\n|\n|\r))*)"
    r"(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)"
)
_KEY = re.compile(
    r"^(?P<key>[A-Za-z][\w -]{0,40}?)[ \t]*:(?:[ \t]+(?P<value>[^\r\n]*?))?[ \t]*$", re.MULTILINE
)
_ITEM = re.compile(r"[ \t]*-[ \t]+(?P<value>[^\r\n]+?)[ \t]*(?:\r\n|\n|\r|\Z)")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'")
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*\Z")
_PLAIN = re.compile(r"(?:[\w(]|[^\x00-\x7f])(?:[^\r\n:#\"']|:(?! )|(?<! )#)*(?<![: ])\Z")

# What the headings of an ADR say, in the words of MADR and Nygard and of their translations.
_DECISION = frozenset(
    " ".join(name.split())
    for name in """
    decision, decision outcome, the decision, our decision, decision made, chosen option,
    entscheidung, entscheidungsergebnis, entscheidungsergebnisse, gewählte option,
    décision, résultat de la décision, option retenue, decisión, resultado de la decisión,
    decisão, resultado da decisão, decisione, esito della decisione, besluit, beslissing,
    решение, принятое решение, 决策, 决定, 决策结果, 決定, 決定事項, 決定内容, 결정, 결정 사항,
    decyzja, karar, beslut, rozhodnutí
    """.split(",")
)
_OTHER = frozenset(
    " ".join(name.split())
    for name in """
    status, state, context, context and problem statement, problem statement, background, problem,
    consequences, consequence, positive consequences, negative consequences, implications, impact,
    decision drivers, drivers, considered options, options, options considered, alternatives,
    alternatives considered, considered alternatives, pros and cons of the options, pros and cons,
    validation, confirmation, compliance, more information, links, related, related decisions,
    references, notes, note, rationale, reasoning, assumptions, constraints, date, deciders,
    decision makers, tags, summary, issue, motivation, argument, position, positions,
    kontext, kontext und problemstellung, konsequenzen, folgen, auswirkungen, alternativen, optionen,
    betrachtete optionen, betrachtete alternativen, entscheidungstreiber, einflussfaktoren,
    vor- und nachteile der optionen, vor- und nachteile, weitere informationen, begründung, datum,
    statut, contexte, contexte et problème, contexte et énoncé du problème, conséquences,
    options envisagées, options considérées, facteurs de décision, alternatives envisagées,
    estado, contexto, contexto y planteamiento del problema, contexto y problema, consecuencias,
    opciones consideradas, alternativas consideradas, alternativas, factores de decisión, fecha,
    consequências, contexto e problema, contexto e declaração do problema, opções consideradas,
    stato, contesto, conseguenze, opzioni considerate, alternative considerate, gevolgen, context en probleem,
    overwogen opties, статус, контекст, контекст и проблема, последствия, рассмотренные варианты,
    альтернативы, 状态, 背景, 上下文, 后果, 影响, 备选方案, 考虑的方案, ステータス, コンテキスト, 結果,
    検討した選択肢, 選択肢, 상태, 배경, 맥락, 결과, 고려한 대안, kontekst, konsekwencje, bağlam, durum,
    sonuçlar, konsekvenser, sammanhang, důsledky
    """.split(",")
)
_FORM = (
    r"(?:adr|madr|nygard|decision|decisions|learning|learnings|entry|page|short|long|full|minimal|bare|basic)"
)
_NO_ENTRY = re.compile(
    rf"(?:readme|_?index|toc|\d*[-_ ]*(?:{_FORM}[-_ ])*template(?:[-_ ]{_FORM})*|_template.*)\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)*[.)]?[ \t]+")


class FrontMatter(NamedTuple):
    """The YAML between `---` lines that a page begins with: where it ends, and its plain values by key.

    `close` is where its last line begins. `spans` says where in the text each value stands, quotes included;
    a value of several lines has none.
    """

    end: int
    close: int
    values: dict[str, str]
    spans: dict[str, tuple[int, int]]


_NONE = FrontMatter(0, 0, {}, {})


def front_matter(text: str) -> FrontMatter:
    """The front matter of a page; one that has none ends at 0."""
    match = _FRONT.match(text) if text[:4].lstrip("\ufeff").startswith("---") else None
    if match is None:
        return _NONE
    inner, base = match["inner"], match.start("inner")
    plain = with_line_feeds(inner)
    values: dict[str, str] = {}
    spans: dict[str, tuple[int, int]] = {}
    for found in _KEY.finditer(plain):
        key, raw = found["key"].strip().lower(), found["value"] or ""
        quoted = _QUOTED.match(raw)
        value = quoted[0] if quoted else _COMMENT.sub("", raw).rstrip()
        if key in values:
            continue
        if value:
            at = base + found.start("value")
            values[key], spans[key] = _unquoted(value), (at, at + len(value))
        else:
            values[key] = ", ".join(_items(plain, found.end() + 1))
    return (
        FrontMatter(match.end(), match.end("inner"), values, spans) if values or not inner.strip() else _NONE
    )


def _items(text: str, at: int) -> Iterable[str]:
    while match := _ITEM.match(text, at):
        yield _unquoted(match["value"])
        at = match.end()


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value.strip("[]") if value.startswith("[") else value


def yaml_value(text: str) -> str:
    """A one-line text as a value of YAML, in quotes where it needs them."""
    if _PLAIN.match(text) and ": " not in text and " #" not in text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_adr(names: Iterable[str]) -> bool:
    """Whether these headings below a title are those of an ADR: a decision, and two words that go with it."""
    said = [_bare(name) for name in names]
    decided = any(name in _DECISION for name in said)
    return len(said) > 1 and decided and any(name in _OTHER for name in said)


def is_adr_name(name: str) -> bool:
    """Whether a heading is one of those of an ADR."""
    return _bare(name) in _DECISION or _bare(name) in _OTHER


def holds_no_entry(page: str) -> bool:
    """Whether a page is a README, an index or a template by its name."""
    return _NO_ENTRY.match(page) is not None


def _bare(name: str) -> str:
    return _NUMBER.sub("", name.strip(), count=1).strip("*_: ").casefold()

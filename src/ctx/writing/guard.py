"""What must not get into a context unseen: secrets, and characters that nobody can see."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple, Protocol

from ctx.markdown.lines import split_lines

# The plugins of detect-secrets that know a token by its format, each with what every match of its patterns
# holds: importing a plugin takes longer than all else, so it is done only for a text that holds that. Plugins
# that guess, from entropy or from a word like `password` nearby, refuse prose.
_PLUGINS = (
    ("artifactory", "ArtifactoryDetector", r"AKC|AP[\dA-F]"),
    ("aws", "AWSKeyDetector", r"(?:A3T|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}|['\"][0-9a-zA-Z/+]{40}['\"]"),
    ("azure_storage_key", "AzureStorageKeyDetector", r"AccountKey="),
    ("basic_auth", "BasicAuthDetector", r"://[^\s/]*@"),
    (
        "cloudant",
        "CloudantDetector",
        r"(?i:cl(?:ou(?:dant)?)?[_-]?(?:api)?(?:key|pw|pass|token)|\.cloudant\.)",
    ),
    ("discord", "DiscordBotTokenDetector", r"[MNO][a-zA-Z\d_-]{23,25}\.[a-zA-Z\d_-]{6}\."),
    ("gitlab_token", "GitLabTokenDetector", r"gl[a-z]{2,5}-[\w-]{20}|GR1348941"),
    ("ibm_cloud_iam", "IbmCloudIamDetector", r"(?i:key|pwd|pass|word|token)[^\w-]*[0-9a-zA-Z_-]{44}"),
    ("ibm_cos_hmac", "IbmCosHmacDetector", r"[0-9a-fA-F]{48}"),
    ("jwt", "JwtTokenDetector", r"eyJ[\w=-]+\."),
    ("mailchimp", "MailchimpDetector", r"[0-9a-z]{32}-us"),
    ("npm", "NpmDetector", r"_authToken"),
    ("openai", "OpenAIDetector", r"T3BlbkFJ"),
    ("private_key", "PrivateKeyDetector", r"BEGIN .*PRIVATE KEY|PuTTY"),
    ("pypi_token", "PypiTokenDetector", r"pypi-Ag"),
    ("sendgrid", "SendGridDetector", r"SG\.[\w-]{22}"),
    ("slack", "SlackDetector", r"(?i:xox|hooks\.slack)"),
    ("softlayer", "SoftlayerDetector", r"[0-9a-zA-Z]{64}"),
    ("square_oauth", "SquareOAuthDetector", r"sq0csp"),
    ("stripe", "StripeDetector", r"k_live_"),
    ("telegram_token", "TelegramBotTokenDetector", r"\d{8}:[0-9A-Za-z_-]{35}"),
    ("twilio", "TwilioKeyDetector", r"(?:AC|SK)[a-z0-9]{32}"),
)
# One look that rules almost every line out: each of the tokens is a long run or holds one of the rest.
_POSSIBLE = re.compile(
    r"[0-9A-Za-z_-]{20,}|://[^\s/]*@|eyJ|AKC|AP[\dA-F]|BEGIN |PuTTY|_authToken|AccountKey=|sq0csp"
    r"|(?i:aws|xox|hooks\.slack)"
)
_WINDOW, _OVERLAP = 1000, 300  # characters of a long line looked at together
# What stands where a password would in an example.
_PLACEHOLDER = re.compile(
    r"[$<{%*\[].*|\.{3}|x+|changeme|change[-_]me|dummy|redacted|hidden|"
    r"(?:your|my|the)?[-_]?(?:password|passwd|pass|passphrase|pwd|pw|secret|token|key)",
    re.IGNORECASE,
)
# Words, and runs of one character, that a token holds only by a chance of one in many thousands.
_EXAMPLE = re.compile(r"example|your[-_]|[-_]here|placeholder|redacted|changeme|(\S)\1{7}", re.IGNORECASE)
_DOCUMENTED = frozenset({"sk_test_4eC39HqLyjWDarjtT1zdp7dc"})  # in a provider's own public pages
_LOGIN, _KEY_FILE = "Basic Auth Credentials", "Private Key"
_ADDRESS = re.compile(
    r"://(?P<user>[^\s:/@]*):(?P<password>[^\s@]*)@(?P<host>\[[^\]\s]*\]|[^\s:/?#,;\"'`)]*)"
)
# Hosts of this machine or of a network made for it, and names that are reserved for examples.
_LOCAL_HOST = re.compile(
    r"localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[?::1\]?|[\w-]+|.*\.(?:local|localhost|internal)", re.IGNORECASE
)
_EXAMPLE_HOST = re.compile(r"(?:.*\.)?example\.(?:com|org|net)|.*\.(?:example|test|invalid)", re.IGNORECASE)
_KEY_BODY = re.compile(r"[0-9A-Za-z+/]{40,}")
_KEY_REACH = 2000  # characters behind the first line of a key in which its body begins


class Found(NamedTuple):
    """Something found: the line, from 1, and what it is; never its value."""

    line: int
    what: str


class Secret(NamedTuple):
    """A secret in a text: the line, from 1, what it is, and the value, which is never to be shown."""

    line: int
    what: str
    value: str


class _Plugin(Protocol):
    secret_type: str
    denylist: Iterable[re.Pattern[str]]

    def analyze_string(self, string: str) -> Iterator[str]: ...


def find_secrets(text: str) -> list[Found]:
    """The tokens, keys and passwords in addresses that a text holds, each kind once a line."""
    return list(dict.fromkeys(Found(secret.line, secret.what) for secret in secrets_in(text)))


def secrets_in(text: str) -> Iterator[Secret]:
    """The same with the values, by which texts can be compared; each value comes once a line."""
    for number, line, end in _suspects(text):
        seen: list[str] = []
        for what, value in _values(line):
            # Two detectors may take the same token for theirs, or a part of it.
            if any(value in other or other in value for other in seen):
                continue
            # A key file is what follows its first line, which alone is no secret.
            told = value if what != _KEY_FILE else _key_body(text, end - len(line) + line.find(value))
            if told:
                seen.append(value)
                yield Secret(number, what, told)


def _values(line: str) -> Iterator[tuple[str, str]]:
    """What the values in a line are, and the values; some come twice."""
    from ctx.writing.secret_formats import find_tokens

    for window in _windows(line):
        yield from ((what, token) for what, token in find_tokens(window) if not _is_example(token))
        for place, needle in enumerate(_needles()):
            if needle.search(window):
                plugin = _plugin(place)
                for value in plugin.analyze_string(window):
                    if _is_real(plugin, value, window):
                        yield plugin.secret_type, value


def _key_body(text: str, start: int) -> str:
    """The first line of the key in a key file that begins at an offset, or nothing."""
    stop = text.find("-----END", start, start + _KEY_REACH)
    found = _KEY_BODY.search(text, start, stop if stop >= 0 else start + _KEY_REACH)
    return found[0] if found else ""


def _suspects(text: str) -> Iterator[tuple[int, str, int]]:
    """The lines that may hold a token: their numbers from 1, what they say, and the offsets of their ends."""
    hits = [match.start() for match in _POSSIBLE.finditer(text)]
    if hits:
        lines = split_lines(text)
        ends = list(accumulate(map(len, lines)))
        for place in dict.fromkeys(bisect_right(ends, at) for at in hits):
            line = lines[place].rstrip("\r\n")
            yield place + 1, line, ends[place] - len(lines[place]) + len(line)


def _windows(line: str) -> Iterator[str]:
    """A line in pieces that overlap: some of the patterns take quadratic time."""
    for start in range(0, max(1, len(line) - _OVERLAP), _WINDOW - _OVERLAP):
        yield line[start : start + _WINDOW]


def _is_real(plugin: _Plugin, value: str, line: str) -> bool:
    if plugin.secret_type == _KEY_FILE:
        return True
    if plugin.secret_type != _LOGIN:
        whole = re.search(re.escape(value) + r"[\w-]*", line)  # the format may end before the word does
        return not _is_example(whole[0] if whole else value)
    return not _PLACEHOLDER.fullmatch(value) and not _is_local_login(value, line)


def _is_example(token: str) -> bool:
    """Whether a token only stands for one: it says so, or one character fills it."""
    return token in _DOCUMENTED or _EXAMPLE.search(token) is not None


def _is_local_login(password: str, line: str) -> bool:
    """Whether each address with this password is of an example, or of a local login that is its own."""
    found = [match for match in _ADDRESS.finditer(line) if match["password"] == password]
    return bool(found) and all(
        _EXAMPLE_HOST.fullmatch(match["host"])
        or (match["user"] == password and _LOCAL_HOST.fullmatch(match["host"]))
        for match in found
    )


@cache
def _needles() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(needle) for _, _, needle in _PLUGINS)


@cache
def _plugin(place: int) -> _Plugin:
    from importlib import import_module

    module, name, _ = _PLUGINS[place]
    plugin: _Plugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
    return plugin


_NAMES = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u202c\u2069", "bidirectional control"),
    **dict.fromkeys("\u200e\u200f\u061c", "bidirectional mark"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u180e\u034f", "zero-width character"),
    **dict.fromkeys("\u2061\u2062\u2063\u2064", "invisible operator"),
    **dict.fromkeys("\u115f\u1160\u3164\uffa0\u2800", "blank that is a letter"),
    **dict.fromkeys("\u2028\u2029", "line separator"),
    "\u00ad": "soft hyphen",
}
# A quick look that rules almost every text out.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_TAGS = {code: chr(0xE0000 + ord(code)) for code in "bceglnstw"}
_REGIONS = tuple(
    "".join(_TAGS[letter] for letter in name) + "\U000e007f" for name in ("gbeng", "gbsct", "gbwls")
)
_FLAG = "\U0001f3f4"
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f]")


def find_invisible(text: str) -> list[Found]:
    """The characters of a text that nobody sees or that reorder what is seen, each sort once a line.

    Joiners inside an emoji or a word of a script that needs them, one variation selector behind a character,
    the flags of England, Scotland and Wales, and a byte order mark at the very start are let through.
    """
    places = list(invisible_in(text))
    if not places:
        return []
    ends = list(accumulate(map(len, split_lines(text))))
    return list(dict.fromkeys(Found(bisect_right(ends, at) + 1, what) for at, what in places))


def invisible_in(text: str) -> Iterator[tuple[int, str]]:
    """The offset of each of these characters, and what it is."""
    for match in _SUSPECT.finditer(text):
        at = match.start()
        if not _is_at_home(text, at):
            yield at, f"{_name(text[at])} (U+{ord(text[at]):04X})"


def _name(char: str) -> str:
    if char in _NAMES:
        return _NAMES[char]
    code = ord(char)
    if code < 0xA0:
        return "control character"
    if 0xE0000 <= code <= 0xE007F:
        return "tag character"
    return "variation selector" if _VARIATION.match(char) else "invisible character"


def _is_at_home(text: str, at: int) -> bool:
    char, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if char == "\ufeff":
        return at == 0
    if char in "\u200c\u200d":
        if char == "\u200d" and _is_pictograph(before, text[at - 2 : at - 1]) and _is_pictograph(after):
            return True
        return _needs_joiners(before) and (_needs_joiners(after) or not after.strip())
    if _VARIATION.match(char):
        return bool(before.strip()) and not _VARIATION.match(before)
    if 0xE0000 <= ord(char) <= 0xE007F:
        start = text.rfind(_FLAG, max(0, at - 6), at)
        return start >= 0 and text.startswith(_REGIONS, start + 1)
    return False


def _is_pictograph(char: str, before: str = "") -> bool:
    """Whether a character is an emoji, or the selector or skin tone that ends one."""
    if not char:
        return False
    if char == "\ufe0f":
        return _is_pictograph(before)
    return unicodedata.category(char) in {"So", "Sk"} or char in "♀♂⚕⚖✈❤⚧"


def _needs_joiners(char: str) -> bool:
    """Whether a character is a letter or mark of a script that is written with joiners (Arabic, Indic …)."""
    return bool(char) and 0x0600 <= ord(char) <= 0x1CFF and unicodedata.category(char)[0] in "LM"

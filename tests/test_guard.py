"""Secrets and invisible characters: found by line, never shown, and prose let through."""

from __future__ import annotations

import random
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.writing.guard import (
    _PLUGINS,
    _POSSIBLE,
    Found,
    _needles,
    _plugin,
    find_invisible,
    find_secrets,
)
from tests.contexts import words

# Made up, each in the form of a real one, and put together here so that no scanner takes them for one.
TOKENS = {
    "AWS Access Key": "AKIA" + "Z7Q4" * 4,
    "GitHub Token": "ghp_" + "a1B2" * 9,
    "GitLab Token": "glpat-" + "a1B2" * 5,
    "Slack Token": "xoxb-" + "1234567890-" + "abcdef123",
    "Stripe Access Key": "sk_live_" + "a1B2" * 6,
    "SendGrid API Key": "SG." + "a1" * 11 + "." + "b2C" * 14 + "x",
    "OpenAI Token": "sk-" + "a1B2" * 5 + "T3BlbkFJ" + "c3D4" * 5,
    "Private Key": "-----BEGIN RSA " + "PRIVATE KEY-----\\n" + "MIIEpAIB" * 8,
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9" + "." + "eyJzdWIiOiIxIn0" + "." + "c2ln",
    "NPM tokens": "//registry.example/:_auth" + "Token=npm_abcdef",
    "Basic Auth Credentials": "postgres://app:" + "hunter22" + "@db/main",
    "Azure Storage Account access key": "AccountKey=" + "a1B2" * 22,
    "Artifactory Credentials": "AKC" + "a1B2" * 4,
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_is_found_wherever_it_stands(kind: str) -> None:
    token = TOKENS[kind]
    assert Found(1, kind) in find_secrets(token)
    for text in (f"one\r\ntwo: {token}\nthree", "x\r" + "word " * 500 + token + " word" * 500):
        found = find_secrets(text)
        assert Found(2, kind) in found
        assert token not in repr(found)


HEX, ALNUM = "0123456789abcdef", string.ascii_letters + string.digits


def _drawn(size: int, letters: str = ALNUM) -> str:
    """What a provider would draw by lot, the same in every run."""
    return "".join(random.Random(size).choices(letters, k=size))


# The providers' keys of today in their full length.
KEYS = {
    "GitHub fine-grained token": "github_pat_" + _drawn(22) + "_" + _drawn(59),
    "GitHub Token": "gho_" + _drawn(36),
    "Anthropic API key": "sk-ant-api03-" + _drawn(93, ALNUM + "-_") + "AA",
    "OpenAI Token": "sk-proj-" + _drawn(74, ALNUM + "-_") + "T3BlbkFJ" + _drawn(74, ALNUM + "-_"),
    "OpenRouter API key": "sk-or-v1-" + _drawn(64, HEX),
    "npm access token": "npm_" + _drawn(36),
    "Google API key": "AIza" + _drawn(35),
    "Google OAuth client secret": "GOCSPX-" + _drawn(28),
    "Hugging Face token": "hf_" + _drawn(34),
    "DigitalOcean token": "dop_v1_" + _drawn(64, HEX),
    "Vault token": "hvs." + _drawn(95),
    "Linear API key": "lin_api_" + _drawn(40),
    "Supabase token": "sbp_" + _drawn(40, HEX),
    "Stripe Access Key": "rk_live_" + _drawn(99),
    "Slack Token": "xapp-1-A0123456789-1234567890123-" + _drawn(64, HEX),
    "Databricks token": "dapi" + _drawn(32, HEX),
    "Grafana token": "glsa_" + _drawn(32) + "_" + _drawn(8, HEX),
    "Docker access token": "dckr_pat_" + _drawn(27),
    "Private Key": "-----BEGIN " + "PRIVATE KEY-----\n" + _drawn(64) + "\n",
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_full_length_is_found_once_and_a_cut_one_is_none(kind: str) -> None:
    key = KEYS[kind]
    for text in (f"set KEY={key}", f"the key `{key}`, in use", f'"{key}"'):
        assert find_secrets(text) == [Found(1, kind)]
    assert find_secrets(f"it looks like {key[:14]}…") == []
    assert find_secrets(f"it looks like {key[:12]}{'x' * 80}") == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
        "ASIA" + "X" * 16,
        "ghp_" + "0" * 36,
        "xoxb-1234567890-your-token-here",
        "postgres://postgres:postgres@localhost:5432/app",
        "amqp://guest:guest@127.0.0.1 and mysql://root:root@db/app and redis://a:a@[::1]:6379",
        "https://me:hunter22@example.com/path and ftp://me:hunter22@files.example",
        "postgres://app:changeme@db.acme.io/main",
        "-----BEGIN PRIVATE KEY-----",
        "A file that begins with `-----BEGIN RSA PRIVATE KEY-----` is refused.\n\nSee the docs.",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n" + "a1B2" * 20,
        "keys start with github_pat_, sk-ant-api03-, npm_, hf_, dop_v1_, hvs. and sbp_",
    ],
)
def test_an_example_of_a_secret_is_none(text: str) -> None:
    assert find_secrets(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "postgres://postgres:postgres@db.acme.io/app",
        "postgres://postgres:hunter22@localhost/app",
        "postgres://a:a@localhost and postgres://a:hunter22@localhost",
    ],
)
def test_a_login_elsewhere_or_with_a_password_of_its_own_is_one(text: str) -> None:
    assert [found.what for found in find_secrets(text)] == ["Basic Auth Credentials"]


@pytest.mark.parametrize("place", range(len(_PLUGINS)), ids=lambda place: _PLUGINS[place][1])
@given(st.data())
@settings(max_examples=15)
def test_no_pattern_of_a_detector_is_passed_over(place: int, data: st.DataObject) -> None:
    """What is looked for before a detector is loaded must be in every match of its patterns."""
    plugin = _plugin(place)
    pattern = data.draw(st.sampled_from(list(plugin.denylist)))
    match = data.draw(st.from_regex(pattern, alphabet=st.characters(max_codepoint=127)))
    for line in match.split("\n"):
        if list(plugin.analyze_string(line)):
            assert _POSSIBLE.search(line)
            assert _needles()[place].search(line)


@given(st.lists(words, max_size=5).map("\n".join))
def test_prose_is_let_through(text: str) -> None:
    assert find_secrets(text) == find_invisible(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "set DATABASE_URL=postgres://user:password@localhost/db",
        "postgres://app:$PASSWORD@db and https://me:<token>@host and redis://:***@host",
        "the password is in the vault; secret = rotate weekly; api_key: see 1Password",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "internationalization of https://example.org/a/very/long/path?with=query#and-more",
        "commit 8b2ffcc1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7",
    ],
)
def test_what_only_looks_random_is_no_secret(text: str) -> None:
    assert find_secrets(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa mark at the start\twith a tab\r\n",
        "👩‍👩‍👧 👩🏽‍🚀 ❤️‍🔥 🏳️‍🌈 1️⃣ ☎︎",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می‌خواهم क्‍ष",
        "naïve größe 漢字 данные עברית עִבְרִית non-breaking\u00a0blank",
    ],
)
def test_characters_that_people_write_are_let_through(text: str) -> None:
    assert find_invisible(text) == []


@pytest.mark.parametrize(
    "char",
    "\x00\x07\x0b\x0c\x1b\x7f\x85\x9b\u00ad\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029"
    "\u202a\u202e\u2060\u2063\u2066\u2069\u206f\u3164\ufeff\ufff9\U000e0041\U000e0100\U000e01f0",
)
def test_a_character_nobody_sees_is_found(char: str) -> None:
    twice = char * 2 if char == "\U000e0100" else char
    found = find_invisible(f"one\r\ntwo a{twice}b\n")
    assert [one.line for one in found] == [2]
    assert f"U+{ord(char):04X}" in found[0].what
    assert char not in found[0].what


def test_a_message_hidden_in_a_flag_is_found() -> None:
    hidden = "\U0001f3f4" + "".join(chr(0xE0000 + ord(char)) for char in "do this") + "\U000e007f"
    assert {one.what.split(" (")[0] for one in find_invisible(hidden)} == {"tag character"}


def test_the_detector_is_loaded_only_for_what_could_be_a_secret() -> None:
    program = (
        "import sys; from ctx.writing.guard import find_secrets\n"
        "find_secrets('Plain words of implementation')\n"
        "print('detect_secrets' in sys.modules)\n"
        "find_secrets('glpat-' + 'a1B2' * 5)\n"
        "print('detect_secrets' in sys.modules)\n"
    )
    source = str(Path(__file__).parent.parent / "src")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": source},
    )
    assert done.stdout.split() == ["False", "True"]

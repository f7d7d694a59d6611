"""Tokens that can be known by their form: a prefix of the provider's own and the full length.

Lengths and alphabets are those of the providers' documentation and of GitHub's and gitleaks' public lists of
secret patterns. Where a provider gives a range, the least is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_HEX, _ALNUM, _URL = "[0-9a-f]", "[0-9A-Za-z]", "[0-9A-Za-z_-]"
FORMATS: tuple[tuple[str, str], ...] = (
    ("GitHub Token", rf"gh[opsur]_{_ALNUM}{{36,}}"),
    ("GitHub fine-grained token", rf"github_pat_{_ALNUM}{{22}}_{_ALNUM}{{59}}"),
    ("Anthropic API key", rf"sk-ant-[a-z]+\d{{2}}-{_URL}{{80,}}"),
    ("OpenRouter API key", rf"sk-or-v1-{_HEX}{{64}}"),
    ("OpenAI Token", rf"sk-(?:proj|svcacct|admin|None)-{_URL}{{20,}}T3BlbkFJ{_URL}{{20,}}"),
    ("OpenAI Token", rf"sk-(?:proj|svcacct|admin)-{_URL}{{100,}}|sk-{_ALNUM}{{48}}"),
    ("npm access token", rf"npm_{_ALNUM}{{36}}"),
    ("Google API key", rf"AIza{_URL}{{35}}"),
    ("Google OAuth client secret", rf"GOCSPX-{_URL}{{28}}"),
    ("Google OAuth access token", rf"ya29\.{_URL}{{40,}}"),
    ("Hugging Face token", rf"hf_{_ALNUM}{{34,}}|api_org_{_ALNUM}{{34}}"),
    ("DigitalOcean token", rf"do[opr]_v1_{_HEX}{{64}}"),
    ("Vault token", rf"hv[sbr]\.{_URL}{{24,}}"),
    ("Linear API key", rf"lin_(?:api|oauth)_{_ALNUM}{{40,}}"),
    ("Supabase token", rf"sbp_(?:v0_|oauth_)?{_HEX}{{40}}|sb_secret_{_URL}{{31,}}"),
    ("Stripe Access Key", rf"[sr]k_(?:live|test)_{_ALNUM}{{24,}}|whsec_{_ALNUM}{{32,}}"),
    ("Slack Token", rf"xapp-\d-[0-9A-Z]{{9,}}-\d{{9,}}-[0-9a-f]{{64}}|xox[cd]-{_URL}{{40,}}"),
    ("Slack Token", rf"xoxe(?:\.xox[bp])?-\d-{_ALNUM}{{100,}}"),
    ("Slack webhook", r"hooks\.slack\.com/(?:workflows|triggers)/[0-9A-Za-z_/-]{40,}"),
    ("Discord webhook", rf"discord(?:app)?\.com/api/webhooks/\d{{17,20}}/{_URL}{{60,}}"),
    ("Groq API key", rf"gsk_{_ALNUM}{{52}}"),
    ("xAI API key", rf"xai-{_ALNUM}{{80}}"),
    ("Perplexity API key", rf"pplx-{_ALNUM}{{48}}"),
    ("Replicate token", rf"r8_{_ALNUM}{{37}}"),
    ("LangSmith API key", rf"lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}"),
    ("Databricks token", rf"dapi{_HEX}{{32}}(?:-\d)?"),
    ("Notion token", rf"ntn_{_ALNUM}{{43,}}|secret_{_ALNUM}{{43}}"),
    ("Figma token", rf"fig[du]_{_URL}{{40,}}"),
    ("Sentry token", rf"sntryu_{_HEX}{{64}}|sntrys_[0-9A-Za-z+/=_-]{{80,}}"),
    ("Shopify token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("Doppler token", rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{{2,35}}\.)?{_ALNUM}{{40,44}}"),
    ("Pulumi token", rf"pul-{_HEX}{{40}}"),
    ("PlanetScale token", r"pscale_(?:tkn|pw|oauth)_[0-9A-Za-z_.=-]{32,}"),
    ("Postman API key", rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}"),
    ("New Relic key", r"NRAK-[0-9A-Z]{27}"),
    ("Grafana token", rf"glsa_{_ALNUM}{{32}}_[0-9A-Fa-f]{{8}}|glc_[0-9A-Za-z+/=]{{60,}}"),
    ("Terraform Cloud token", rf"{_ALNUM}{{14}}\.atlasv1\.[0-9A-Za-z_=-]{{60,}}"),
    ("Docker access token", rf"dckr_(?:pat|oat)_{_URL}{{27,}}"),
    ("RubyGems key", rf"rubygems_{_HEX}{{48}}"),
    ("crates.io token", rf"cio{_ALNUM}{{32}}"),
    ("Atlassian API token", r"ATATT3[0-9A-Za-z_=-]{180,}"),
    ("Netlify token", rf"nf[pcoub]_{_ALNUM}{{36}}"),
    ("Heroku API key", rf"HRKU-{_URL}{{58,}}"),
    ("Fly.io token", rf"fo1_{_URL}{{43}}|fm[12][ar]?_[0-9A-Za-z+/=]{{100,}}"),
    ("Airtable token", rf"pat{_ALNUM}{{14}}\.{_HEX}{{64}}"),
    ("age secret key", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    ("Resend API key", rf"re_{_ALNUM}{{8}}_{_ALNUM}{{24}}"),
    ("Buildkite token", rf"bkua_{_HEX}{{40}}"),
    ("Tailscale key", rf"tskey-[a-z]+-{_ALNUM}{{10,}}-{_ALNUM}{{20,}}"),
    ("1Password service account token", r"ops_eyJ[0-9A-Za-z+/=_-]{100,}"),
    ("Azure client secret", r"[0-9A-Za-z_~.]{3}\dQ~[0-9A-Za-z_~.-]{31,34}"),
    ("Cloudflare origin CA key", rf"v1\.0-{_HEX}{{24}}-{_HEX}{{146}}"),
)


def find_tokens(line: str) -> Iterator[tuple[str, str]]:
    """What each token in a line is, and the token."""
    for match in _pattern().finditer(line):
        place = match.lastgroup or ""
        yield FORMATS[int(place[1:])][0], match[0]


@cache
def _pattern() -> re.Pattern[str]:
    """All formats as one pattern; a token neither begins nor ends inside a longer word."""
    ways = "|".join(f"(?P<f{number}>{form})" for number, (_, form) in enumerate(FORMATS))
    return re.compile(rf"(?<![0-9A-Za-z_])(?:{ways})(?![0-9A-Za-z_])")

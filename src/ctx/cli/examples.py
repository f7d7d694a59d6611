"""Examples of each command, shown by its help and in docs/commands.md."""

from __future__ import annotations

_EXAMPLES = """
init: ctx init
status: ctx status
agent: ctx agent --budget 4000
agent: ctx agent --budget 2000 --task "Rate limit the public API"
agent: ctx agent --query "retry timeout" --explain
why: ctx why L-4f2a6c --budget 2000
list: ctx list decisions --status accepted
list: ctx list --tag db,cache --since 2026-01-01
list: ctx list --unreviewed 90d
list: ctx list --before 2026-01-01 --ids | ctx remove -
show: ctx show L-4f2a6c
show: ctx show L-4f2a6c --rendered
search: ctx search retry timeout
search: ctx search lock --kind learning,decision --limit 5
learn: ctx learn "Hooks read JSON from stdin" --lesson "Not from the environment." --tag hooks
decide: ctx decide "Use PostgreSQL" --rationale "The team knows it." --status Accepted
add: ctx add convention "Timestamps are UTC" --body "Stored and compared in UTC, shown in local time."
add: ctx add error "Lock is stale" --field Symptom="git waits" --field Solution="remove index.lock"
edit: ctx edit L-4f2a6c --field Lesson="Read them as JSON."
edit: ctx edit L-4f2a6c --title "Hooks read stdin" --tag hooks,json
mark: ctx mark L-4f2a6c helpful
supersede: ctx supersede D-77aa01 D-91c2d0
deprecate: ctx deprecate L-4f2a6c --why "Fixed upstream."
remove: ctx remove L-4f2a6c --dry-run
remove: ctx list --before 2025-01-01 --ids | ctx remove -
restore: ctx restore L-4f2a6c
tags: ctx tags
tags: ctx tags --rename db database
frame push: ctx frame push "Build API routes" --name api --done-when "orders can be made over HTTP"
frame plan: ctx frame plan "Add pagination" --under api
frame start: ctx frame start pagination
frame pop: ctx frame pop --summary "JWT with refresh tokens." --artifact "src/auth/*"
frame pop: ctx frame pop --status failed --reason "The provider has no sandbox."
frame edit: ctx frame edit auth --summary "JWT, signed with RS256."
frame move: ctx frame move pagination --under web
frame drop: ctx frame drop pagination
frame tree: ctx frame tree
session start: ctx session start "Fix memory leak in data processing" --task T-91c2d0
session update: ctx session update "Found it" --issue "Buffers are kept" --solution "Release them in finally"
session end: ctx session end --lesson "Release buffers in finally: the cache keeps them." --merge
session list: ctx session list --limit 10
session show: ctx session show build-app
session current: ctx session current
session resume: ctx session resume build-app
session edit: ctx session edit build-app --label "The shop"
session remove: ctx session remove build-app
session record: ctx session record "Release 1.2" --body "Shipped to all." --date 2026-11-21
artifact add: ctx artifact add test.log
artifact add: ctx artifact add trace.json --summary "Trace of the slow start" --track
artifact show: ctx artifact show A-4f2a6c01d2e3
artifact list: ctx artifact list
export: ctx export --docs-index
inbox: ctx inbox
inbox: ctx inbox --accept I-4f2a6c01 --reject I-91c2d0aa
task add: ctx task add "Rate limit the public API" --priority high --label backend
task start: ctx task start T-91c2d0
task done: ctx task done T-91c2d0 T-0b77aa
task done: ctx task done --undo T-91c2d0
task block: ctx task block T-91c2d0 --why "Waits for the new keys."
task edit: ctx task edit T-91c2d0 "Rate limit every API" --priority critical
task edit: ctx task edit T-91c2d0 --label backend --drop-label frontend
task skip: ctx task skip T-91c2d0
task remove: ctx task remove T-91c2d0
task remove: ctx task list --label spike --ids | ctx task remove -
task list: ctx task list --priority critical,high
task list: ctx task list --section "Phase 2" --limit 10
task next: ctx task next
task archive: ctx task archive --dry-run
drift: ctx drift
drift: ctx drift --staged
drift: ctx drift --fix --dry-run
consolidate: ctx consolidate --plan plan.toml
consolidate: ctx consolidate --apply plan.toml --approved-by "A. Person"
bench: ctx bench
install git: ctx install git
config show: ctx config show
config check: ctx config check
config set: ctx config set budget 8000
config set: ctx config set references "docs/**/*.md, rfcs/*.md"
config example: ctx config example > .contextrc.example
"""


def examples_of(words: str) -> list[str]:
    """The examples of the command that some words call (`task add`), a line each."""
    lines = (line.split(": ", 1) for line in _EXAMPLES.strip().splitlines())
    return [example for name, example in lines if name == words]

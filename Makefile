# `make help` lists the targets.
PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
VENV := .venv-$(VERSION)
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BUDGET ?= 4000

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.PHONY: demo
demo: $(READY) ## the packet of this repository's own context
	@$(BIN)/ctx agent --budget $(BUDGET)

.PHONY: test
test: $(READY) ## all tests (PYTHON=python3.13 picks an interpreter)
	$(BIN)/python -m pytest -n 2 -q

.PHONY: soak
soak: $(READY) ## writers killed, many at once, and beside a person who saves: figures on stdout
	$(BIN)/python -m tests.soak

.PHONY: soak-packets
soak-packets: $(READY) ## 20,000 packets of hostile contexts, each counted and read by others
	$(BIN)/python -m tests.soak_packets

.PHONY: soak-merges
soak-merges: $(READY) ## 10,000 random merges of nested tasks through the merge driver, and 300 by git
	$(BIN)/python -m tests.merge_attack 10000
	$(BIN)/python -m tests.merge_attack git 300

.PHONY: soak-growth
soak-growth: $(READY) ## the time of every command on texts twice as long, for each sort of text at each place
	$(BIN)/python -m tests.growth 20000

.PHONY: bench
bench: $(READY) ## whole-process times as ratios (CORPUS=DIR, else made-up words; ENTRIES=N)
	$(BIN)/python benchmarks/bench.py $(CORPUS) $(if $(ENTRIES),--entries $(ENTRIES))

.PHONY: eval
eval: $(READY) ## retrieval and packing measured on a data folder (EVAL=DIR)
	$(BIN)/python benchmarks/evaluate.py $(EVAL)

.PHONY: coverage
coverage: $(READY) ## all tests with branch coverage, subprocesses counted; fails below the floor
	$(BIN)/python -m pytest -n 2 -q --cov --cov-report=term:skip-covered

.PHONY: docs
docs: $(READY) ## print the generated pages anew: commands, configuration, the example file
	$(BIN)/python -m ctx.cli.reference > docs/commands.md
	$(BIN)/python -m ctx.config reference > docs/configuration.md
	$(BIN)/python -m ctx.config example > .contextrc.example

.PHONY: check
check: $(READY) ## lint, types, architecture, workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml

.PHONY: drift
drift: $(READY) ## whether this repository's own context is healthy
	@$(BIN)/ctx drift

.PHONY: format
format: $(READY) ## rewrite sources in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

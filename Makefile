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
soak: $(READY) ## writers killed at random: 500 kills, figures on stdout
	$(BIN)/python -m tests.soak

.PHONY: bench
bench: $(READY) ## whole-process times as ratios (CORPUS=DIR, else made-up words; ENTRIES=N)
	$(BIN)/python benchmarks/bench.py $(CORPUS) $(if $(ENTRIES),--entries $(ENTRIES))

.PHONY: eval
eval: $(READY) ## retrieval and packing measured on a data folder (EVAL=DIR)
	$(BIN)/python benchmarks/evaluate.py $(EVAL)

.PHONY: packets
packets: $(READY) ## the packets in docs/packet.md made again (CORPUS=DIR for those of a large context)
	$(BIN)/python benchmarks/packets.py $(CORPUS)

.PHONY: check
check: $(READY) ## lint, types, architecture
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(READY) ## rewrite sources in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

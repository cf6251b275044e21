# Two commands matter: `make demo` and `make test`. Each does its own set-up first.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LEARNBASE := $(BIN)/learnbase

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

.PHONY: setup
setup: $(VENV)/.installed node_modules/.installed ## install what the project needs, into this folder only

$(VENV)/.installed: locks/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found. Learnbase needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Learnbase needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the Python packages into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) # an interrupted one has no pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package-lock.json package.json .npmrc
	@command -v node >/dev/null || { echo "Learnbase's local stack needs Node 20 or newer, which was not found" >&2; exit 1; }
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { echo "Learnbase's local stack needs Node 20 or newer; this is $$(node --version)" >&2; exit 1; }
	@echo "Installing the Node packages into node_modules (once, about a quarter of a minute)"
	@npm install --omit=dev --no-save --silent --no-progress # not "ci": it insists on packages of platforms that are not this one
	@touch $@

node_modules/.installed-dev: node_modules/.installed
	@echo "Installing the browser that the tests drive into node_modules (once, about a quarter of a minute)"
	@npm install --no-save --silent --no-progress
	@touch $@

.PHONY: demo
demo: setup ## show the main job on the local stack, and leave it running
	@$(LEARNBASE) demo

.PHONY: test
test: setup node_modules/.installed-dev ## run all tests on a stack of their own
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: chaos
chaos: setup node_modules/.installed-dev ## the long proofs: kills, every mutant, two worlds (a while; NAMES="kills mutants")
	@$(BIN)/python -m tests.chaos $(NAMES)

.PHONY: bench
bench: setup ## measure, each figure against a baseline of the same run
	@$(BIN)/python -m bench $(NAMES)

.PHONY: check
check: setup ## lint and type-check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: stack
stack: setup ## start the local Supabase (or apply what is new to it)
	@$(LEARNBASE) stack start

.PHONY: stack-stop
stack-stop: ## stop it; its data stays
	@test ! -x $(LEARNBASE) || $(LEARNBASE) stack stop

.PHONY: stack-reset
stack-reset: setup ## give it a new database: platform, Auth, migrations, seed
	@$(LEARNBASE) stack reset

.PHONY: types
types: setup ## write the Python and TypeScript types of the database anew
	@$(LEARNBASE) stack start --quiet
	@$(BIN)/python -m tests.sql.generated_types

.PHONY: lock
lock: setup ## resolve the dependencies anew, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -o locks/runtime.txt pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev -o locks/dev.txt pyproject.toml
	@npm install --package-lock-only --silent

.PHONY: clean
clean: ## stop everything and remove all that was made here
	@for home in .learnbase .learnbase/test* .learnbase/bench .learnbase/chaos; do \
	    test ! -x $(LEARNBASE) || test ! -d $$home || LEARNBASE_HOME=$$home $(LEARNBASE) stack remove || true; \
	done
	@rm -rf .learnbase supabase/.temp $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

## make up      run everything here on embedded defaults, and launch the plan
## make demo    two sessions of one series in about a minute
## make test    lint, types and every test, on real servers
## make soak    the property tests over thousands of histories
## make simulate  lives of whole plans on virtual time, with faults between any two effects: LIVES=100 SEED=1
## make conform our mails and calendars before judges and servers of others (Node, libical, Xandikos, Dovecot)
## make bench   the cost of one meeting cycle, as ratios
## make bench-rehearsal  what a rehearsal costs with 1, 10 and 100 plans
## make clean   remove the environment and caches; data under var/ stays
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= var
# What `make simulate` runs: so many lives, from this seed on.
LIVES ?= 100
SEED ?= 1
# Tests run side by side on so many cores.
WORKERS ?= 2

# A failing pip must fail its recipe, also in front of a pipe.
SHELL := bash
.SHELLFLAGS := -o pipefail -c
# Where pip's own configuration names a folder that is not there, pip says so for every package. Once is enough.
ONCE := 2> >(awk '!/^WARNING: Location .* is ignored/ || !n++' >&2)

.DEFAULT_GOAL := help
.PHONY: help install dev hooks up demo check test soak simulate sabotage conform bench bench-rehearsal histories zones lock clean

help:
	@sed -n 's/^## //p' Makefile

install: $(VENV)/.installed
dev: $(VENV)/.dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "installing what requirements.lock pins (about half a minute)"
	@$(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes -r requirements.lock $(ONCE) | sed -un -e 's/^Collecting /  /p' -e 's/^Installing collected packages.*/  unpacking/p'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . $(ONCE)
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	@echo "installing what the tests need"
	@$(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes -r requirements-dev.lock $(ONCE) | sed -un -e 's/^Collecting /  /p' -e 's/^Installing collected packages.*/  unpacking/p'
	@touch $@

up: install
	@$(BIN)/python starter.py up --data $(DATA)

demo: install
	@$(BIN)/python starter.py demo

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache | sed -n '/^Contracts/,$$p'
	$(BIN)/codespell

# The same checks before each commit.
hooks: dev
	$(BIN)/pre-commit install

test: check
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

# Long runs, behind their own targets: every property over thousands of histories, and what counts its own runs.
soak: dev
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -q -n $(WORKERS) --dist load -m hypothesis
	AIDE_DIFFERENTIAL_SEEDS=20 AIDE_PROPOSALS=10000 AIDE_HOSTILE=600 AIDE_CUTS=1000 $(BIN)/python -m pytest -q tests/models/machine/test_door.py tests/workflows/test_guard.py tests/workflows/test_replay.py tests/system/test_differential.py

simulate: dev
	$(BIN)/python -m simulation --lives $(LIVES) --seed $(SEED)

# Faults put into copies of the program, and what catches each (about an hour).
sabotage: dev
	$(BIN)/python -m simulation.sabotage

# What the judges need goes into build/conform; a missing one is told of, and only a fault makes it fail.
conform: dev
	$(BIN)/python -m conform

bench: dev
	$(BIN)/python -m bench.cycle

bench-rehearsal: dev
	$(BIN)/python -m bench.rehearsal

# The table of zone offsets that decisions look up, from the pinned tzdata package.
zones: dev
	$(BIN)/python -m tests.support.zone_table > models/common/zone_offsets.new
	mv models/common/zone_offsets.new models/common/zone_offsets.py

histories: dev
	$(BIN)/python -m tests.workflows.histories.record
	$(BIN)/python -m tests.workflows.histories.record_troubled

# Hashes of every file of every release in use; no index is named.
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock
	uv pip compile conform/requirements.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o conform/requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

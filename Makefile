# Sets up and runs everything from Python 3.11 to 3.14 and make alone. `make help` lists the commands.
.DEFAULT_GOAL := help
.PHONY: help setup demo console texts screenshots test test-fast test-long test-again soak bench lint types clean
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
export PYTHONWARNINGS :=
# Meltano takes 2.7 s of processor time to start where Python may keep no bytecode, else 1.0 s, and it is started often.
unexport PYTHONDONTWRITEBYTECODE
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
VENV_MB := 400
# Three at a time, since many wait for answers. What shares an installed project or a database runs in one of them, see
# tests/conftest.py.
PYTEST := $(BIN)/python -m pytest --numprocesses=3 --dist=loadgroup --no-loadscope-reorder --durations=10
OWN_VENV := if [ -e .venv ] && [ ! -w .venv ]; then \
	  echo "$(CURDIR)/.venv belongs to another user, as after sudo make: remove it by sudo make clean, and go on without sudo." >&2; \
	  exit 1; \
	fi

# An environment that was made in another folder is of no use here: its programs name the old place.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: $(READY) ## sync two sample stores into a PIM database and show what arrived
	@$(OWN_VENV)
	@$(BIN)/pimctl demo $(if $(US_PORT),--us-port $(US_PORT)) $(if $(EU_PORT),--eu-port $(EU_PORT))

console: $(READY) ## open the PIM database in the browser, after make demo or a sync of your own
	@$(BIN)/pimctl console

texts: $(READY) ## list the texts of the console anew, for translators
	@$(BIN)/pybabel -q extract --no-wrap --omit-header --no-location --sort-output \
	  -F pimctl/console/locale/babel.cfg -o pimctl/console/locale/console.pot pimctl/console

screenshots: $(READY) ## take pictures of every page of the console, after make demo (needs chromium)
	@$(BIN)/python -m tests.support.screenshots

test: lint types ## check style and types, and run the tests (under 8 minutes)
	@$(PYTEST)

test-fast: lint types ## check style and types, and run the unit tests (under a minute)
	@$(PYTEST) --numprocesses=2 -m "unit and not long"

test-long: $(READY) ## run the tests that take long, and the property tests with many more examples
	@$(PYTEST) -m "(long or hypothesis) and not soak" --hypothesis-profile=long

test-again: $(READY) ## run the long tests that failed once more, one after the other
	@$(PYTEST) --numprocesses=1 --last-failed --last-failed-no-failures=none -m "not soak" --hypothesis-profile=long

soak: $(READY) ## run months of store life with crashes, and property tests for an hour
	@$(PYTEST) -m "soak or hypothesis" --hypothesis-profile=soak

bench: $(READY) ## measure speed, memory and gentleness, and print a table and a JSON object (half an hour)
	@$(BIN)/python -m benchmarks

lint: $(READY) ## check the style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(READY) ## check the types
	@$(BIN)/mypy

setup: $(READY) ## make the Python environment in .venv (the other commands do so themselves)

clean: ## stop the PIM database and remove all that was made here, its data included
	@if [ -x $(BIN)/pimctl ]; then $(BIN)/pimctl db stop; fi
	@rm -rf .venv .meltano .pim .pimctl .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	@rm -rf transform/target transform/logs transform/.user.yml
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed. Settings in .env and meltano.yml stay."

$(READY): requirements/dev.txt pyproject.toml
	@$(OWN_VENV)
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
	  for name in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	    if $$name -c '$(FITS)' 2>/dev/null; then python=$$name; break; fi; \
	  done; \
	fi; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 to 3.14 is needed ($$(python3 --version 2>/dev/null || echo none) is here)." \
	    "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	if ! "$$python" -c '$(FITS)' 2>/dev/null; then \
	  echo "$$python is not Python 3.11 to 3.14. Name another: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python lacks its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	fi; \
	free=$$(df -Pk . | awk 'NR == 2 { print int($$4 / 1000) }'); \
	if [ ! -d .venv ] && [ "$${free:-$(VENV_MB)}" -lt $(VENV_MB) ]; then \
	  echo "Not enough disk space: $$free MB free at $(CURDIR), $(VENV_MB) MB needed for .venv." >&2; exit 1; \
	fi; \
	echo "Setting up $$($$python --version) in .venv"; \
	"$$python" -m venv --clear .venv && $(BIN)/python -m pimctl.setup.bootstrap

# Everything that a person or a CI runs. All of it needs only Python 3.11 or later and make.
#
#   make demo        found a bank, let it live for six weeks, and serve it until Ctrl-C
#   make demo-check  the same on a bank that is thrown away: tried out, and not served
#   make test        all checks and all tests
#   make check       format, lint, types, layers, migrations, templates, deployment settings
#   make bench       ratios to PostgreSQL's own limits, small sizes, minutes
#   make bench-full  the same with a million accounts and ten million postings
#   make lock        compile requirements*.txt anew (UPGRADE=--upgrade for newer releases)
#   make clean       remove .venv, caches and the tests' servers; never a bank's data
#
# PYTHON=python3.12 names another interpreter for a new .venv. PORT=8080 is where the demo answers;
# DEMO_ARGS are given to `manage.py demo`, for example DEMO_ARGS="--language en --days 3".

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
PORT ?=
DEMO_ARGS ?=
UPGRADE ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo demo-check test check bench bench-full lock clean

help:
	@sed -n 's/^#   //p' Makefile

# --- Environment: made once, filled again only when a list of requirements has changed ----------

# Some systems ship Python without ensurepip; then any pip or virtualenv at hand fills its place.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Skarb needs Python 3.11 or later, and '$(PYTHON)' is not." >&2; \
	  echo "Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@rm -rf $(VENV)
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -c 'import pip, venv' 2>/dev/null; then \
	  $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; \
	elif $(PYTHON) -c 'import virtualenv' 2>/dev/null; then \
	  $(PYTHON) -m virtualenv --quiet $(VENV); \
	else \
	  echo "This Python can make no virtual environment: it has neither ensurepip nor pip." >&2; \
	  echo "Install your system's package for it (on Debian and Ubuntu: python3-venv)." >&2; \
	  exit 1; \
	fi
	@touch $@

$(VENV)/.app: requirements.txt $(VENV)/.made
	@echo "Installing what Skarb stands on"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt $(VENV)/.made
	@echo "Installing what Skarb stands on, and the tools of its tests"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $(VENV)/.app $@

# --- What people run ----------------------------------------------------------------------------

demo: export SKARB_PROFILE := demo
demo: $(VENV)/.app
	@$(BIN)/python -m bank.embedded init
	@$(BIN)/python manage.py demo $(if $(PORT),--port $(PORT)) $(DEMO_ARGS)

demo-check: $(VENV)/.app
	@$(BIN)/python -m bank.demo $(if $(PORT),--port $(PORT)) $(DEMO_ARGS)

test: export SKARB_PROFILE := test
test: check
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

# The last line judges the settings of production, with a key and a host made up for the check.
check: export SKARB_PROFILE := test
check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/djlint --lint --quiet --profile django templates
	$(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	SKARB_PROFILE=production SKARB_HOSTS=bank.example \
	  SKARB_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

bench bench-full: export SKARB_PROFILE := demo
bench: $(VENV)/.dev
	$(BIN)/python manage.py bench

bench-full: $(VENV)/.dev
	$(BIN)/python manage.py bench --full

# --- Upkeep -------------------------------------------------------------------------------------

LOCK := CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes \
  --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: $(VENV)/.dev
	$(LOCK) $(UPGRADE) --output-file requirements.txt requirements.in
	$(LOCK) $(UPGRADE) --output-file requirements-dev.txt requirements-dev.in

clean:
	@$(PYTHON) -m bank.embedded discard-tests
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.git -prune -o -type d -name __pycache__ -exec rm -rf {} +

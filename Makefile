# Busan safety data platform. `make demo` needs Python 3.11 to 3.13, make and a package index.

VENV ?= .venv
# The first Python that does; a name may exist without running (pyenv's shims).
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo "$$name" && break; done)
STAMP := $(VENV)/.install-stamp
CLI := $(VENV)/bin/busan-safety
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test up down status sql check check-types check-sql install generated docs pictures mutate-gate bench recovery browser-deps clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## install, start everything, run every DAG, publish, say where to look
	@$(CLI) demo

test: $(STAMP) ## run all tests (browser tests need: make browser-deps)
	@$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

up: $(STAMP) ## start Airflow, warehouse, sandbox and portal; leave them running
	@$(CLI) up

down: $(STAMP) ## stop all services
	@$(CLI) down

status: $(STAMP) ## what runs, on which ports, where the logs are
	@$(CLI) status

ROLE ?= evaluator
sql: $(STAMP) ## psql on the warehouse, read-only (ROLE=loader for repairs)
	@$(CLI) sql --role $(ROLE)

check: $(STAMP) ## ruff, mypy and sqlfluff
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-types check-sql

check-types: $(STAMP) ## mypy alone
	@$(VENV)/bin/mypy

check-sql: $(STAMP) ## sqlfluff alone
	@$(VENV)/bin/sqlfluff lint --processes 2 dbt_project

install: $(STAMP) ## the virtual environment, pinned

$(STAMP): requirements.txt pyproject.toml
	@mkdir -p $(dir $(abspath $(VENV)))
	@$(or $(PYTHON),python3) deploy/preinstall.py $(dir $(abspath $(VENV)))
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) download --quiet --no-deps --retries 1 --dest $(VENV)/probe six==1.17.0 >/dev/null 2>&1 \
		|| { echo "The package index does not answer: check the network, the proxy and pip's configuration."; exit 2; }
	@rm -rf $(VENV)/probe
	@echo "Installing the pinned packages into $(VENV) (one to three minutes)."
	@$(PIP) install --quiet --quiet --requirement requirements.txt
	@$(PIP) install --quiet --quiet --no-deps --editable .
	@touch $@

docs: $(STAMP) ## every table and column in a browser (dbt docs); STATIC=1 writes one file
	@$(CLI) docs $(if $(STATIC),--static)

generated: $(STAMP) ## dbt sources, metrics, feed pages, dictionary, lineage
	@$(VENV)/bin/python -m busan_safety.transform.source_file
	@$(VENV)/bin/python -m busan_safety.transform.metric_file
	@$(VENV)/bin/python -m busan_safety.sources.feed_pages docs/reference/feeds
	@$(VENV)/bin/python -m busan_safety.transform.reference_pages docs/reference

pictures: $(STAMP) ## README's pictures, from a running demo (needs browser-deps)
	@$(VENV)/bin/python docs/pictures/take.py

mutate-gate: $(STAMP) ## break the data once per check of the gate; a table of what it said
	@PYTHONPATH=tests $(VENV)/bin/python -m expectations.mutate_gate

bench: $(STAMP) ## loading against psql, and its memory
	@$(VENV)/bin/python -m benchmarks.load.run

CITIES ?= 200
recovery: $(STAMP) ## does the evaluation find what was planted? 200 seeded cities, ~10 minutes
	@nice -n 10 $(VENV)/bin/python -m studies.recovery --cities $(CITIES)

browser-deps: ## Chromium and Korean fonts for the browser tests (Debian, Ubuntu)
	@echo "Installing chromium and fonts-noto-cjk with apt-get."
	@$(if $(filter 0,$(shell id -u)),,sudo) apt-get install --yes --no-install-recommends chromium fonts-noto-cjk

clean: ## remove the environment and caches; var/ and releases/ stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# `make` alone lists what there is. The work is done in scripts/; here are only the names.
SHELL := /bin/sh
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run code test setup services stop lint bench

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## the whole portal with demo data, until Ctrl-C (PORT=8001 for another port)
	@exec $(PYTHON) scripts/run.py --follow-parent

code: ## in the demo: what the authenticator app of somebody shows now (EMAIL=address)
	@PORTAL_DEMO=1 exec $(PYTHON) scripts/services.py run $(PYTHON) manage.py print_code $(EMAIL)

test: ## set up, then check style and contracts and run every test
	@sh scripts/setup.sh --tests
	@exec $(PYTHON) scripts/services.py run $(PYTHON) scripts/check.py lint tests $(ARGS)

setup: ## .venv, locked packages, Pango, translations; only what is missing
	@exec sh scripts/setup.sh

services: setup ## start PostgreSQL and Valkey in the background
	@exec $(PYTHON) scripts/services.py start

stop: ## stop the PostgreSQL and Valkey of `make services`
	@if [ -x $(PYTHON) ]; then exec $(PYTHON) scripts/services.py stop; else echo "Nothing is set up, so nothing runs."; fi

lint: setup ## style, contracts between the apps, migrations, deployment settings
	@exec $(PYTHON) scripts/services.py run $(PYTHON) scripts/check.py lint

bench: setup ## measure imports, reports and pages; prints one JSON document
	@exec $(PYTHON) scripts/services.py run $(PYTHON) scripts/bench

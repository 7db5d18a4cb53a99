# `make` alone lists what there is. The work is done in scripts/; here are only the names.
SHELL := /bin/sh
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup services stop

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

services: ## start PostgreSQL and Valkey in the background
	@$(PYTHON) scripts/services.py start

stop: ## stop the PostgreSQL and Valkey of `make services`
	@$(PYTHON) scripts/services.py stop

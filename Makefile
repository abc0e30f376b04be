# Two commands are all: make demo, make test. Each installs what it needs (scripts/setup) and is safe to repeat.
.DEFAULT_GOAL := help
.PHONY: help demo clean-demo test faults lint types wheel example differences doctor-docs bench clean

# What scripts/setup provides comes first.
export PATH := $(CURDIR)/.tools:$(CURDIR)/.venv/bin:$(PATH)

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: ## Show glctl at work: a real registry in a sandbox
	@scripts/setup demo
	@scripts/demo

clean-demo: ## End what the demo started, remove what it wrote
	@scripts/clean-demo

test: ## Run all tests (name some: make test TESTS=tests/unit)
	@scripts/setup tests
	pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(TESTS)

faults: ## Make every fault that the doctor must find, and have it found (most of an hour)
	@scripts/setup faults
	python tests/faults/doctor/campaign.py

lint: ## Check style and format
	@scripts/setup python
	ruff check .
	ruff format --check .

types: ## Check types
	@scripts/setup python
	mypy

wheel: ## Build the wheel and try it away from this checkout
	@scripts/setup python
	pytest tests/packaging

example: ## Bring examples/gitlab.rb.example up to date with the schema
	@scripts/setup python
	python scripts/make-example > examples/gitlab.rb.example

differences: ## Bring docs/differences.md up to date with the rules and the cases
	@scripts/setup python
	python scripts/make-differences > docs/differences.md

doctor-docs: ## Bring docs/doctor.md up to date with the checks and the codes
	@scripts/setup python
	python scripts/make-doctor-docs --write

bench: ## Measure start-up, reconfigure and the doctor against their limits
	@scripts/setup demo
	python benchmarks/startup.py
	python benchmarks/convergence.py
	python benchmarks/doctor.py

clean: ## Remove what setup and the tools wrote here
	rm -rf .venv .tools .setup.log .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

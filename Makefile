# make run: everything from nothing to http://127.0.0.1:8000 with sample data. make test: the same and the tests.
PORT ?= 8000
SAMPLE_PORT ?= 8001
# Wheels of the embedded Redis exist for Python 3.11 and 3.12; newer ones compile it.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell command -v $(name) 2>/dev/null)))
BIN := .venv/bin
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--strip-extras --allow-unsafe pyproject.toml

.PHONY: run test lint fmt bench lock docs clean

run: .venv/run
	@$(BIN)/python manage.py start --port $(PORT) --sample-port $(SAMPLE_PORT)

test: .venv/dev
	$(BIN)/python -m pytest -n $${TEST_PROCESSES:-2} --dist loadgroup

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# The plugin reads the settings; nothing is connected to.
	DATABASE_URL=postgresql:///lint REDIS_URL=redis://lint SECRET_KEY=lint $(BIN)/mypy config relations tests bench

fmt: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev
	$(BIN)/python -m bench

docs: .venv/dev
	$(BIN)/python manage.py describe_codebook > docs/codebook.md

# The lock files: exact versions with hashes. Run after a change of the dependencies in pyproject.toml.
lock: .venv/dev
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) -o requirements/deployment.txt
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) --extra embedded -o requirements/run.txt
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) --extra embedded --extra dev -o requirements/dev.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/run: requirements/run.txt | .venv/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || { $(INSTALL_HINT); }
	@touch $@

.venv/dev: requirements/dev.txt | .venv/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || { $(INSTALL_HINT); }
	@touch $@ .venv/run

.venv/python:
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11 or newer, or run make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Dyad needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3.11"; exit 1; }
	@free=$$(df -Pk . | awk 'NR==2 {print $$4}'); test "$$free" -ge 1500000 || { \
		echo "Only $$((free / 1024)) MB are free on this disk; the installation needs about 1500 MB."; exit 1; }
	@echo "Installing into .venv (a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

define INSTALL_HINT
echo; echo "The packages could not be installed; the reason stands above."; \
echo "  'No matching distribution' or a network error: the package index cannot be reached."; \
echo "  'command gcc failed' or 'make: not found': this Python ($$($(BIN)/python --version 2>&1)) has no ready-made wheel"; \
echo "  of a package and there is no compiler. Use Python 3.11 or 3.12 (make PYTHON=python3.12), or install one:"; \
echo "  apt-get install build-essential python3-dev. Then run make again."; exit 1
endef

# make run     a sample newsroom and its review room; needs nothing but Python 3.11
# make test   every test        make check  style and types        make bench  speed
# make sheet    every layout and shape of card with many headlines, checked; look at var/sheet/
# make shots    every page of the review room, phone and desktop; look at var/shots/
# make words    what the pages say into the catalogues; lists what is to be translated
# make truth CORPORA=DIR   how often articles, channels and feeds of real sites are read right
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test check bench sheet shots words truth clean

# Not `python -m bot`: the command that users have is the command that runs here.
run: $(STAMP)
	$(BIN)/bot demo

test: $(VENV)/.test
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.test
	@for script in tests/benchmarks/bench_*.py; do \
		echo "== $$script"; $(BIN)/python $$script || exit 1; done

sheet: $(VENV)/.test
	$(BIN)/python -m tests.sheet var/sheet

# ARGS="--quick --only queue,agenda": fewer of them.
shots: $(VENV)/.test
	$(BIN)/python tests/browser/shots.py var/shots $(ARGS)

words: $(VENV)/.test
	$(BIN)/python -m tests.words

# The corpora are checkouts of public repositories; tests/truth/corpora.py says which.
truth: $(VENV)/.test
	@$(BIN)/python -m tests.truth.measure $(CORPORA)

# What is installed is asked of pip only when pyproject.toml has changed.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making $(VENV)/ and installing what the bot needs; the first time takes a minute."
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(STAMP)

$(VENV)/.check: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test,check]'
	@touch $@ $(VENV)/.test $(STAMP)

clean:
	rm -rf $(VENV) var

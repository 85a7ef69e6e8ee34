# The few verbs of this project. Variables: PYTHON, SERVE, PORT, LIVE, ALERTS, CATALOGUE, NAME, DATA, WEIGHTS.
PYTHON ?= python3
SERVE ?= 1
PORT ?= 8000
LIVE ?= 0
ALERTS ?=
CATALOGUE ?=
NAME ?= ingest visibility scheduling
export DATA WEIGHTS

RUN = .venv/bin/python

.PHONY: demo test lint types bench dist

# run a night in a TOM of its own, then serve that TOM at http://127.0.0.1:$(PORT)
demo: .venv/installed
	@$(RUN) -m tom_alerce_like.demo --folder demo --port $(PORT) \
		$(if $(filter 0,$(SERVE)),--no-serve) $(if $(filter 1,$(LIVE)),--live) \
		$(if $(ALERTS),--alerts "$(ALERTS)") $(if $(CATALOGUE),--catalogue "$(CATALOGUE)")

test: .venv/installed
	$(RUN) -m pytest -n auto --dist worksteal

lint: .venv/dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: .venv/dev
	$(RUN) -m mypy

bench: .venv/peers
	@for name in $(NAME); do $(RUN) -m benchmarks.$$name || exit 1; done

dist: .venv/installed
	rm -rf build dist
	$(RUN) -m build

.venv/installed: setup.cfg constraints.txt
	@echo "Installing into .venv; the first time this takes a few minutes ..."
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or \
		sys.exit("This is Python %d.%d, and 3.11 to 3.13 will do: make PYTHON=python3.12 ..." % v)'
	@$(PYTHON) -m venv .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,test]'
	@touch $@

# what benchmarks compare with; without them they measure ours alone and say so
.venv/peers: .venv/installed
	@($(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]' && \
		for version in 1.0.0 0.5.0; do $(RUN) -m pip install --quiet --disable-pip-version-check --no-deps \
			--upgrade --target .venv/fink/$$version fink-science==$$version || exit 1; done && \
		for peer in delight==0.1.0 prost==1.2.13; do folder=.venv/host_peers/$${peer%==*}; \
			$(RUN) -m venv $$folder && $$folder/bin/python -m pip install --quiet --disable-pip-version-check \
			astro-$$peer || exit 1; done && touch $@) || \
		echo "Not all peers could be installed: some figures come without one."

.venv/dev: .venv/installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

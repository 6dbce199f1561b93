# make demo   the whole product on this machine, http://127.0.0.1:8000/ (another port: make demo PORT=8010)
# make test   all checks and all tests
# make lint   the checks alone
# make faults kills the demo at many moments and looks for what is left
# make bench  measures at full size and writes docs/benchmarks.md (make bench ONLY=pages measures these and only prints)
# make prove  plays bets whose truth is known and measures what the evidence method promises (make prove ARGS=--quick)
# make screenshots  draws the pictures of the documentation anew, from the sample
PY := .venv/bin/python
# One more than there are processors, because the browser tests wait a lot.
WORKERS ?= $(shell expr `getconf _NPROCESSORS_ONLN` + 1)
export PORT ONLY BENCH_LARGE

.PHONY: help demo test lint faults bench prove screenshots environment browser
help:
	@sed -n 's/^# //p' Makefile

# exec, so that signals reach the supervisor itself; --parent, so that it ends with make even by kill -9.
demo: environment
	@exec $(PY) -m config.embedded --parent $$PPID

# The checks run beside the tests, most of them while the workers begin, and say what they found when the tests are
# done. One look shows all there is to do, whatever fails.
test: environment
	@said=$$(mktemp); trap 'rm -f "$$said"' EXIT; \
	$(PY) -m tests.checks >"$$said" 2>&1 & checks=$$!; \
	$(PY) -m tests.browser && $(PY) -m pytest -n $(WORKERS); tests=$$?; \
	wait $$checks; checks=$$?; cat "$$said"; \
	if [ $$checks != 0 ]; then echo 'A check above fails.'; exit 1; fi; exit $$tests

lint: environment
	@exec $(PY) -m tests.checks

browser: environment
	@exec $(PY) -m tests.browser

faults: environment
	@exec $(PY) -m pytest -m faults -n 2 tests/faults

bench: environment
	@exec $(PY) -m tests.bench

# It reads no database: the settings only want to be there.
prove: environment
	@SECRET_KEY=none DATABASE_URL=postgresql://none/none REDIS_URL=redis://none exec $(PY) manage.py prove_evidence $(ARGS)

screenshots: environment
	@exec $(PY) -m tests.screenshots

environment:
	@for python in $(PYTHON) python3.12 python3.11 python3; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then \
	    exec $$python config/embedded/environment.py; \
	  fi; \
	done; \
	echo 'Stakes needs Python 3.12 or 3.11: install it, or name it, as in make demo PYTHON=/path/to/python3.12' >&2; \
	exit 1

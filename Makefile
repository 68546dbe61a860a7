# Two commands matter: `make rehearse` and `make test`; CI runs `make scenarios` as well. Everything they need is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SAMPLE ?= postgres/ledger
SCALE ?= 1.0
ENGINE ?= postgres
SWITCHES ?= 100
WORKERS ?= 2
SERVERS := $(BIN)/python -m migrate.sandbox.servers.fetch
# MariaDB goes to Aurora MySQL, for which a MySQL server stands.
NEEDED := $(if $(filter mysql/% mariadb/%,$(SAMPLE)),mysql) $(if $(filter mariadb/%,$(SAMPLE)),mariadb)

# What validation is compared with; an environment of its own, for it is no part of the project.
RELADIFF := build/reladiff/bin/reladiff
KEEP := $(BIN)/python -m tests.benchmarks.keep
BESIDE = $$(test -x $(RELADIFF) && echo --reladiff $(RELADIFF))

.PHONY: rehearse test scenarios check judges setup-mysql format bench detection chaos soak sabotage versions reladiff \
  dist docs pictures clean help

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "aurora-migrate needs Python 3.11 or newer; name one with: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

## make rehearse   one whole migration on real local databases; SAMPLE=postgres/ledger (mysql/shop, mariadb/press) SCALE=1.0
rehearse: $(STAMP)
	@$(if $(strip $(NEEDED)),$(SERVERS) $(NEEDED))
	@$(BIN)/aurora-migrate rehearse sample_schemas/$(SAMPLE) --scale $(SCALE)

## make test       style, types, and every test that is soon done, on real servers where one is needed
test: check
	-@$(SERVERS)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not slow" tests

## make scenarios  whole migrations and other long stories: kills, faults, sabotage, tutorials; what CI runs after make test
scenarios: $(STAMP)
	-@$(SERVERS)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m slow tests

## make check      style and types only
check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

## make judges     cfn-lint and checkov, which judge the templates, each in an environment of its own in the user's cache
judges: $(STAMP)
	@$(BIN)/python -m tests.template.judges

## make setup-mysql   MySQL and MariaDB servers for rehearsals and tests, unpacked beside the system, not installed
setup-mysql: $(STAMP)
	@$(SERVERS)

## make format     put the code into shape
format: $(STAMP)
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

## make bench      measured, PostgreSQL and MySQL: assessing, full load, CDC, memory, validation: writes docs/benchmarks.md
bench: $(STAMP) setup-mysql reladiff
	@$(BIN)/python tests/benchmarks/replication.py | $(KEEP) load-postgres
	@$(BIN)/python tests/benchmarks/mysql_replication.py | $(KEEP) load-mysql
	@$(BIN)/python -m tests.benchmarks.assessing
	@$(BIN)/python -m tests.benchmarks.memory | $(KEEP) memory-postgres
	@$(BIN)/python -m tests.benchmarks.memory --family mysql | $(KEEP) memory-mysql
	@$(BIN)/python -m tests.benchmarks.validation --route postgres $(BESIDE) | $(KEEP) validation-postgres
	@$(BIN)/python -m tests.benchmarks.validation --route postgres --a-core-each $(BESIDE) | $(KEEP) validation-postgres-cores
	@$(BIN)/python -m tests.benchmarks.validation --route mysql $(BESIDE) | $(KEEP) validation-mysql
	@$(BIN)/python -m tests.benchmarks.page

## make detection  which damage validation finds, beside other ways of checking: writes docs/detection.md
detection: $(STAMP) setup-mysql reladiff
	@$(BIN)/python -m tests.detection --seeds 200 --page docs/detection.md $(BESIDE)

## make chaos      the kill table, as much as fits into 10 minutes, ENGINE=postgres (mysql, mariadb): writes docs/kill-table.md
chaos: $(STAMP) setup-mysql
	@$(BIN)/python -m tests.chaos --engine $(ENGINE); code=$$?; $(BIN)/python -m tests.chaos.page; exit $$code

## make soak       switch to and fro under load, ENGINE=postgres SWITCHES=100: adds a run to docs/soak.md
soak: $(STAMP) setup-mysql
	@$(BIN)/python -m tests.chaos.soak --engine $(ENGINE) --switches $(SWITCHES) --results tests/chaos/results; \
	  code=$$?; $(BIN)/python -m tests.chaos.soak_page; exit $$code

## make sabotage   what turns red without each safeguard: writes docs/sabotage.md
sabotage: $(STAMP)
	@$(BIN)/python -m tests.scenarios.sabotage_page

## make versions   schemas read live on PostgreSQL 10 to 18, MySQL and MariaDB, which are fetched: writes docs/servers.md
versions: $(STAMP)
	@$(BIN)/python -m tests.versions; code=$$?; $(BIN)/python -m tests.versions.page; exit $$code

reladiff:
	@test -x $(RELADIFF) || { $(PYTHON) -m venv build/reladiff && build/reladiff/bin/python -m pip install --quiet \
	  --disable-pip-version-check reladiff==0.6.0 'psycopg2-binary==2.9.*' mysql-connector-python; } || \
	  echo "reladiff cannot be installed here: it is not compared with" >&2

## make dist       wheel and source distribution in dist/; the same commit gives the same bytes
dist: $(STAMP)
	@rm -rf dist
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 1577836800)} \
	  $(BIN)/python -m hatchling build -d dist
	@cd dist && sha256sum * | tee SHA256SUMS

## make docs       regenerate the generated pages: docs/fidelity.md, docs/reference, runbooks/rendered
docs: $(STAMP)
	@$(BIN)/python docs/generate.py

## make pictures   draw the README's pictures from a rehearsal that is run for them; wants Chromium
pictures: $(STAMP)
	@$(BIN)/python docs/pictures.py

## make clean      remove what was built or rehearsed here
clean:
	rm -rf $(VENV) build dist rehearsal .aurora-migrate .mypy_cache .ruff_cache .pytest_cache

# Everything that people and CI do here: `make help`.

SHELL := /bin/bash
target := $(or $(CARGO_TARGET_DIR),target)
part := @scripts/part
npm := scripts/with-node npm --prefix web

# A clone builds without a database: what the queries ask and get is in .sqlx (see `make prepare`).
export SQLX_OFFLINE := true

.PHONY: help up build test check browser monitoring-check simulate chaos week fuzz bench prepare package deploy-test engines web
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand --tabs=26

up: build ## install what is missing, build, and run the whole service; ARGS='--data … --listen … --demo'
	@exec $(target)/release/tidings up $(ARGS)

build: engines web ## the release binary with the client in it, and nats-server beside it
	cargo build --release --locked --bin tidings

test: check ## everything that CI runs; installs what is missing
	$(part) "documentation's programs" scripts/install-engines jq python3 pip3
	$(part) tests scripts/with-node scripts/with-postgres scripts/run-tests
	$(part) "documentation's examples" cargo test --locked --workspace --doc --quiet
	@$(MAKE) --no-print-directory browser BUILT=1

check: engines web ## format, lints, whether .sqlx is what the queries and migrations say; the client's types, lints, units, weight
	$(part) "deployment's checks" scripts/install-engines systemd-analyze shellcheck nginx openssl
	$(part) "deployment's files" deploy/test/static
	$(part) format cargo fmt --all --check
	$(part) lints cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings
	$(part) "queries in .sqlx" scripts/prepare --check
	$(part) "web client's types and lints" $(npm) run check
	$(part) "web client's units" $(npm) test
	$(part) "web client's weight" $(npm) run weigh
	$(part) "web client's words for the API" scripts/check-api-types

browser: engines web ## the web client in a real browser, through the real service; ARGS='sending' for some of the stories
	$(part) "browser" scripts/install-engines chromium
	$(if $(BUILT),,$(part) "debug binary" cargo build --locked --bin tidings)
	$(part) "browser tests" env TIDINGS_NATS_SERVER="$$(scripts/find-nats-server)" $(npm) run e2e -- $(ARGS)

simulate: ## 100,000 histories of a service in memory, with faults from a seed; TIDINGS_SIMULATION_SEED, TIDINGS_SIMULATION_HISTORIES
	TIDINGS_SIMULATION_HISTORIES=$${TIDINGS_SIMULATION_HISTORIES:-100000} \
	  cargo test --release --locked --package tidings-simulation --test histories -- --nocapture

chaos: engines web ## have everything fail, 1,000 kills and more, while clients send; CHAOS=full: the whole table; CHAOS=short: as `make test`
	CHAOS=$(or $(CHAOS),medium) TIDINGS_NATS_OUTAGE=$(if $(filter full,$(CHAOS)),600,60) TIDINGS_CANCELLED=10000 scripts/with-postgres \
	  cargo test --locked --test chaos --test without_nats --test cancelled -- --nocapture

week: engines web ## nine days of traffic in some minutes: what is needed for a while only goes again, nothing else grows
	$(part) "a clock that can be set" scripts/install-engines faketime
	scripts/with-postgres cargo test --locked --test week -- --ignored --nocapture

fuzz: engines web ## ask a throw-away service for three minutes what its description does not expect; TIDINGS_FUZZ_SECONDS
	scripts/fuzz-api

bench: build ## how fast it is here; ARGS='send --json'
	@$(target)/release/tidings bench $(ARGS)

monitoring-check: ## run the alerts' tests with Prometheus' promtool; TIDINGS_PROMTOOL names one
	scripts/check-monitoring

prepare: engines ## write .sqlx anew, after a query or a migration has changed
	scripts/prepare

package: ## a Debian package, and a tarball for other distributions
	scripts/package $(ARGS)

deploy-test: engines web ## docs/deploy.md, typed on empty machines with a systemd of their own; needs root; ARGS='Install Backups' for some sections
	scripts/install-engines debootstrap systemd-nspawn ip dpkg-scanpackages
	deploy/test/run $(ARGS)

engines:
	$(part) engines scripts/install-engines

# The client goes into the binary, so it is built first. What its tests and its placeholder are does not change it.
web: web/dist/index.html

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' \
  -not -path 'web/e2e/*' -not -path 'web/placeholder/*')
	$(part) "web client" $(npm) run build
	@touch $@

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | engines
	$(part) "web client's packages" $(npm) ci --no-audit --no-fund
	@touch $@

# The commands of daily work. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: demo dev-up dev-down dev-seed test check check-style check-types check-unused bench help
.PHONY: localstack-up localstack-deploy localstack-down test-localstack

# Packages of the commands and the local stack, and those of development as well: a fresh machine first installs half of them.
RUNNABLE := node_modules/.package-lock.json
INSTALLED := node_modules/.all-installed
GORDON := bin/gordon-data
HOST_MODE := node_modules/.bin/node localstack/main.ts

# Not `npm ci`: it refuses a lock without the optional binaries of other platforms, which a registry mirror may lack. The
# versions are still those of the lock.
INSTALL := npm install --no-save --no-audit --no-fund --loglevel=error

$(RUNNABLE): package.json package-lock.json
	@echo 'Installing the packages of package-lock.json ...'
	@$(INSTALL) $(if $(wildcard $(INSTALLED)),,--omit=dev)
	@touch $@

$(INSTALLED): package.json package-lock.json
	@echo 'Installing the packages of package-lock.json ...'
	@$(INSTALL)
	@touch $(RUNNABLE) $@

demo: $(RUNNABLE) ## from nothing to a year of BTC and ETH and its coverage report; offline, venues simulated
	@$(GORDON) up --demo
	@$(GORDON) seed --demo

dev-up: $(RUNNABLE) ## start the stack with live venues: jobs API on 8081, candle API on 3000
	@$(GORDON) up

dev-down: $(RUNNABLE) ## stop what dev-up or demo started; data are kept
	@$(GORDON) down

dev-seed: $(RUNNABLE) ## load a year of BTC and ETH from the live venues; FROM_DATE, TO_DATE, SYMBOLS, SKIP_...=1
	@$(GORDON) seed

check: $(INSTALLED) ## format, lint, types, dead code, import direction
	@npm run --silent check

test: $(INSTALLED) ## the checks, then all tests
	@$(MAKE) --no-print-directory -j2 check-style check-types check-unused
	@npm run --silent test

# Parts of `check`, side by side; its tests are among all tests.
check-style check-types check-unused:
	@npm run --silent $(subst -,:,$@)

localstack-up: $(INSTALLED) ## start LocalStack without Docker, on GORDON_LOCALSTACK_PORT (default 4566)
	@$(HOST_MODE) up

localstack-deploy: $(INSTALLED) ## deploy the stack on it, with simulated venues, or with GORDON_VENUES=live
	@$(HOST_MODE) deploy

localstack-down: $(INSTALLED) ## stop LocalStack and its processes; the database is kept
	@$(HOST_MODE) down

test-localstack: $(INSTALLED) ## the suite of the hosts against a LocalStack of its own; three minutes
	@GORDON_TEST_LOCALSTACK=1 npm run --silent test -- test/hosts/localstack.test.ts

bench: $(INSTALLED) ## rows/s of the whole path against raw COPY, a shell pipe, ccxt and, with PEERS=1, tools of PyPI
	@npm run --silent bench

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Every task of the project. `make` alone lists them. What only one task needs is installed by that task.

# A shell that was open when Rust was installed does not have it on its PATH yet.
CARGO ?= $(or $(shell command -v cargo 2>/dev/null),$(wildcard $(HOME)/.cargo/bin/cargo),cargo)
export CARGO

# The tools of `make check` and `make fuzz`; tools/cargo-tool.sh compiles them once.
CARGO_DENY_VERSION := 0.20.2
CARGO_MACHETE_VERSION := 0.9.2
CARGO_FUZZ_VERSION := 0.13.2

# Workspaces of their own, each with a lock that is held to the same rules.
APART := fuzz docs/integrate/rust-consumer

FUZZ_SECONDS ?= 60
# Of `make corpus`; `make test` does the same with fewer files.
CORPUS_FILES ?= 5000
CORPUS_SEED ?= 7
FRESH_TARGET ?= demo
# For example `make test-brokers BROKERS=trixie BROKERS_ARGS=outages`; without, every suite that tools/test-brokers.sh names.
BROKERS ?=
BROKERS_ARGS ?=
export BROKERS_ARGS
# For example `make test-upgrade PREVIOUS=0.1.0`.
PREVIOUS ?=
# For example `make up DEMO_ARGS="--folder /var/tmp/gildhall"` keeps the data; --help of the program lists them.
DEMO_ARGS ?=
DEMO = $(or $(CARGO_TARGET_DIR),target)/debug/gildhall-demo $(DEMO_ARGS)
# For example test_scaling or test_units.Units; without, every test in tools/check_deploy.
DEPLOY_ARGS ?=
# For example --offline, where the database was fetched before (`cargo deny fetch db`).
ADVISORIES_ARGS ?=
# For example --long or --runs 5; `cargo bench --bench canonical -- --help` lists them.
CANONICAL_ARGS ?=
# For example --celery or --only submit; `cargo bench --bench fleet -- --help` lists them.
FLEET_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: bench-fleet check-alerts check-deploy corpus help setup demo up render-sample demo-programs test test-brokers test-upgrade check bench samples fuzz fmt fresh-machine clean advisories sbom

help: ## Lists the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Installs the system packages that are missing (names them on other systems than Debian and Ubuntu)
	@sh tools/setup.sh

demo: demo-programs ## Runs the whole fleet for one sample job, from upload to download; leaves all in out/demo
	$(DEMO)

up: demo-programs ## Runs the whole fleet until Ctrl-C and prints addresses, a key and lines to paste
	$(DEMO) --up --out out/up

render-sample: setup ## Renders the sample job without any service to out/sample.mp4
	@mkdir -p out
	$(CARGO) run --locked -- render assets/job.json --assets assets -o out/sample.mp4

# One command, so that all programs share what they are made of.
demo-programs: setup
	$(CARGO) build --locked --package gildhall --package gildhall-devstack --package gildhall-demo --bins

test: setup ## Runs every test
	GILDHALL_TEST_PROMETHEUS=$$(sh tools/prometheus.sh) && export GILDHALL_TEST_PROMETHEUS && \
		$(CARGO) test --workspace --locked

test-brokers: setup ## Runs the fleet's tests on quorum queues, with RabbitMQ 3.10, 4.0 and 4.3; needs root and debootstrap
	@bash tools/test-brokers.sh $(BROKERS)

test-upgrade: setup ## Runs the release before (PREVIOUS, else the newest tag) on this release's tables; builds it from git
	@PREVIOUS=$(PREVIOUS) bash tools/test-upgrade.sh

check: setup ## Formatting, lints, documentation, licences, unused dependencies, room arrows
	@sh tools/rust-components.sh rustfmt clippy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	tool=$$(sh tools/cargo-tool.sh cargo-deny $(CARGO_DENY_VERSION) --no-default-features) && \
		"$$tool" --locked --workspace check --hide-inclusion-graph licenses bans sources && \
		for apart in $(APART); do \
			"$$tool" --locked --config deny.toml --manifest-path "$$apart/Cargo.toml" \
				check --hide-inclusion-graph --allow unused-wrapper licenses bans sources || exit 1; \
		done
	tool=$$(sh tools/cargo-tool.sh cargo-machete $(CARGO_MACHETE_VERSION)) && "$$tool" --skip-target-dir .
	$(CARGO) test --locked --package gildhall --test rooms
	@sh tools/check-deploy.sh

check-alerts: ## Checks alerts, recording rules, dashboard and runbooks: by promtool, by a schema, and against each other
	@sh tools/check-deploy.sh test_alerts test_dashboards

check-deploy: ## Checks what deploys: chart, units, compose file, Dockerfile and bill of materials, by the tools that will read them
	@sh tools/check-deploy.sh $(DEPLOY_ARGS)

advisories: ## Known vulnerabilities of the dependencies; needs git and github.com, or a database fetched before
	tool=$$(sh tools/cargo-tool.sh cargo-deny $(CARGO_DENY_VERSION) --no-default-features) && \
		"$$tool" --locked --workspace $(ADVISORIES_ARGS) check --hide-inclusion-graph advisories && \
		for apart in $(APART); do \
			"$$tool" --locked --config deny.toml --manifest-path "$$apart/Cargo.toml" $(ADVISORIES_ARGS) \
				check --hide-inclusion-graph --allow advisory-not-detected advisories || exit 1; \
		done

sbom: ## Lists what the program is made of in out/sbom/gildhall.cdx.json (CycloneDX 1.6)
	@command -v python3 >/dev/null || { echo "sbom: python3 (3.11 or newer) is missing. Get it with: apt-get install python3" >&2; exit 1; }
	@python3 tools/sbom.py out/sbom/gildhall.cdx.json

bench: setup ## Times each stage, scores the beats, and renders the canonical job beside the bare encoder (needs 3 GB of disk)
	$(CARGO) bench --locked --package gildhall-render --bench stages
	$(CARGO) bench --locked --package gildhall-render --bench beat_eval
	$(CARGO) bench --locked --package gildhall-render --bench canonical -- $(CANONICAL_ARGS)
	$(MAKE) bench-fleet

bench-fleet: setup ## Measures the fleet without its renders; FLEET_ARGS=--celery measures Celery beside it
	$(CARGO) build --locked --release --package gildhall-devstack --bins
	$(CARGO) bench --locked --package gildhall --bench fleet -- $(FLEET_ARGS)

samples: ## Makes the default assets and the sample job anew (same seed, same bytes)
	$(CARGO) run --locked --package gildhall-samples -- --out assets

corpus: setup ## Sends CORPUS_FILES (5000) hostile files of CORPUS_SEED through the whole fleet
	CORPUS_FILES=$(CORPUS_FILES) CORPUS_SEED=$(CORPUS_SEED) \
		$(CARGO) test --locked --package gildhall --test corpus -- --nocapture

fuzz: setup ## Fuzzes each parser of what strangers send for FUZZ_SECONDS (60)
	@CARGO_FUZZ_VERSION=$(CARGO_FUZZ_VERSION) FUZZ_SECONDS=$(FUZZ_SECONDS) sh tools/fuzz.sh

fmt: ## Formats the code
	$(CARGO) fmt --all

fresh-machine: ## Runs FRESH_TARGET (demo) on a new minimal Debian FRESH_SUITE (bookworm; trixie has FFmpeg 7.1); needs root and debootstrap
	@bash tools/fresh-machine.sh $(FRESH_TARGET)

clean: ## Removes what was built and rendered
	$(CARGO) clean
	rm -rf out

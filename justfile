# `just check` is what CI runs.

# All checks, as CI runs them
check:
    .ci/run

# Format the code
fmt:
    cargo fmt

# Many tests wait for a server or a limit, so more of them run at once than there are cores.
export RUST_TEST_THREADS := env("RUST_TEST_THREADS", shell("echo $((3 * $1))", num_cpus()))

# The quick tests; `just test rules` runs those whose name contains the word
test *words:
    cargo test --locked -- {{ words }}

# All tests with all their cases: kills, faults, whole histories
test-all:
    PORTOLAN_CASES=full cargo test --locked -- --include-ignored --skip sweep --skip figures

# A long run of all tests that generate their cases, optimised: `just long 2` is the one with seed 2
long seed="1" cases="10000":
    cargo test --locked --profile=long --lib --test main --no-run
    PORTOLAN_SEED={{ seed }} PORTOLAN_CASES={{ cases }} cargo test --locked --profile=long --lib -- \
        --include-ignored --skip sweep --skip figures
    PORTOLAN_SEED={{ seed }} PORTOLAN_CASES={{ cases }} cargo test --locked --profile=long --test main -- \
        --include-ignored api::described:: chaos:: cli::links:: cli::serve::raw:: converge:: delivery:: delivery_rules::quiet:: jq:: laws:: pushed::

# Run the API tests against a live organisation and record the results in docs/live (docs/live.md says which variables to set)
live:
    cargo test --locked --test main live::a_live_run_is_recorded -- --ignored --exact --nocapture
    UPDATE=1 cargo test --locked --test main live::the_last_live_run_is_shown_if_there_is_one

# Accept changed output: snapshots, what the rules' examples show, generated files, guides, pictures. Read the diff then.
accept:
    INSTA_UPDATE=always cargo test --locked --lib -- report:: manifest::encode
    UPDATE=1 INSTA_UPDATE=always cargo test --locked --test main -- rules:: cli::new
    touch src/commands/examples.rs # cargo does not notice files that are new in `testdata/rules`
    UPDATE=1 cargo test --locked --test main -- generated:: guides:: live:: pictures::

# Make the files of a lint rule, and tell what to do next: `just new-rule unknown-owner entity`
new-rule name family="entity":
    .ci/new-rule {{ name }} {{ family }}

# Run the benchmarks, built like the published binaries
bench:
    cargo bench --locked --profile dist

# Fuzz one target for a while (needs a nightly toolchain and cargo-fuzz)
fuzz target seconds="60":
    cargo +nightly fuzz run {{ target }} -- -max_total_time={{ seconds }}

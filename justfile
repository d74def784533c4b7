# `just check` is what CI runs.

# All checks, as CI runs them
check:
    .ci/run

# Format the code
fmt:
    cargo fmt

# The tests; `just test rules` runs those whose name holds the word
test *words:
    cargo test --locked -- {{ words }}

# Write generated files anew: schemas, completions, reference, rule pages, what the rules' examples show, the pictures
generate:
    UPDATE=1 cargo test --locked --test rules
    UPDATE=1 cargo test --locked --test generated
    UPDATE=1 cargo test --locked --test pictures

# Run the benchmarks, built like the published binaries
bench:
    cargo bench --locked --profile dist

# Fuzz one target for a while (needs a nightly toolchain and cargo-fuzz)
fuzz target seconds="60":
    cargo +nightly fuzz run {{ target }} -- -max_total_time={{ seconds }}

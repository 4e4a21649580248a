# What CI runs.
check:
    .ci/run

# Format, lint, test: while working.
fast:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo nextest run

# Review changed screens.
snap:
    cargo insta review

# A live swarm.
demo:
    cargo run --release -- demo

# Draw the pictures of the README anew.
shots:
    UPDATE_SCREENSHOTS=1 cargo nextest run --test screenshots

# Licences, bans, sources; advisories where the database can be reached.
deny:
    cargo deny check licenses bans sources

# All benchmarks.
bench:
    cargo bench

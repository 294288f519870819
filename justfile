# Day-to-day commands. `just` lists them; `just check` and `just test` are what a change has to pass.

set shell := ["bash", "-euo", "pipefail", "-c"]

[private]
default:
    @just --list --unsorted

# Run the server from the working tree, for example: just run serve --help
run *args="serve":
    cargo run --package parlor -- {{ args }}

# Run the tests, or those that match: just test --package parlor-store resume
test *args:
    cargo test --workspace {{ args }}

# Check everything but the tests: format, spelling, dependencies, lints, documentation
check: _arrows
    cargo fmt --all --check
    typos
    cargo deny --log-level warn check --allow unused-wrapper bans licenses sources
    cargo clippy --workspace --all-targets -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps

# Format the code
fmt:
    cargo fmt --all

# Put load on a server, for example: just bench chat --help
bench *args:
    cargo run --release --package parlor-bench -- {{ args }}

# Build the documentation of the crates and open it
doc:
    cargo doc --workspace --no-deps --open

# Start a migration under the same name for both databases: just migration add_room_topic
migration name:
    #!/usr/bin/env bash
    set -euo pipefail
    [[ {{ quote(name) }} =~ ^[a-z0-9_]+$ ]] || { echo "a migration's name has a-z, 0-9 and _ only" >&2; exit 1; }
    version=$(date --utc +%Y-%m-%d-%H%M%S)
    for database in postgres sqlite; do
        folder="migrations/$database/${version}_"{{ quote(name) }}
        mkdir -p "$folder"
        printf -- '-- What this changes, and why.\n' > "$folder/up.sql"
        echo "$folder/up.sql"
    done

# Run the whole gate, as continuous integration does
gate:
    .ci/run

# The arrows that deny.toml cannot express: what a crate must not depend on, and what only tests may.
_arrows:
    #!/usr/bin/env bash
    set -euo pipefail
    failed=0

    # forbid PACKAGE DEPTH PATTERN REASON
    forbid() {
        local tree found
        tree=$(cargo tree --package "$1" --depth "$2" --edges normal --all-features --target all --prefix none)
        found=$(tail -n +2 <<<"$tree" | grep --extended-regexp "$3" | cut -d' ' -f1 | sort -u | paste -sd' ' || true)
        if [[ -n $found ]]; then
            echo "error: $1 depends on $found: $4" >&2
            failed=1
        fi
    }

    forbid parlor-domain 99 '^(parlor|actix|async|chrono|diesel|futures|hyper|jiff|mio|rand|reqwest|socket2|time|tokio)' \
        'the domain has no async, no I/O, no clock and no randomness'
    forbid parlor-auth 1 '^(async|chrono|futures|getrandom|jiff|rand|reqwest|time|tokio)' \
        'auth is pure: it is given the time and the randomness'
    forbid parlor-services 1 '^(actix|deadpool|diesel|http|hyper|lettre|object_store|redis|reqwest|serde_json|tokio-postgres)' \
        'services name no status code, no JSON and no backend'

    users=$(cargo tree --workspace --invert parlor-testkit --depth 1 --edges normal,build --all-features --target all --prefix none)
    users=$(tail -n +2 <<<"$users" | cut -d' ' -f1 | paste -sd' ')
    if [[ -n $users ]]; then
        echo "error: $users: parlor-testkit is for [dev-dependencies] only" >&2
        failed=1
    fi
    exit $failed

# What a developer runs. `just check` is what CI runs.

[private]
default:
    @just --list --unsorted

# format, lints, licences and every test
check:
    .ci/run

# every test, or those that the arguments choose, with private servers
test *arguments:
    tests/run {{ arguments }}

# format and lints alone
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# licences, sources, forbidden crates and known vulnerabilities (needs `cargo install cargo-deny`)
deny:
    cargo deny --locked check

# the board's own art, drawn anew; with --check, which files differ
art *arguments:
    cargo run --locked -p draw-art -- {{ arguments }}

# a board with telnet on port 2323 and SSH on port 2222
run *arguments:
    cargo run --release --locked -- {{ arguments }}

# the load generator against a bare server, and posts a second against bare sqlx
bench *arguments:
    cargo bench --locked --bench load -- {{ arguments }}
    cargo bench --locked -p dialtone-domain --bench posts

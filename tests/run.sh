#!/usr/bin/env bash
# Installs what the checks need on a fresh Debian machine with Rust, then runs all of them. No retries.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        echo "need root (or sudo) for: $*" >&2
        exit 1
    fi
}

apt_install() {
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

say "tools"
command -v cargo >/dev/null || { echo "Rust is missing: https://rustup.rs (the version is in Cargo.toml)" >&2; exit 1; }
# SQLite is compiled from its bundled C source.
command -v cc >/dev/null || apt_install build-essential
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
# Pages that need their scripts are tested with a real browser; TANZHAO_CHROMIUM may name another one.
if [ -z "${TANZHAO_CHROMIUM:-}" ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null &&
    ! command -v google-chrome >/dev/null; then
    apt_install chromium
fi
# Foreign readers check our WARC and xlsx files; they live in a scratch environment below target/.
venv="${CARGO_TARGET_DIR:-target}/outside-venv"
if ! "$venv/bin/python" -c 'import warcio, openpyxl, cdxj_indexer' 2>/dev/null; then
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv" 2>/dev/null || { rm -rf "$venv"; apt_install python3 python3-venv; python3 -m venv "$venv"; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/outside/requirements.txt
fi

say "format"
cargo fmt --check

say "lints"
cargo clippy --all-targets --locked -- -D warnings

say "tests"
cargo test --locked

say "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

say "packages, read by foreign tools"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Whoever runs this may be root, as in most containers.
printf '[crawl.render]\nallow_unsandboxed = true\n' >"$scratch/tanzhao.toml"
cargo run --quiet --locked -- --config "$scratch/tanzhao.toml" --data-dir "$scratch/data" demo --once >"$scratch/demo.txt"
"$venv/bin/python" tests/outside/check_packages.py "$scratch" --pictures

say "recordings, written by foreign tools"
"$venv/bin/python" tests/outside/check_import.py "${CARGO_TARGET_DIR:-target}/debug/tanzhao" "$scratch/import"
say "lists, written by foreign tools"
"$venv/bin/python" tests/outside/check_lists.py "${CARGO_TARGET_DIR:-target}/debug/tanzhao" "$scratch/lists"
say "archive, index and audit log, read by foreign tools"
# The second time the list pages are unchanged, which makes revisit records.
cargo run --quiet --locked -- --data-dir "$scratch/data" demo --once --output "$scratch/again" >>"$scratch/demo.txt"
cargo run --quiet --locked -- --data-dir "$scratch/data" export cdxj --output "$scratch/index.cdxj"
"$venv/bin/python" tests/outside/check_archive.py "$scratch/data" "$scratch/index.cdxj"

say "random draws, drawn again by another program"
"$venv/bin/python" tests/outside/check_draw.py "${CARGO_TARGET_DIR:-target}/debug/tanzhao" "$scratch/draw"

say "all checks passed"

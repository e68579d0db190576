#!/bin/sh
# Makes sure that the named rustup components are there: the minimal profile of rustup leaves rustfmt and clippy out.
# Usage: tools/rust-components.sh COMPONENT...
set -eu

for component in "$@"; do
    case $component in
        rustfmt) subcommand=fmt ;;
        *) subcommand=$component ;;
    esac
    "${CARGO:-cargo}" "$subcommand" --version >/dev/null 2>&1 && continue
    rustup=$(command -v rustup || echo "${CARGO_HOME:-$HOME/.cargo}/bin/rustup")
    if [ ! -x "$rustup" ]; then
        echo "$component is not there: install it beside your Rust (with rustup: rustup component add $component)" >&2
        exit 1
    fi
    "$rustup" component add "$component"
done

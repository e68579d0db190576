#!/bin/sh
# Fuzzes every target under fuzz/ for FUZZ_SECONDS each. libFuzzer needs a nightly toolchain and a C++ compiler; neither
# is needed for anything else, so they are asked for here and not installed by `make setup`.
set -eu

missing=0
needs() {
    echo "fuzz: $1 is missing. Get it with: $2" >&2
    missing=1
}

[ -d fuzz ] || {
    echo "fuzz: there are no fuzz targets under fuzz/" >&2
    exit 1
}
# `rustup run` tells without installing the toolchain, which `cargo +nightly` may do by itself.
rustup run nightly cargo --version >/dev/null 2>&1 || needs "the nightly toolchain" "rustup toolchain install nightly --profile minimal"
command -v c++ >/dev/null 2>&1 || needs "a C++ compiler" "apt-get install g++ (Debian and Ubuntu)"
[ "$missing" -eq 0 ] || exit 1

tool=$(sh tools/cargo-tool.sh cargo-fuzz "$CARGO_FUZZ_VERSION")
# cargo-fuzz starts whichever cargo comes first, and that has to be nightly's.
nightly=$(dirname "$(rustup which --toolchain nightly cargo)")
PATH=$nightly:$PATH
export PATH
unset CARGO

targets=$("$tool" list)
for target in $targets; do
    echo "fuzz: $target for $FUZZ_SECONDS s"
    "$tool" run "$target" -- "-max_total_time=$FUZZ_SECONDS"
done

#!/bin/sh
# Fuzzes every target under fuzz/ for FUZZ_SECONDS each, beginning with the contract's vectors. The stable toolchain does:
# the contract has no `unsafe` for the address sanitizer, which alone needs a nightly one, to watch.
set -eu

command -v c++ >/dev/null 2>&1 || {
    echo "fuzz: a C++ compiler is missing, for libFuzzer. Get it with: apt-get install g++ (Debian and Ubuntu)" >&2
    exit 1
}
tool=$(sh tools/cargo-tool.sh cargo-fuzz "$CARGO_FUZZ_VERSION")

# Usage: seed TARGET FOLDER-OF-VECTORS FILE
seed() {
    mkdir -p "fuzz/corpus/$1"
    for file in "proto/vectors/$2"/*/"$3"; do
        case=$(basename "$(dirname "$file")")
        [ ! -f "$file" ] || cp "$file" "fuzz/corpus/$1/$2-$case"
    done
}

for kind in accepted refused; do
    seed spec_json "$kind" input.json
    seed spec_msgpack "$kind" input.msgpack
done

for target in $("$tool" list); do
    echo "fuzz: $target for $FUZZ_SECONDS s"
    dictionary=fuzz/dictionaries/$target.dict
    case $target in spec_*) dictionary=fuzz/dictionaries/spec.dict ;; esac
    set -- "-max_total_time=$FUZZ_SECONDS" -print_final_stats=1
    [ ! -f "$dictionary" ] || set -- "$@" "-dict=$dictionary"
    "$tool" run -s none "$target" -- "$@"
done

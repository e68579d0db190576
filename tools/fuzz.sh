#!/bin/sh
# Fuzzes every target under fuzz/ for FUZZ_SECONDS each, beginning with the contract's vectors and with small files of the
# hostile corpus. The stable toolchain does: it has all but the address sanitizer, which would watch what is `unsafe` in
# FFmpeg and in few places of the renderer.
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

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"${CARGO:-cargo}" run --quiet --locked --package gildhall-samples -- hostile --seed 7 --count 700 --out "$corpus"
mkdir -p fuzz/corpus/image fuzz/corpus/content
find "$corpus" -maxdepth 1 -type f -size -32k \
    \( -name '*.jpg' -o -name '*.png' -o -name '*.webp' -o -name '*.gif' -o -name '*.avif' -o -name '*.bmp' -o -name '*.tiff' \) \
    -exec cp {} fuzz/corpus/image \;
find "$corpus" -maxdepth 1 -type f -size -8k -exec cp {} fuzz/corpus/content \;
# What each of the other targets would hardly find by itself.
one() {
    mkdir -p "fuzz/corpus/$1"
    printf '%s' "$2" >"fuzz/corpus/$1/one"
}
one api_key gk_abcd1234_0123456789abcdef
one cursor 1760000000123456-00000000000000000000000000000007
one traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
one inspection '{"media_type":"image/png","extension":"png","width":3,"height":2,"duration_ms":null}'

for target in $("$tool" list); do
    echo "fuzz: $target for $FUZZ_SECONDS s"
    dictionary=fuzz/dictionaries/$target.dict
    case $target in
        spec_*) dictionary=fuzz/dictionaries/spec.dict ;;
        content) dictionary=fuzz/dictionaries/image.dict ;;
    esac
    set -- "-max_total_time=$FUZZ_SECONDS" -print_final_stats=1
    [ ! -f "$dictionary" ] || set -- "$@" "-dict=$dictionary"
    "$tool" run -s none "$target" -- "$@"
done

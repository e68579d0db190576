#!/bin/sh
# Prints the path of a cargo tool of exactly the wanted version: the one on the PATH if it is that version, otherwise
# one that is compiled once into the target folder. The versions stand in the Makefile.
# Usage: tools/cargo-tool.sh NAME VERSION [further arguments for `cargo install`]
set -eu

name=$1 version=$2
shift 2

cargo=${CARGO:-cargo}
root=${CARGO_TARGET_DIR:-target}/tools/$name-$version
# The Makefile may run from any folder, and the caller wants to run what we print.
case $root in /*) ;; *) root=$PWD/$root ;; esac
tool=$root/bin/$name

case $("$name" --version 2>/dev/null || true) in
    "$version" | "$name $version")
        command -v "$name"
        exit
        ;;
esac

if [ ! -x "$tool" ]; then
    echo "installing $name $version into $root (once)" >&2
    # A tool that runs for seconds is not worth minutes of link-time optimisation, which some ask for.
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
        "$cargo" install --quiet --locked --root "$root" --target-dir "$root/build" "$@" "$name@$version" >&2
    rm -rf "$root/build"
fi
echo "$tool"

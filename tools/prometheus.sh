#!/bin/sh
# Prints the folder with Prometheus's programs (prometheus, promtool): that on the PATH, or one below the target folder into
# which Debian's or Ubuntu's package is unpacked once. It is not installed: no service starts, and no root is needed unless
# apt's own lists are missing.
# GILDHALL_TEST_PROMETHEUS names another folder. On other systems, install Prometheus 2.42 or newer from
# https://prometheus.io/download/.
set -eu

folder=${CARGO_TARGET_DIR:-target}/tools/prometheus
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac

fail() {
    echo "prometheus: $*" >&2
    exit 1
}

if [ -n "${GILDHALL_TEST_PROMETHEUS:-}" ]; then
    [ -x "$GILDHALL_TEST_PROMETHEUS/promtool" ] || fail "there is no promtool in $GILDHALL_TEST_PROMETHEUS"
    echo "$GILDHALL_TEST_PROMETHEUS"
    exit
fi
if command -v promtool >/dev/null 2>&1 && command -v prometheus >/dev/null 2>&1; then
    dirname "$(command -v promtool)"
    exit
fi
if [ -x "$folder/usr/bin/promtool" ]; then
    echo "$folder/usr/bin"
    exit
fi

command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 ||
    fail "install Prometheus 2.42 or newer (https://prometheus.io/download/), and put its programs on the PATH"

echo "prometheus: unpacking the package into $folder (once)" >&2
partial=$folder.partial
rm -rf "$partial"
mkdir -p "$partial"
download() {
    (cd "$partial" && apt-get -qq download prometheus </dev/null >/dev/null 2>"$partial/apt.log")
}
update() {
    if [ "$(id -u)" -eq 0 ]; then
        apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null
    else
        sudo -n apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null
    fi
}
download || { update && download; } || {
    cat "$partial/apt.log" >&2
    fail "the package could not be downloaded"
}
dpkg-deb --extract "$partial"/prometheus_*.deb "$partial"
rm -f "$partial"/prometheus_*.deb "$partial/apt.log"
# It appears under its name only when it is whole.
rm -rf "$folder"
mv "$partial" "$folder"
echo "$folder/usr/bin"

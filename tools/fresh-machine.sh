#!/usr/bin/env bash
# Proves that tools/packages.txt is complete: runs Makefile targets in a new, minimal Debian 12 that has nothing but make
# and this machine's Rust, on a clean clone of the last commit (uncommitted changes do not go along). Needs root, git
# and debootstrap. The machine is a temporary folder, gone afterwards whatever happened.
# Usage: tools/fresh-machine.sh [TARGET...]        (demo)
# FRESH_SUITE (bookworm) and FRESH_MIRROR (the first one in apt's own sources) choose another Debian.
set -Eeuo pipefail

# Mounts and processes live in namespaces of their own and end with them, even if this script is killed.
if [[ ${FRESH_NAMESPACE:-} != yes ]]; then
    [[ $(id -u) -eq 0 ]] || {
        echo "fresh-machine: needs root (debootstrap and chroot)" >&2
        exit 1
    }
    FRESH_NAMESPACE=yes exec unshare --mount --propagation private --pid --fork --kill-child bash "$0" "$@"
fi

cd "$(dirname "$0")/.."
targets=("${@:-demo}")
suite=${FRESH_SUITE:-bookworm}

stamp() { printf 'fresh-machine: %5d s  %s\n' "$SECONDS" "$*"; }
fail() {
    stamp "$*" >&2
    exit 1
}
for command in debootstrap git rustc; do
    command -v "$command" >/dev/null || fail "needs $command"
done

root=$(mktemp -d "${TMPDIR:-/tmp}/gildhall-fresh.XXXXXX")
chmod 755 "$root" # apt drops its privileges and has to get in
remove_machine() {
    umount --recursive --lazy "$root/rust" "$root/proc" "$root/dev" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap remove_machine EXIT
trap 'stamp "line $LINENO failed"' ERR
trap 'exit 130' INT TERM

# The first Debian mirror that apt knows, in the old one-line or the new deb822 form.
configured_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -E '^(URIs:|deb )' | grep -Eo '[a-z]+://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true
}

install_debian() {
    local mirror=${FRESH_MIRROR:-$(configured_mirror)}
    mirror=${mirror:-http://deb.debian.org/debian}
    stamp "installing a minimal $suite from $mirror into $root"
    debootstrap --variant=minbase --include=make,ca-certificates "$suite" "$root" "$mirror" >"$root/log" 2>&1 || {
        tail -n 20 "$root/log" >&2
        fail "debootstrap failed"
    }
    # No package may start a service in there.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
}

# Behind a company's proxy: its settings for apt, its certificates, its names. The environment brings the rest.
copy_network_settings() {
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -L /etc/apt/apt.conf "$root/etc/apt/" 2>/dev/null || true
    local setting
    for setting in /etc/apt/apt.conf.d/*; do
        if grep -qiE 'proxy|cainfo' "$setting" 2>/dev/null; then cp -L "$setting" "$root/etc/apt/apt.conf.d/"; fi
    done
    cp -r /usr/local/share/ca-certificates "$root/usr/local/share/" 2>/dev/null || true
    chroot "$root" update-ca-certificates >/dev/null 2>&1
}

mount_machine() {
    mkdir -p "$root/rust"
    mount --bind --options ro "$(rustc --print sysroot)" "$root/rust"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/dev"
    for device in null zero full random urandom; do
        touch "$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    mkdir "$root/dev/shm"
    ln -s /proc/self/fd "$root/dev/fd"
}

# As a new user's shell would: of this environment only the proxy goes along.
run_make() {
    local proxy
    mapfile -t proxy < <(env | grep -iE '^(http|https|no|all)_proxy=' || true)
    chroot "$root" /usr/bin/env -i "${proxy[@]}" HOME=/root LANG=C.UTF-8 CI=true \
        PATH=/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        make -C /gildhall "$1" </dev/null
}

install_debian
copy_network_settings
mount_machine
stamp "cloning the last commit"
git clone --quiet --no-hardlinks . "$root/gildhall"
for target in "${targets[@]}"; do
    stamp "make $target"
    run_make "$target" || fail "make $target failed"
done
stamp "make ${targets[*]}: everything it needs is in tools/packages.txt"

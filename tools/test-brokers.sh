#!/usr/bin/env bash
# Runs the fleet's tests on quorum queues against the RabbitMQ of several Debian releases: 3.10 (bookworm), 4.0 (trixie) and
# 4.3 or newer (testing). Each release lives in a folder of its own below target/brokers, which is made once and used
# again; remove it for a newer one. The tests' private services start the broker, and the name daemon that belongs to it,
# inside that folder as their own child processes, so no broker outlives its test. Needs root and debootstrap.
# Usage: tools/test-brokers.sh [SUITE...]   (bookworm trixie testing)
# BROKERS_MIRROR (the first one in apt's own sources) names another mirror of Debian. BROKERS_ARGS are arguments for the
# test program, for example `outages messages`. All suites are tried; the exit status tells whether all passed.
set -Eeuo pipefail

say() { printf 'test-brokers: %5d s  %s\n' "$SECONDS" "$*"; }
fail() {
    say "$*" >&2
    exit 1
}

[[ $(id -u) -eq 0 ]] || fail "needs root (debootstrap and chroot)"
cd "$(dirname "$0")/.."
read -ra cargo <<<"${CARGO:-cargo}"
for command in debootstrap unshare "${cargo[0]}"; do
    command -v "$command" >/dev/null || fail "needs $command"
done
suites=("$@")
[[ $# -gt 0 ]] || suites=(bookworm trixie testing)
mkdir -p "${CARGO_TARGET_DIR:-target}/brokers"
folders=$(realpath "${CARGO_TARGET_DIR:-target}/brokers")

# A short path: PostgreSQL's socket lies below it, and the kernel allows a socket's path 107 bytes.
run=$(mktemp -d /tmp/gildhall-brokers.XXXXXX)
chmod 711 "$run" # PostgreSQL may run as another user, who has to get in
# The last test's keeper may still be ending its services there.
remove_run() {
    local attempt
    for attempt in 1 2 3 4 5; do
        rm -rf --one-file-system "$run" 2>/dev/null && return
        sleep "$attempt"
    done
    say "could not remove $run" >&2
}
trap remove_run EXIT
trap 'exit 130' INT TERM

# The first Debian mirror that apt knows, in the old one-line or the new deb822 form.
configured_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -E '^(URIs:|deb )' | grep -Eo '[a-z]+://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true
}

# Appears under its name only when it is whole: what is half made is made again. Mounts and processes of the installation
# live in namespaces of their own and end with them, even if this script is killed.
install_suite() {
    local suite=$1 folder=$folders/$1 mirror=${BROKERS_MIRROR:-$(configured_mirror)}
    mirror=${mirror:-http://deb.debian.org/debian}
    [[ ! -d $folder ]] || return 0
    say "installing $suite's RabbitMQ from $mirror into $folder"
    rm -rf --one-file-system "$folder.partial"
    unshare --mount --propagation private --pid --fork --kill-child \
        debootstrap --force-check-gpg --variant=minbase --include=rabbitmq-server "$suite" "$folder.partial" "$mirror" \
        >"$folder.log" 2>&1 </dev/null || {
        tail -n 20 "$folder.log" >&2
        return 1
    }
    # The node is called gildhall@localhost, and not every release writes this file.
    printf '127.0.0.1 localhost\n' >"$folder.partial/etc/hosts" &&
        rm -rf "$folder.partial/var/cache/apt/archives" "$folder.partial/var/lib/apt/lists" &&
        mv "$folder.partial" "$folder"
}

# The version of Debian's package, for example 4.0.5-6.
broker_version() {
    # shellcheck disable=SC2016  # dpkg-query fills it in
    chroot "$folders/$1" dpkg-query --show --showformat='${Version}' rabbitmq-server
}

# Writes a program that becomes another one inside the suite's folder, with the same environment and the same process id,
# so that signals, and the kernel's when its parent dies, reach that one. The tests' folder is seen at its own path. The
# mounts are this process's own and end with it.
write_way_in() {
    local way_in=$1 suite=$2 program=$3
    cat >"$way_in" <<EOF
#!/bin/sh
root='$folders/$suite' run='$run'
if [ "\${1:-}" != --mounting ]; then
    exec unshare --mount --propagation private /bin/sh "\$0" --mounting
fi
set -e
mount -t tmpfs tmpfs "\$root/tmp"
mkdir "\$root\$run"
mount --rbind "\$run" "\$root\$run"
mount --rbind /proc "\$root/proc"
mount --rbind /dev "\$root/dev"
exec chroot "\$root" $program
EOF
    chmod 755 "$way_in"
}

# The server's own script: the one in /usr/sbin would switch to the system's node.
server_script() {
    local scripts=("$folders/$1"/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server)
    [[ -x ${scripts[0]} ]] && printf '%s' "${scripts[0]#"$folders/$1"}"
}

# The tests hand the mode on to every process of the fleet. A broker of the developer's is not what is to be tested.
run_tests() {
    local suite=$1 programs=$run/$1 server args
    server=$(server_script "$suite") || {
        say "$folders/$suite has no RabbitMQ; remove that folder to have it made again" >&2
        return 1
    }
    mkdir -p "$programs"
    write_way_in "$programs/rabbitmq-server" "$suite" "$server"
    write_way_in "$programs/epmd" "$suite" /usr/bin/epmd
    read -ra args <<<"${BROKERS_ARGS:-}"
    env --unset=GILDHALL_TEST_AMQP_URL --unset=GILDHALL_TEST_MANAGEMENT_URL \
        PATH="$programs:$PATH" TMPDIR="$run" GILDHALL_DEVSTACK_RABBITMQ="$programs/rabbitmq-server" \
        GILDHALL_TEST_QUEUE_MODE=quorum \
        "${cargo[@]}" test --locked --workspace --test fleet -- --skip ledger:: --skip prometheus:: "${args[@]}" </dev/null
}

# The private services' programs and those that stand for a hostile render, which testing one target alone would not make.
"${cargo[@]}" build --locked --workspace --bins --examples
failed=()
for suite in "${suites[@]}"; do
    install_suite "$suite" || {
        failed+=("$suite (not installed)")
        continue
    }
    version=$(broker_version "$suite")
    say "$suite: RabbitMQ $version"
    run_tests "$suite" || failed+=("$suite ($version)")
done
[[ ${#failed[@]} -eq 0 ]] || fail "failed: ${failed[*]}"
say "${suites[*]}: all passed"

#!/bin/sh
# Installs what tools/packages.txt lists on Debian and Ubuntu, and names it on every other system.
# Says one line and touches no network when nothing is missing. Exits with 1 if a needed thing is not there
# in the end, whichever way it was to come.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
packages=$(sed 's/#.*//' "$here/packages.txt" | tr -s '[:space:]' ' ')

say() { printf 'setup: %s\n' "$*"; }

# --- Debian and Ubuntu ---------------------------------------------------------------------------------------

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
    for package in $packages; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

# Runs a command as root; without a terminal sudo must not ask for a password and wait for ever.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null 2>&1; then
        say "neither root nor sudo: cannot run: $*" >&2
        return 1
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

apt() {
    # A newly booted machine often runs apt by itself: wait for its lock instead of failing.
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null >/dev/null
}

install_with_apt() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    say "installing, which can take some minutes: $missing"
    # One broken third-party source must not stop us: the installation itself tells whether it mattered.
    apt update || say "apt-get update failed; going on with the lists that are here" >&2
    # shellcheck disable=SC2086  # a list of words
    apt install --yes --no-install-recommends $missing || say "apt-get install failed" >&2
    case " $missing " in *" clamav-daemon "*) keep_clamav_quiet ;; esac
}

# The system's own scanner would fetch hundreds of megabytes of signatures and hold them in memory, and Gildhall does not
# use it. Only where we brought it: whoever had it before wants it to run.
keep_clamav_quiet() {
    [ -d /run/systemd/system ] || return 0
    as_root systemctl --quiet disable --now clamav-daemon.socket clamav-daemon.service clamav-freshclam.service \
        </dev/null >/dev/null 2>&1 || say "the system's ClamAV may be running; Gildhall does not need it" >&2
}

# --- Any other system ----------------------------------------------------------------------------------------

package_manager() {
    for manager in dnf apk pacman zypper brew; do
        if command -v "$manager" >/dev/null 2>&1; then
            echo "$manager"
            return
        fi
    done
}

name_packages() {
    say "this is not Debian or Ubuntu. What Gildhall needs, by its Debian names:"
    sed '1,/^$/d; s/^/    /' "$here/packages.txt"
    case $(package_manager) in
        dnf) say "with RPM Fusion enabled: sudo dnf install gcc make pkgconf clang-devel ffmpeg ffmpeg-devel rabbitmq-server postgresql-server clamd google-noto-sans-fonts google-noto-serif-fonts google-noto-sans-cjk-fonts google-noto-color-emoji-fonts" ;;
        apk) say "apk add gcc musl-dev make pkgconf clang-dev ffmpeg ffmpeg-dev rabbitmq-server postgresql clamav-daemon font-noto font-noto-cjk font-noto-emoji" ;;
        pacman) say "sudo pacman -S --needed gcc make pkgconf clang ffmpeg rabbitmq postgresql clamav noto-fonts noto-fonts-cjk noto-fonts-emoji" ;;
        zypper) say "with Packman enabled: sudo zypper install gcc make pkgconf clang-devel ffmpeg ffmpeg-devel rabbitmq-server postgresql-server clamav noto-sans-fonts noto-serif-fonts noto-sans-cjk-fonts noto-coloremoji-fonts" ;;
        brew) say "brew install pkgconf llvm ffmpeg rabbitmq postgresql clamav font-noto-sans font-noto-serif font-noto-color-emoji; export LIBCLANG_PATH=\"\$(brew --prefix llvm)/lib\"" ;;
        *) say "look for these, or their like, in your system's package manager" ;;
    esac
}

# --- What must be there in the end, wherever it came from --------------------------------------------------------

failed=0
lacks() {
    say "not found: $*" >&2
    failed=1
}

check_command() {
    command -v "$1" >/dev/null 2>&1 || lacks "$1 ($2)"
}

# The libraries of FFmpeg 5.1, by their own version numbers.
check_ffmpeg_libraries() {
    command -v pkg-config >/dev/null 2>&1 || return 0
    for wanted in libavcodec:59.37 libavformat:59.27 libavutil:57.28 libswresample:4.7 libswscale:6.7; do
        library=${wanted%:*} version=${wanted#*:}
        pkg-config --exists "$library >= $version" && continue
        found=$(pkg-config --modversion "$library" 2>/dev/null || echo none)
        lacks "$library $version or newer, with headers (found: $found). FFmpeg 5.1 is the oldest that works; Debian 12 and Ubuntu 24.04 have it"
    done
}

# bindgen loads libclang at run time, from LIBCLANG_PATH or from where clang and LLVM are commonly put.
check_libclang() {
    for folder in "${LIBCLANG_PATH:-}" /usr/lib /usr/lib64 /usr/lib/*-linux-gnu* /usr/lib/llvm*/lib /usr/lib64/llvm*/lib \
        /usr/local/lib /Library/Developer/CommandLineTools/usr/lib; do
        for library in "$folder"/libclang.so* "$folder"/libclang-*.so* "$folder"/libclang.dylib; do
            [ -e "$library" ] && return 0
        done
    done
    lacks "libclang (set LIBCLANG_PATH to its folder if it is installed)"
}

# A daemon, in a folder that a user's PATH may lack.
check_clamd() {
    for folder in /usr/sbin /usr/local/sbin /usr/bin /usr/local/bin /opt/homebrew/sbin; do
        [ -x "$folder/clamd" ] && return 0
    done
    check_command clamd "ClamAV's daemon; the demo and the tests start a private one"
}

# A missing font degrades the video and never stops it, so it is only told.
check_fonts() {
    for font in NotoSerifDisplay NotoSansArabic NotoSansDevanagari NotoSansThai NotoSansCJK NotoColorEmoji; do
        found=$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-}/.fonts" "${HOME:-}/.local/share/fonts" \
            "${HOME:-}/Library/Fonts" /Library/Fonts /opt/homebrew/share/fonts \
            -name "$font*" 2>/dev/null | head -n 1)
        [ -n "$found" ] || say "no font $font*: hooks that need it fall back to another face" >&2
    done
}

check_everything() {
    check_command cc "a C compiler"
    check_command pkg-config "finds FFmpeg"
    check_command ffmpeg "the tests make media with it"
    check_command psql "PostgreSQL; the demo and the tests start a private server"
    check_command epmd "Erlang, on which RabbitMQ runs; the demo and the tests start a private broker"
    check_clamd
    cargo=${CARGO:-cargo}
    check_command "${cargo%% *}" "Rust, from https://rustup.rs"
    check_ffmpeg_libraries
    check_libclang
    check_fonts
}

if command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; then
    install_with_apt
    check_everything
else
    check_everything
    [ "$failed" -eq 0 ] || name_packages
fi
[ "$failed" -eq 0 ] || exit 1
say "everything is there"

#!/bin/sh
# Checks everything that deploys Gildhall with the tools that will read it: the chart with Helm and the schemas of
# Kubernetes, KEDA and the Prometheus operator, the units with systemd, the compose file with its specification's schema,
# the Dockerfile with hadolint, and the bill of materials of what is deployed with CycloneDX's schema. The tools go into the
# build folder, once; only systemd and Python are the system's.
# Usage: tools/check-deploy.sh [TEST...], for example test_scaling.Drain
#        tools/check-deploy.sh --values makes the list of values in the chart's README anew
set -eu
cd "$(dirname "$0")/.."

say() { echo "check-deploy: $*" >&2; }

need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 && return
    command -v apt-get >/dev/null 2>&1 || {
        say "missing: $package, by its Debian name"
        exit 1
    }
    say "installing $package"
    sudo=
    [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
    $sudo apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null || say "apt-get update failed; going on"
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --yes --no-install-recommends "$package" </dev/null >/dev/null
}
need python3-venv python3 -c 'import ensurepip, venv'
need systemd systemd-analyze --version

requirements=tools/check_deploy/requirements.txt
tools=${CARGO_TARGET_DIR:-target}/tools/check-deploy-$(cksum <"$requirements" | cut -d ' ' -f 1)
case $tools in /*) ;; *) tools=$PWD/$tools ;; esac
if [ ! -e "$tools/complete" ]; then
    say "installing Helm, schemas and linters into $tools (once)"
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --requirement "$requirements"
    touch "$tools/complete"
fi

cd tools/check_deploy
export PATH="$tools/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --values ]; then
    exec python values_table.py
fi
if [ $# -eq 0 ]; then
    exec python -W ignore::DeprecationWarning -m unittest discover --pattern 'test_*.py'
fi
exec python -W ignore::DeprecationWarning -m unittest "$@"

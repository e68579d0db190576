#!/usr/bin/env bash
# Runs programs of the release before on this release's tables, by themselves and beside this release's programs: from the
# submission of jobs to their end. That release is built once, from git, in a work tree below target/upgrade.
# Usage: tools/test-upgrade.sh
# PREVIOUS names the release before, as a tag or a commit: by default the newest tag, or else the one that
# tests/fleet/ledger/previous_release.txt was made from.
set -Eeuo pipefail

say() { printf 'test-upgrade: %5d s  %s\n' "$SECONDS" "$*"; }
fail() {
    say "$*" >&2
    exit 1
}

cd "$(dirname "$0")/.."
read -ra cargo <<<"${CARGO:-cargo}"
for command in git "${cargo[0]}"; do
    command -v "$command" >/dev/null || fail "needs $command"
done

listed=$(sed -n 's/^release //p' tests/fleet/ledger/previous_release.txt)
previous=${PREVIOUS:-$(git describe --tags --abbrev=0 2>/dev/null || printf '%s' "$listed")}
commit=$(git rev-parse --verify --quiet "$previous^{commit}") || fail "git knows no $previous"

mkdir -p "${CARGO_TARGET_DIR:-target}/upgrade"
folder=$(realpath "${CARGO_TARGET_DIR:-target}/upgrade")
program=$folder/$commit/gildhall
if [[ ! -x $program ]]; then
    say "building $previous ($commit) in $folder (once)"
    source=$folder/source
    git worktree remove --force "$source" 2>/dev/null || rm -rf --one-file-system "$source"
    git worktree prune
    git worktree add --quiet --detach "$source" "$commit"
    # Its own build folder: the features of two releases' dependencies differ, and each would make the other's anew.
    (cd "$source" && CARGO_TARGET_DIR=$folder/build "${cargo[@]}" build --locked --package gildhall --bin gildhall)
    mkdir -p "$folder/$commit"
    mv "$folder/build/debug/gildhall" "$program.partial"
    mv "$program.partial" "$program"
    git worktree remove --force "$source"
fi

say "$("$program" --version) of $previous on the tables of this tree"
"${cargo[@]}" build --locked --workspace --bins
GILDHALL_TEST_PREVIOUS=$program \
    "${cargo[@]}" test --locked --package gildhall --test fleet -- --ignored --nocapture upgrade:: </dev/null
say "both releases work side by side"

#!/usr/bin/env python3
"""Writes down which SQL a release sends to the ledger, for the test that the next release's tables still take it.

Usage: tools/previous-release.py REF >tests/fleet/ledger/previous_release.txt

REF is the release (a tag, or a commit). Statements are the string literals in its src/ledger that are given to sqlx, directly or
by the name of a constant. One that is put together while the program runs stops this script: it has to be told here.
"""

import re
import subprocess
import sys

CALL = re.compile(r'sqlx::(?:query|query_as|query_scalar|raw_sql)(?:::<[^(]*>)?\(\s*("(?:[^"\\]|\\.)*"|[A-Za-z_:]+)', re.S)
CONSTANT = re.compile(r'const (\w+): &str =\s*("(?:[^"\\]|\\.)*");', re.S)
TESTS = re.compile(r"#\[cfg\(test\)\]\s*mod tests \{.*", re.S)


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def literal(text):
    """The value of a string literal, on one line."""
    text = re.sub(r"\\\n\s*", "", text[1:-1])
    text = text.replace('\\"', '"').replace("\\n", "\n")
    return " ".join(text.split())


def statements(ref, path):
    source = TESTS.sub("", git("show", f"{ref}:{path}"))
    constants = dict(CONSTANT.findall(source))
    for given in CALL.findall(source):
        if not given.startswith('"') and given not in constants:
            sys.exit(f"{path}: {given} is no literal and no constant of its file")
        yield literal(constants.get(given, given))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ref = sys.argv[1]
    name = git("describe", "--tags", "--always", ref).strip()
    files = git("ls-tree", "-r", "--name-only", ref, "src/ledger", "migrations").split()
    newest = max(int(re.search(r"/(\d+)_", path)[1]) for path in files if path.startswith("migrations/"))
    calls = {
        ("api" if path.startswith("src/ledger/api/") else "fleet", statement)
        for path in files if path.endswith(".rs") for statement in statements(ref, path)
    }
    print("# What programs of the release before send to the ledger: the role they work as, and the statement.")
    print("# Made by tools/previous-release.py; see docs/operate/upgrade.md.")
    print(f"release {name}\nmigrations {newest}")
    for role, statement in sorted(calls):
        print(f"{role} {statement}")


main()

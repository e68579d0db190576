#!/usr/bin/env python3
"""Writes the software bill of materials of the `gildhall` program, in CycloneDX 1.6 JSON.

Usage: tools/sbom.py FILE [--target TRIPLE] [--binary PROGRAM]

What it lists:
- every crate that is linked into the program (scope "required"), and every one that only builds it: build scripts,
  procedural macros and what they stand on (scope "excluded"). Cargo resolves them, from the lock and for one target, so
  optional crates that are not compiled are not listed. Checksums are the lock's.
- the Debian packages of the libraries that the built program loads, and of the fonts it draws with, as installed on this
  machine. Without a built program, or elsewhere than on Debian and its kin, they are left out, and it says so.

The same lock, machine and commit give the same bytes.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = "gildhall"
CARGO = os.environ.get("CARGO", "cargo")
# Names that SPDX has retired, as deny.toml clarifies them.
RETIRED = {"GPL-3.0": "GPL-3.0-only"}
LINE = re.compile(r"^(\d+)(\S+) v(\S+)(?: \(.*\))?\|([^|]*)\|([^|]*?)(?: \(\*\))?$")


def run(*command):
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"sbom: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def crates(target, edges):
    """What cargo resolves over these edges: each crate's licence and home, and what it stands on, root first."""
    tree = run(CARGO, "tree", "--locked", "--package", PACKAGE, "--target", target, "--edges", edges,
               "--prefix", "depth", "--format", "{p}|{l}|{r}")
    found, way = {}, []
    for line in filter(None, tree.splitlines()):
        match = LINE.match(line)
        if not match:
            sys.exit(f"sbom: cannot read this line of cargo tree: {line}")
        depth, crate = int(match[1]), (match[2], match[3])
        known = found.setdefault(crate, {"licence": match[4], "home": match[5], "needs": set()})
        del way[depth:]
        if way:
            found[way[-1]]["needs"].add(crate)
        way.append(crate)
    return found


def checksums():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(one["name"], one["version"]): one.get("checksum") for one in lock["package"]}


def purl(crate):
    return f"pkg:cargo/{crate[0]}@{crate[1].replace('+', '%2B')}"


def expression(licence):
    """Crates older than SPDX expressions separate a choice by a slash."""
    return RETIRED.get(licence, licence.replace("/", " OR "))


def of_crate(crate, about, scope, sums):
    component = {"type": "library", "bom-ref": purl(crate), "name": crate[0], "version": crate[1], "scope": scope}
    if sums.get(crate):
        component["hashes"] = [{"alg": "SHA-256", "content": sums[crate]}]
    if about["licence"]:
        component["licenses"] = [{"expression": expression(about["licence"])}]
    component["purl"] = purl(crate)
    if about["home"].startswith("https://"):
        component["externalReferences"] = [{"type": "vcs", "url": about["home"]}]
    return component


def owners(paths):
    """The package that each file came with. Where /lib is a link, packages may still name their files by it."""
    reals = {path: os.path.realpath(path) for path in paths}
    names = {path: dict.fromkeys([path, real, real.removeprefix("/usr")]) for path, real in reals.items()}
    wanted = sorted({name for those in names.values() for name in those})
    # It fails where it does not know one of them, and tells of the others all the same.
    listed = subprocess.run(["dpkg-query", "--search", *wanted], text=True, capture_output=True).stdout
    lines = (line.rpartition(": ") for line in listed.splitlines() if not line.startswith("diversion by "))
    known = {path: packages.split(",")[0] for packages, _, path in lines}
    return {path: next((known[name] for name in those if name in known), None) for path, those in names.items()}


def system_packages(binary):
    """What the program needs beside itself, by the package manager's own book."""
    if binary is None:
        print("sbom: the program is not built here, so the system's libraries are left out", file=sys.stderr)
        return []
    loaded = re.findall(r"(?:=> )?(/\S+) \(0x", run("ldd", str(binary.resolve())))
    if not pathlib.Path("/var/lib/dpkg/status").exists():
        print("sbom: this system has no dpkg, so its libraries are left out", file=sys.stderr)
        return []
    owned = owners(loaded)
    strays = [path for path, package in owned.items() if package is None]
    if strays:
        sys.exit(f"sbom: no package owns {', '.join(strays)}")
    fonts = re.findall(r"^(fonts-\S+)$", (ROOT / "tools/packages.txt").read_text(), re.MULTILINE)
    wanted = sorted({package.split(":")[0] for package in owned.values()} | set(fonts))
    shown = "${binary:Package}\t${db:Status-Abbrev}\t${Version}\t${Architecture}\n"
    lines = run("dpkg-query", "--show", f"--showformat={shown}", *wanted).splitlines()
    return [fields for fields in (line.split("\t") for line in lines) if fields[1].startswith("ii")]


def of_package(name, version, architecture, release):
    name = name.split(":")[0]
    quoted = version.replace("+", "%2B").replace(":", "%3A")
    where = f"pkg:deb/{release['ID']}/{name}@{quoted}?arch={architecture}"
    distro = f"{release['ID']}-{release.get('VERSION_ID', 'unknown')}"
    kind = "data" if name.startswith("fonts-") else "library"
    return {"type": kind, "bom-ref": where, "name": name, "version": version, "scope": "required",
            "purl": f"{where}&distro={distro}"}


def release():
    pairs = (line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return {name: value.strip('"') for name, value in pairs}


def moment():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        git = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True, capture_output=True)
        epoch = git.stdout.strip() or "0"
    return datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def document(target, binary):
    linked = crates(target, "normal,no-proc-macro")
    building = crates(target, "normal,build")
    sums = checksums()
    root = next(iter(linked))
    components = [of_crate(crate, about, "required" if crate in linked else "excluded", sums)
                  for crate, about in sorted(building.items()) if crate != root]
    found = system_packages(binary)
    system = [of_package(fields[0], fields[2], fields[3], release()) for fields in found]
    needs = {purl(crate): sorted(purl(need) for need in about["needs"]) for crate, about in building.items()}
    needs[purl(root)] += [one["bom-ref"] for one in system]
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": moment(),
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "tools/sbom.py", "version": root[1]}]},
            "component": {
                "type": "application",
                "bom-ref": purl(root),
                "name": root[0],
                "version": root[1],
                "licenses": [{"expression": building[root]["licence"]}],
                "purl": purl(root),
            },
            "properties": [{"name": "cargo:target", "value": target}],
        },
        "components": components + system,
        "dependencies": [{"ref": ref, "dependsOn": of} for ref, of in sorted(needs.items())],
    }
    check(whole)
    content = json.dumps(whole, sort_keys=True).encode()
    name = uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(content).hexdigest())
    return {**whole, "serialNumber": f"urn:uuid:{name}"}


def check(whole):
    """Each thing once, and nothing named that is not there."""
    refs = [whole["metadata"]["component"]["bom-ref"]] + [one["bom-ref"] for one in whole["components"]]
    assert len(refs) == len(set(refs)), "something is listed twice"
    for one in whole["dependencies"]:
        assert {one["ref"], *one["dependsOn"]} <= set(refs), f"{one['ref']} names what is not listed"
    unlicensed = [one["name"] for one in whole["components"] if one["purl"].startswith("pkg:cargo") and "licenses" not in one]
    assert not unlicensed, f"without a licence: {unlicensed}"


def built(given):
    if given:
        return given
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    programs = [target / profile / PACKAGE for profile in ("release", "debug")]
    return next((program for program in programs if program.exists()), None)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", type=pathlib.Path)
    arguments.add_argument("--target", help="the target that the program is built for [default: this machine's]")
    arguments.add_argument("--binary", type=pathlib.Path, help="the built program [default: in the target folder]")
    given = arguments.parse_args()
    target = given.target or re.search(r"^host: (\S+)$", run(CARGO, "-vV"), re.MULTILINE)[1]
    whole = document(target, built(given.binary))
    given.file.parent.mkdir(parents=True, exist_ok=True)
    given.file.write_text(json.dumps(whole, indent=1) + "\n")
    counts = {scope: sum(one["scope"] == scope for one in whole["components"]) for scope in ("required", "excluded")}
    print(f"{given.file}: {counts['required']} components in the program or loaded by it, {counts['excluded']} that build it")


main()

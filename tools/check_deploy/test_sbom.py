"""The bill of materials that `make sbom` writes: as CycloneDX wants it, and with what the program is made of, no more and no
less."""

import json
import os
import re
import sys
import tempfile
import tomllib
import unittest
from importlib.util import find_spec
from pathlib import Path

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from repository import ROOT, read, run

CARGO = os.environ.get("CARGO", "cargo")
# What tests and benchmarks need beside the program.
OF_TESTS = ("divan", "gildhall-devstack", "gildhall-samples", "proptest", "ureq")
# Where the compiler notes in a program which file of a crate a fault came from.
SOURCE = re.compile(rb"registry/src/[^/\0]{1,80}/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)/")


def schema(name):
    """One of the schemas that CycloneDX publishes, as its library for Python carries them."""
    folder = Path(find_spec("cyclonedx").submodule_search_locations[0]) / "schema/_res"
    return json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))


def crates_of(edges, target):
    """Each crate that cargo resolves for the program over these edges, the program itself aside."""
    listed = run(CARGO, "tree", "--locked", "--package", "gildhall", "--target", target, "--edges", edges,
                 "--prefix", "none", "--no-dedupe", "--format", "{p}")
    crates = {tuple(line.split()[:2]) for line in listed.splitlines() if line}
    return {(name, version.removeprefix("v")) for name, version in crates if name != "gildhall"}


def program():
    """The program, if it was built since the lock changed."""
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    built = [target / profile / "gildhall" for profile in ("debug", "release")]
    changed = (ROOT / "Cargo.lock").stat().st_mtime
    return next((one for one in built if one.exists() and one.stat().st_mtime > changed), None)


class Sbom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "made" / "gildhall.cdx.json"
            run(sys.executable, "tools/sbom.py", file)
            cls.whole = json.loads(file.read_text(encoding="utf-8"))
        cls.crates = {}
        for one in cls.whole["components"]:
            if one["purl"].startswith("pkg:cargo/"):
                cls.crates[one["name"], one["version"]] = one
        cls.target = cls.whole["metadata"]["properties"][0]["value"]

    def scoped(self, scope):
        return {crate for crate, one in self.crates.items() if one["scope"] == scope}

    def test_it_is_as_cyclonedx_1_6_says(self):
        self.assertEqual((self.whole["bomFormat"], self.whole["specVersion"]), ("CycloneDX", "1.6"))
        base = "http://cyclonedx.org/schema/"
        named = {f"{base}{name}.SNAPSHOT.schema.json": schema(name) for name in ("bom-1.6", "spdx", "jsf-0.82")}
        resources = [(name, Resource.from_contents(one, default_specification=DRAFT7)) for name, one in named.items()]
        validator = Draft7Validator(
            named[f"{base}bom-1.6.SNAPSHOT.schema.json"],
            registry=Registry().with_resources(resources),
            format_checker=Draft7Validator.FORMAT_CHECKER,
        )
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(self.whole)]
        self.assertEqual(faults, [])
        # A schema that finds nothing has to be one that could.
        self.assertFalse(validator.is_valid({**self.whole, "unheard": "of"}))
        self.assertFalse(validator.is_valid({**self.whole, "components": [{"type": "library"}]}))

    def test_it_lists_what_cargo_resolves_and_nothing_else(self):
        self.assertGreater(len(self.crates), 300)
        self.assertEqual(set(self.crates), crates_of("normal,build", self.target))
        self.assertEqual(self.scoped("required"), crates_of("normal,no-proc-macro", self.target))

    def test_each_crate_is_the_one_of_the_lock(self):
        lock = {(one["name"], one["version"]): one for one in tomllib.loads(read("Cargo.lock"))["package"]}
        ours = set()
        for crate, one in self.crates.items():
            self.assertIn(crate, lock)
            sums = [made["content"] for made in one.get("hashes", [])]
            self.assertEqual(sums, [lock[crate]["checksum"]] if "checksum" in lock[crate] else [], crate)
            if not sums:
                ours.add(crate[0])
        self.assertEqual(ours, {"gildhall-proto", "gildhall-render", "gildhall-resize", "gildhall-sandbox"})

    def test_what_only_tests_need_is_not_in_it(self):
        listed = {name for name, _ in self.scoped("required")}
        self.assertEqual(listed & set(OF_TESTS), set())

    def test_every_crate_that_the_program_bears_signs_of_is_in_it(self):
        built = program()
        if built is None:
            self.skipTest("the program was not built since Cargo.lock changed")
        signs = {(name.decode(), version.decode()) for name, version in SOURCE.findall(built.read_bytes())}
        self.assertGreater(len(signs), 100)
        self.assertEqual(signs - self.scoped("required"), set())


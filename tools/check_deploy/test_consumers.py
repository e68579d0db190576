"""The consumers of the integrator's guide: that each could run. That they do what they say is seen by hand (docs/integrate)."""

import json
import os
import shutil
import unittest

from repository import ROOT, read, run

FOLDER = ROOT / "docs" / "integrate"
CARGO = os.environ.get("CARGO", "cargo")


class Consumers(unittest.TestCase):
    def test_python_compiles(self):
        found = sorted(FOLDER.glob("*.py"))
        self.assertTrue(found)
        for path in found:
            # As py_compile does, and nothing is written.
            compile(path.read_text(encoding="utf-8"), str(path), "exec")

    @unittest.skipUnless(shutil.which("node"), "there is no Node")
    def test_node_compiles(self):
        found = sorted(FOLDER.glob("*.mjs"))
        self.assertTrue(found)
        for path in found:
            run("node", "--check", path)

    def test_rust_has_a_lock_that_fits(self):
        """`make check` holds its dependencies to the same rules as the program's; it is not compiled there."""
        manifest = FOLDER / "rust-consumer" / "Cargo.toml"
        whole = json.loads(run(CARGO, "metadata", "--locked", "--format-version", "1", "--manifest-path", manifest))
        self.assertIn("lapin", {package["name"] for package in whole["packages"]})

    def test_the_guide_names_each(self):
        guide = read("docs/integrate/events.md")
        for path in FOLDER.iterdir():
            if path.suffix in (".mjs", ".py") or path.is_dir():
                self.assertIn(path.name, guide + read("docs/integrate/README.md"), path.name)

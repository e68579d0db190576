"""The units, as systemd itself sees them."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from repository import ROOT, read, run

FOLDER = ROOT / "deploy" / "systemd"
UNITS = (
    "gildhall-api.service",
    "gildhall-relay.service",
    "gildhall-worker@1.service",
    "gildhall-janitor.service",
    "gildhall-janitor.timer",
)
SERVICES = [unit for unit in UNITS if unit.endswith(".service")]
# What systemd-analyze makes of them: 0 is no exposure, 10 is all.
MOST_EXPOSED = 2.0


def unit_file(unit):
    return re.sub(r"@\w+\.", "@.", unit)


def settings(path):
    """The settings of a unit file; those that stand twice are a list of their values."""
    found = {}
    for line in read(path).splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def seconds(text):
    return sum(int(number) * {"h": 3600, "min": 60, "s": 1, "": 1}[unit] for number, unit in re.findall(r"(\d+)(\w*)", text))


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A system with the units, the program, and the rest of what they name."""
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        systemd = next(path for path in (Path("/usr/lib/systemd"), Path("/lib/systemd")) if path.exists())
        shutil.copytree(systemd / "system", cls.root / "usr/lib/systemd/system", symlinks=True)
        shutil.copytree(FOLDER, cls.root / "etc/systemd/system")
        program = cls.root / "usr/local/bin/gildhall"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def analyze(self, *words):
        return run("systemd-analyze", f"--root={self.root}", "--no-pager", *words)

    def test_systemd_finds_no_fault(self):
        said = self.analyze("--man=no", "--recursive-errors=no", "verify", *UNITS)
        self.assertEqual(said.strip(), "")

    def test_the_check_finds_faults(self):
        broken = self.root / "etc/systemd/system/broken.service"
        broken.write_text("[Service]\nType=notify\nExecStart=/usr/local/bin/nothing\n", encoding="utf-8")
        with self.assertRaises(AssertionError):
            self.analyze("--man=no", "--recursive-errors=no", "verify", "broken.service")

    def test_every_service_is_hardened(self):
        for unit in SERVICES:
            with self.subTest(unit):
                said = self.analyze("--offline=yes", "security", unit)
                exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)[1])
                self.assertLessEqual(exposure, MOST_EXPOSED)

    def test_timers_have_a_next_time(self):
        (calendar,) = settings("deploy/systemd/gildhall-janitor.timer")["OnCalendar"]
        self.assertIn("Next elapse", run("systemd-analyze", "calendar", calendar))


class Content(unittest.TestCase):
    def settings(self, unit):
        return settings(f"deploy/systemd/{unit_file(unit)}")

    def test_every_unit_is_looked_at(self):
        files = {path.name for path in FOLDER.iterdir() if path.suffix in (".service", ".timer")}
        self.assertEqual(files, {unit_file(unit) for unit in UNITS})

    def test_a_worker_is_killed_only_after_its_drain_time(self):
        unit = self.settings("gildhall-worker@1.service")
        (command,) = unit["ExecStart"]
        grace_s = int(re.search(r"--grace-ms (\d+)", command)[1]) / 1000
        slack = int(re.search(r"GIVING_BACK: Duration = Duration::from_secs\((\d+)\)", read("src/app/worker.rs"))[1])
        self.assertEqual(seconds(unit["TimeoutStopSec"][0]), grace_s + slack)
        self.assertEqual(unit["KillMode"], ["mixed"])
        longest = int(re.search(r"default_value_t = (\d+),\s*value_parser = clap::value_parser!\(u32\).range\(1..=1700\)",
                                read("src/config/worker.rs"))[1])
        self.assertGreaterEqual(grace_s, longest + 120)

    def test_long_lived_roles_are_watched_and_started_again(self):
        for unit in SERVICES:
            found = self.settings(unit)
            if "janitor" in unit:
                self.assertEqual(found["Type"], ["oneshot"])
                continue
            with self.subTest(unit):
                self.assertEqual(found["Type"], ["notify"])
                self.assertIn("WatchdogSec", found)
                self.assertEqual(found["Restart"], ["always"])
                self.assertEqual(found["KillMode"], ["mixed"])

    def test_a_child_can_shut_itself_in_and_be_watched(self):
        shared = settings("deploy/systemd/gildhall-.service.d/hardening.conf")
        calls = " ".join(shared["SystemCallFilter"]).split()
        for call in ("seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
            self.assertIn(call, calls)
        # Either would hide children that may not be dumped, or the host's name.
        self.assertNotIn("ProtectProc", shared)
        self.assertNotIn("ProcSubset", shared)
        # A child that runs out of memory must not end its role.
        for unit in ("gildhall-api.service", "gildhall-worker@1.service"):
            self.assertEqual(self.settings(unit)["OOMPolicy"], ["continue"])

    def test_no_secret_stands_in_a_unit(self):
        for path in FOLDER.rglob("*"):
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                for password in re.findall(r"://\w+:([^@\s]+)@", text) + re.findall(r"SECRET_KEY=(\S+)", text):
                    self.assertEqual(password, "CHANGE-ME", path)

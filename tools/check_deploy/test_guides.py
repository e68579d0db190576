"""What the pages say of each other and of the program: links and their anchors, variables, metrics, tasks."""

import os
import re
import unittest
from functools import cache
from pathlib import Path

from numbers_of_fleet import documented, recorded
from repository import ROOT, read
from test_images import known_variables

# Folders that hold what was made, not written.
MADE = {"target", "out", "node_modules"}
WORD = re.compile(r"\bgildhall_[a-z0-9_]*[a-z0-9]\b")
LINK = re.compile(r'\]\(([^)\s]+)(?:\s+"[^"]*")?\)')
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]*`")


@cache
def pages():
    """Every page of the repository with its text."""
    found = {}
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in MADE and not name.startswith(".")]
        for name in files:
            if name.endswith(".md"):
                path = Path(folder, name)
                found[path] = path.read_text(encoding="utf-8")
    return found


def anchors(text):
    """What `#` may lead to in a page, by the rule of GitHub and its like."""
    found, times = set(), {}
    for title in re.findall(r"^#{1,6} +(.*)$", FENCED.sub("", text), re.MULTILINE):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").replace("*", "")
        name = "".join(sign for sign in title.strip().lower() if sign.isalnum() or sign in " -_").replace(" ", "-")
        times[name] = times.get(name, -1) + 1
        found.add(f"{name}-{times[name]}" if times[name] else name)
    return found


def broken_links(path, text):
    """Links to files that are not there, and to chapters that their page does not have."""
    wrong = []
    for link in LINK.findall(SPAN.sub("", FENCED.sub("", text))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if target != path and not target.exists():
            wrong.append(f"{link}: no such file")
        elif anchor and anchor not in anchors(text if target == path else target.read_text(encoding="utf-8")):
            wrong.append(f"{link}: no such chapter")
    return wrong


@cache
def variables():
    """Variables that anything of the repository reads: the program, the compose file, the tests and their services."""
    found = set(known_variables()) | set(re.findall(r"\$\{(GILDHALL_\w+)", read("docker-compose.yml")))
    for folder in ("demo", "devstack", "proto", "render", "tests"):
        for path in (ROOT / folder).rglob("*.rs"):
            found |= set(re.findall(r'"(GILDHALL_\w+)"', path.read_text(encoding="utf-8")))
    return found


def unknown_variables(text):
    """Variables that nothing reads; `GILDHALL_KEEP_*` is good if any begins like that."""
    named = set(re.findall(r"\bGILDHALL_\w*\*?", text))
    return sorted(name for name in named if not is_known(name))


def is_known(name):
    if name.endswith(("*", "_")):
        return any(known.startswith(name.rstrip("*")) for known in variables())
    return name in variables()


@cache
def names():
    """What may be called `gildhall_…`: metrics, recorded series, crates, and roles of the database."""
    found = set(documented()) | set(recorded())
    found |= {f"{name}_{part}" for name, (kind, _) in documented().items() if kind == "histogram"
              for part in ("bucket", "sum", "count")}
    sql = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "migrations").rglob("*.sql"))
    found |= set(WORD.findall(sql)) | set(re.findall(r"CREATE ROLE (\w+)", "".join(pages().values())))
    manifests = (path.read_text(encoding="utf-8") for path in ROOT.glob("*/Cargo.toml"))
    return found | {name.replace("-", "_") for text in manifests for name in re.findall(r'^name = "([\w-]+)"', text, re.MULTILINE)}


def unknown_names(text):
    return sorted(set(WORD.findall(text)) - names())


def unknown_tasks(text):
    """Tasks in code that the Makefile does not have."""
    tasks = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    code = "\n".join(FENCED.findall(text) + SPAN.findall(FENCED.sub("", text)))
    return sorted(set(re.findall(r"(?:^|[`;&| ])make ([a-z][a-z-]*)", code, re.MULTILINE)) - tasks)


class Pages(unittest.TestCase):
    def hold(self, check):
        self.assertGreater(len(pages()), 20)
        for path, text in pages().items():
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertEqual(check(path, text), [])

    def test_every_link_leads_somewhere(self):
        self.hold(broken_links)

    def test_every_variable_is_read_by_something(self):
        self.hold(lambda _, text: unknown_variables(text))

    def test_every_metric_is_shown_by_somebody(self):
        self.hold(lambda _, text: unknown_names(text))

    def test_every_task_is_one_of_the_makefile(self):
        self.hold(lambda _, text: unknown_tasks(text))


class Checks(unittest.TestCase):
    """That the checks above find anything at all."""

    def test_links(self):
        page = ROOT / "docs" / "page.md"
        text = "# One `two`: three\n## Same\n## Same\n"
        self.assertEqual(anchors(text), {"one-two-three", "same", "same-1"})
        self.assertEqual(broken_links(page, text + "[a](#same-1) [b](render.md) [c](https://example.com/x.md#y)"), [])
        self.assertEqual(broken_links(page, "```\n[a](no.md)\n```\n`[b](no.md)`"), [])
        wrong = broken_links(page, text + "[a](#same-2) [b](no.md) [c](render.md#no)")
        self.assertEqual([line.split(":")[0] for line in wrong], ["#same-2", "no.md", "render.md#no"])

    def test_names(self):
        self.assertEqual(unknown_variables("`GILDHALL_AMQP_URL`, `GILDHALL_S3_*`"), [])
        self.assertEqual(unknown_variables("`GILDHALL_AMPQ_URL`, `GILDHALL_S4_*`"), ["GILDHALL_AMPQ_URL", "GILDHALL_S4_*"])
        self.assertEqual(unknown_names("`gildhall_jobs`, `gildhall_wait_seconds_bucket`, gildhall_render"), [])
        self.assertEqual(unknown_names("`gildhall_job`, `gildhall_jobs_bucket`"), ["gildhall_job", "gildhall_jobs_bucket"])

    def test_tasks(self):
        self.assertEqual(unknown_tasks("`make demo`, and to make believe"), [])
        self.assertEqual(unknown_tasks("```sh\nA=1 make demos\n```\n`make teste`"), ["demos", "teste"])

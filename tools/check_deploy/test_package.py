"""What an operator gets: the package, and what it says after an installation."""

import shutil
import tarfile
import tempfile
import unittest
from pathlib import Path

import yaml

from chart import variants
from repository import CHART, ROOT, run


def notes(variant, *flags):
    """What is told after an installation. Helm tells it to clusters only, so it is rendered as a value here."""
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder) / "gildhall"
        shutil.copytree(CHART, chart)
        (chart / "templates" / "NOTES.txt").rename(chart / "NOTES.txt")
        template = 'notes: |\n  {{- tpl (.Files.Get "NOTES.txt") . | nindent 2 }}\n'
        (chart / "templates" / "notes.yaml").write_text(template, encoding="utf-8")
        text = run(
            "helm", "template", "fleet", chart, "--namespace", "video", "--values", variants()[variant],
            "--show-only", "templates/notes.yaml", *flags,
        )
        return yaml.safe_load(text)["notes"]


class Package(unittest.TestCase):
    def test_it_holds_what_is_installed_and_no_more(self):
        with tempfile.TemporaryDirectory() as folder:
            run("helm", "package", CHART, "--destination", folder)
            (package,) = Path(folder).glob("*.tgz")
            with tarfile.open(package) as archive:
                names = {name.removeprefix("gildhall/") for name in archive.getnames()}
            self.assertIn("values.schema.json", names)
            self.assertFalse(any(name.startswith("ci/") for name in names))
            for folder_name in ("files/rules", "files/dashboards"):
                for path in (CHART / folder_name).iterdir():
                    self.assertIn(str(path.relative_to(CHART)), names)
            # What was packed can be installed.
            run("helm", "template", "x", package)

    def test_links_in_the_readme_lead_somewhere(self):
        text = (CHART / "README.md").read_text(encoding="utf-8")
        self.assertIn("docs/operate/kubernetes.md", text)
        self.assertTrue((ROOT / "docs" / "operate" / "kubernetes.md").exists())


class Notes(unittest.TestCase):
    def test_they_tell_the_next_steps(self):
        text = notes("default")
        self.assertIn("helm test fleet --namespace video", text)
        self.assertIn("may render for 1320 s more (its pod may take 1380 s to end)", text)
        self.assertIn("1 to 10, one for every 1 of the jobs", text)
        self.assertNotIn("WARNING", text)

    def test_what_is_given_up_is_said(self):
        self.assertIn("less than a render may take", notes("manual"))
        self.assertIn("sandbox around tenants' media is not required", notes("unscanned"))
        self.assertIn("not scanned for malware", notes("unscanned"))
        self.assertIn("every pod of the cluster", notes("no-network-policies"))
        published = notes("default", "--set", "api.service.type=LoadBalancer")
        self.assertIn("WARNING: the API is published (api.service.type: LoadBalancer) and no proxy is trusted", published)

    def test_they_tell_where_the_api_is_and_whose_word_is_taken(self):
        text = notes("ingress")
        self.assertIn("https://video.example.com", text)
        self.assertIn("10.244.0.0/16, fd00:10:244::/56 say in x-forwarded-for", text)
        self.assertNotIn("WARNING", text)

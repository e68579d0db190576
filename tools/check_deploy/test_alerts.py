"""Rules for Prometheus: by promtool, and against what the fleet shows and the runbooks say."""

import re
import unittest

from numbers_of_fleet import RULES, faults, rules
from repository import ROOT, read, run
from test_dashboards import dashboards

RUNBOOKS = "docs/operate/runbooks.md"
TESTS = sorted((ROOT / "deploy" / "prometheus" / "tests").glob("*.yaml"))
SEVERITIES = {"critical", "warning", "info"}


def promtool(*arguments):
    folder = run("sh", "tools/prometheus.sh").strip()
    return run(f"{folder}/promtool", *arguments)


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def chapters():
    """The chapters of the runbooks with their text."""
    parts = re.split(r"^### (\w+)$", read(RUNBOOKS), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


class Rules(unittest.TestCase):
    def test_promtool_reads_them(self):
        promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)

    def test_they_do_what_they_are_for(self):
        promtool("test", "rules", *TESTS)

    def test_every_series_is_shown_by_somebody(self):
        for rule in rules():
            self.assertEqual(faults(rule["expr"]), [], rule["expr"])

    def test_the_compose_file_s_prometheus_is_set_up_well(self):
        promtool("check", "config", "--syntax-only", "deploy/observability/prometheus.yml")


class Alerts(unittest.TestCase):
    def test_each_says_what_is_wrong_and_where_to_read_on(self):
        for alert in alerts():
            with self.subTest(alert["alert"]):
                self.assertIn(alert["labels"]["severity"], SEVERITIES)
                self.assertEqual(set(alert["annotations"]), {"summary", "description", "runbook_url"})
                anchor = alert["alert"].lower()
                self.assertEqual(alert["annotations"]["runbook_url"], f"{RUNBOOKS}#{anchor}")

    def test_each_has_a_chapter_and_each_chapter_an_alert(self):
        self.assertEqual(list(chapters()), [alert["alert"] for alert in alerts()])

    def test_each_chapter_says_what_to_do_and_how_to_know_that_it_helped(self):
        for name, text in chapters().items():
            with self.subTest(name):
                for part in ("**Means.**", "**Look.**", "**Do.**", "**Verify.**"):
                    self.assertEqual(text.count(part), 1, part)

    def test_panels_that_are_named_are_on_the_dashboard(self):
        titles = [panel["title"] for dashboard in dashboards() for panel in dashboard["panels"]]
        for name in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", read(RUNBOOKS)):
            self.assertTrue(any(title.startswith(name) for title in titles), name)

    def test_links_between_chapters_lead_somewhere(self):
        for anchor in re.findall(r"\]\(#(\w+)\)", read(RUNBOOKS)):
            self.assertIn(anchor, [name.lower() for name in chapters()])

    def test_each_was_seen_firing(self):
        text = "".join(path.read_text(encoding="utf-8") for path in TESTS)
        for alert in alerts():
            firing = rf'alertname="{alert["alert"]}", alertstate="firing"|alertname: {alert["alert"]}\b'
            self.assertRegex(text, firing)

    def test_templates_name_labels_that_the_alert_has(self):
        for alert in alerts():
            given = set(re.findall(r"\$labels\.(\w+)", str(alert["annotations"])))
            for label in given:
                self.assertRegex(alert["expr"], rf"\b{label}\b|fleet:|gildhall_ready", alert["alert"])

"""The dashboards for Grafana."""

import json
import unittest
from itertools import combinations
from pathlib import Path

from jsonschema import Draft202012Validator

from numbers_of_fleet import documented, faults, rules, selectors
from repository import CHART

DASHBOARDS = sorted((CHART / "files" / "dashboards").glob("*.json"))
SCHEMA = json.loads(Path(__file__).with_name("dashboard.schema.json").read_text(encoding="utf-8"))
ROWS = ["Overview", "Tenants", "Workers", "Broker", "Ledger", "Storage", "API"]


def dashboards():
    return [json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS]


def queries(dashboard):
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    return panels + [annotation["expr"] for annotation in dashboard["annotations"]["list"]]


def overlap(one, other):
    a, b = one["gridPos"], other["gridPos"]
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


class Dashboards(unittest.TestCase):
    def test_the_schema_is_one(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_they_are_as_grafana_reads_them(self):
        for path, dashboard in zip(DASHBOARDS, dashboards(), strict=True):
            found = [
                f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}"
                for fault in Draft202012Validator(SCHEMA).iter_errors(dashboard)
            ]
            self.assertEqual(found, [], path.name)

    def test_panels_have_places_of_their_own(self):
        for dashboard in dashboards():
            panels = dashboard["panels"]
            self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
            for panel in panels:
                self.assertLessEqual(panel["gridPos"]["x"] + panel["gridPos"]["w"], 24, panel["title"])
            for one, other in combinations(panels, 2):
                self.assertFalse(overlap(one, other), f"{one['title']} lies on {other['title']}")

    def test_there_is_a_row_for_each_part_of_the_fleet(self):
        (dashboard,) = dashboards()
        rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
        self.assertEqual(rows, ROWS)

    def test_every_series_is_shown_by_somebody(self):
        for dashboard in dashboards():
            for query in queries(dashboard):
                self.assertEqual(faults(query), [], query)

    def test_every_query_keeps_to_the_chosen_fleet(self):
        for dashboard in dashboards():
            for query in queries(dashboard):
                for name, labels in selectors(query):
                    self.assertIn("namespace", labels, f"{name} in {query}")

    def test_nothing_that_is_shown_goes_unseen(self):
        used = {name for dashboard in dashboards() for query in queries(dashboard) for name, _ in selectors(query)}
        used |= {name for rule in rules() for name, _ in selectors(rule["expr"])}
        seen = {name for name in documented() for part in ("", "_bucket", "_sum", "_count") if name + part in used}
        self.assertEqual(set(documented()) - seen, set())

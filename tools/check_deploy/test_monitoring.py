"""What Prometheus and Grafana get."""

import json
import unittest

import yaml

from chart import find, pod, pod_labels, rendered, role
from repository import CHART
from test_package import notes


def rule_files():
    return sorted((CHART / "files" / "rules").glob("*.yaml"))


class Monitoring(unittest.TestCase):
    def setUp(self):
        self.documents = rendered("monitoring")

    def test_every_role_is_scraped_by_a_port_that_it_has(self):
        scraped = {}
        for document in self.documents:
            match document["kind"]:
                case "ServiceMonitor":
                    (endpoint,) = document["spec"]["endpoints"]
                case "PodMonitor":
                    (endpoint,) = document["spec"]["podMetricsEndpoints"]
                case _:
                    continue
            scraped[role(document)] = endpoint
            self.assertEqual(endpoint["path"], "/metrics")
            deployment = find(self.documents, "Deployment", role(document))
            self.assertLessEqual(document["spec"]["selector"]["matchLabels"].items(), pod_labels(deployment).items())
            names = {port["name"] for port in pod(deployment)["containers"][0]["ports"]}
            self.assertIn(endpoint["port"], names)
            self.assertEqual(document["metadata"]["labels"]["release"], "kube-prometheus-stack")
        self.assertEqual(set(scraped), {"api", "relay", "worker"})

    def test_nothing_is_made_for_operators_that_are_not_there(self):
        kinds = {document["kind"] for document in rendered()}
        self.assertFalse(kinds & {"ServiceMonitor", "PodMonitor", "PrometheusRule"})

    def test_the_rules_are_those_of_the_files_word_by_word(self):
        self.assertTrue(rule_files(), "there are no rules")
        wanted = []
        for path in rule_files():
            wanted.extend(yaml.safe_load(path.read_text(encoding="utf-8"))["groups"])
        rules = next(document for document in self.documents if document["kind"] == "PrometheusRule")
        self.assertEqual(rules["spec"]["groups"], wanted)
        names = [group["name"] for group in wanted]
        self.assertEqual(len(names), len(set(names)))

    def test_runbooks_are_where_the_operator_keeps_them(self):
        documents = rendered("monitoring", "monitoring.runbooks=https://wiki.example.com/gildhall")
        rules = next(document for document in documents if document["kind"] == "PrometheusRule")
        links = [
            rule["annotations"]["runbook_url"]
            for group in rules["spec"]["groups"] for rule in group["rules"] if "alert" in rule
        ]
        self.assertTrue(links)
        for link in links:
            self.assertTrue(link.startswith("https://wiki.example.com/gildhall/docs/operate/"), link)

    def test_whoever_installs_alerts_hears_what_they_lack(self):
        text = notes("monitoring")
        self.assertIn("WARNING: the alerts' links to their runbooks lead nowhere", text)
        self.assertIn("WARNING: no janitor runs", text)
        whole = notes(
            "monitoring", "--set", "monitoring.runbooks=https://wiki.example.com/gildhall", "--set", "janitor.enabled=true"
        )
        self.assertNotIn("WARNING", whole)

    def test_the_dashboards_are_those_of_the_files(self):
        files = sorted((CHART / "files" / "dashboards").glob("*.json"))
        self.assertTrue(files, "there are no dashboards")
        config = next(
            document for document in self.documents
            if document["kind"] == "ConfigMap" and document["metadata"]["name"].endswith("-dashboards")
        )
        self.assertEqual(config["metadata"]["labels"]["grafana_dashboard"], "1")
        for path in files:
            self.assertEqual(json.loads(config["data"][path.name]), json.loads(path.read_text(encoding="utf-8")))
        self.assertLess(len(json.dumps(config)), 900_000, "larger than Kubernetes takes")

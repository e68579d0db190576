"""Every object in every variant, held against the schema of whoever will read it."""

import copy
import json
import unittest

import schemas
from chart import every, find, name, rendered, variants
from repository import CHART, run

CORE = {"v1", "apps/v1", "batch/v1", "autoscaling/v2", "policy/v1", "networking.k8s.io/v1"}


def nulls(node, path=""):
    """Where a value is missing that a template meant to write."""
    if node is None:
        yield path
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from nulls(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nulls(value, f"{path}[{index}]")


class Chart(unittest.TestCase):
    def test_helm_finds_nothing_in_any_variant(self):
        for variant, values in variants().items():
            with self.subTest(variant):
                run("helm", "lint", "--strict", CHART, "--values", values)

    def test_kubernetes_takes_every_object_in_every_version(self):
        seen = set()
        for variant, document in every():
            if document["apiVersion"] not in CORE or (text := json.dumps(document, sort_keys=True)) in seen:
                continue
            seen.add(text)
            for version in schemas.KUBERNETES:
                with self.subTest(f"{variant}: {name(document)}", version=version):
                    self.assertEqual(schemas.kubernetes(version, document), [])
        self.assertGreater(len(seen), 60)

    def test_operators_take_every_object_of_theirs(self):
        kinds = set()
        for variant, document in every():
            if document["apiVersion"] in CORE:
                continue
            kinds.add(document["kind"])
            with self.subTest(f"{variant}: {name(document)}"):
                self.assertEqual(schemas.custom(document), [], "or no schema at all")
        self.assertEqual(
            kinds, {"ScaledObject", "TriggerAuthentication", "ServiceMonitor", "PodMonitor", "PrometheusRule"}
        )

    def test_no_value_is_missing(self):
        for variant, document in every():
            with self.subTest(f"{variant}: {name(document)}"):
                self.assertEqual(list(nulls(document)), [])

    def test_names_are_unique_and_short_enough(self):
        for variant in variants():
            names = [name(document) for document in rendered(variant)]
            self.assertEqual(len(names), len(set(names)), variant)
        long = "a" * 53  # the longest name that Helm takes
        text = run("helm", "template", long, CHART, "--values", variants()["monitoring"])
        lengths = [len(line.split()[-1]) for line in text.splitlines() if line.startswith("  name: ")]
        self.assertLessEqual(max(lengths), 63)


class Schemas(unittest.TestCase):
    """That the schemas refuse anything at all."""

    def spoilt(self, variant, kind, component, change):
        document = copy.deepcopy(find(rendered(variant), kind, component))
        change(document)
        return document

    def test_kubernetes_refuses_unknown_fields_and_wrong_types(self):
        unknown = self.spoilt("default", "Deployment", "api", lambda d: d["spec"].update(replica=1))
        wrong = self.spoilt("default", "Deployment", "api", lambda d: d["spec"].update(replicas="two"))
        for version in schemas.KUBERNETES:
            self.assertNotEqual(schemas.kubernetes(version, unknown), [])
            self.assertNotEqual(schemas.kubernetes(version, wrong), [])

    def test_keda_refuses_unknown_fields_and_wrong_types(self):
        changes = [
            lambda d: d["spec"].update(maxReplicas=1),
            lambda d: d["spec"].update(maxReplicaCount="many"),
            lambda d: d["spec"]["fallback"].update(behaviour="static"),
            lambda d: d["spec"]["triggers"][0]["metadata"].update(value=1),
            lambda d: d["spec"].pop("scaleTargetRef"),
        ]
        for change in changes:
            document = self.spoilt("default", "ScaledObject", "worker", change)
            self.assertNotEqual(schemas.custom(document), [])

    def test_the_prometheus_operator_refuses_unknown_fields(self):
        for kind in ("ServiceMonitor", "PodMonitor"):
            component = "api" if kind == "ServiceMonitor" else "worker"
            document = self.spoilt("monitoring", kind, component, lambda d: d["spec"].update(endpoint=[]))
            self.assertNotEqual(schemas.custom(document), [])

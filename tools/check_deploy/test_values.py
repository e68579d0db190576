"""What the chart refuses before it reaches a cluster, and what it says of itself."""

import json
import unittest

import values_table
from chart import rendered, variants
from repository import CHART, load, read, refused

# What is set, and a word of the complaint.
REFUSED = {
    "unknown=1": "unknown",
    "worker.unknown=1": "unknown",
    # The numbers that follow from others cannot be set against them.
    "worker.resources.limits.memory=1Gi": "memory",
    "worker.resources.limits.ephemeral-storage=1Gi": "ephemeral-storage",
    "worker.extraEnv[0].name=GILDHALL_GRACE_MS,worker.extraEnv[0].value=x": "extraEnv",
    "worker.drainSeconds=3601": "drainSeconds",
    "worker.renderTimeoutSeconds=1701": "renderTimeoutSeconds",
    "worker.drainSeconds=soon": "drainSeconds",
    # Secrets have no place in values.
    "api.extraEnv[0].name=GILDHALL_DATABASE_URL,api.extraEnv[0].value=x": "extraEnv",
    "secrets.database.value=x": "value",
    "secrets.database.name=": "name",
    "secrets.amqp.name=Not_A_Name": "name",
    "database.url=x": "database",
    # A drain of a node must be possible.
    "worker.maxUnavailable=0": "maxUnavailable",
    "api.maxUnavailable=0%": "maxUnavailable",
    "relay.maxUnavailable=50": None,
    # Scaling.
    "scaling.mode=magic": "mode",
    "scaling.mode=hpa,scaling.minReplicas=0": "minReplicas",
    "scaling.keda.protocol=auto": "protocol",
    "scaling.keda.jobsPerWorker=0": "jobsPerWorker",
    "scaling.keda.fallback.behavior=hope": "behavior",
    "broker.queueMode=stream": "queueMode",
    # Safety is given up knowingly or not at all.
    "clamd.enabled=false": "clamd",
    "scan.mode=optional": "mode",
    "worker.encoder=nvenc": "sandbox",
    "sandbox=off": "sandbox",
    "commonLabels.app\\.kubernetes\\.io/name=x": "commonLabels",
    # Mistakes.
    "api.ingress.enabled=true": "host",
    # Else all callers would share one address, and its limits.
    "api.ingress.enabled=true,api.ingress.host=video.example.com": "trustedProxies",
    "api.trustedProxies[0]=ingress-nginx": "trustedProxies",
    "api.trustedProxies[0]=*": "trustedProxies",
    "api.trustedProxies[0]=10.0.0.0/33": "trustedProxies",
    "api.trustedProxies[0]=fd00::/129": "trustedProxies",
    "api.trustedProxies[0]=10.0.0.0/8": None,
    "api.trustedProxies[0]=::1": None,
    "api.forwardedHeader=x-real-ip": "forwardedHeader",
    "objects.endpoint=s3.example.com": "endpoint",
    "objects.bucket=Videos": "bucket",
    "image.digest=latest": "digest",
    "worker.concurrency=0": "concurrency",
    "janitor.schedule=daily": "schedule",
}


def open_objects(node, path=""):
    """Objects of the schema that would take unknown fields."""
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object" and node.get("additionalProperties") is not False:
            yield path
        for key, value in node.items():
            yield from open_objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from open_objects(value, f"{path}/{index}")


class Values(unittest.TestCase):
    def test_mistakes_are_refused(self):
        for setting, word in REFUSED.items():
            with self.subTest(setting):
                if word is None:
                    self.assertTrue(rendered("default", setting))
                    continue
                complaint = refused("helm", "template", "x", CHART, "--set", setting)
                self.assertIn("don't meet the specifications of the schema", complaint)
                self.assertIn(word, complaint)

    def test_the_schema_takes_no_unknown_field(self):
        schema = json.loads(read("helm/gildhall/values.schema.json"))
        self.assertEqual(list(open_objects(schema)), [])

    def test_every_value_has_a_line_in_the_readme(self):
        wanted = values_table.readme()
        self.assertEqual(read("helm/gildhall/README.md"), wanted, "run: sh tools/check-deploy.sh --values")

    def test_older_clusters_are_refused(self):
        complaint = refused("helm", "template", "x", CHART, "--kube-version", "1.28.9")
        self.assertIn("incompatible with Kubernetes", complaint)

    def test_the_variants_differ(self):
        bodies = [read(path) for path in variants().values()]
        self.assertEqual(len(bodies), len(set(bodies)))

    def test_the_release_is_that_of_the_program(self):
        version = next(line for line in read("Cargo.toml").splitlines() if line.startswith("version = "))
        self.assertEqual(version.split('"')[1], load("helm/gildhall/Chart.yaml")["appVersion"])

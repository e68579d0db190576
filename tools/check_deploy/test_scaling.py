"""How pods come and go: nothing that scales, drains or upgrades may cut a render short, and nothing may stand in its way."""

import re
import unittest

from chart import find, main, pod, rendered, role, variants
from repository import read

# What the scaler for RabbitMQ takes (KEDA's documentation, 2.17).
TRIGGER_FIELDS = {
    "host", "protocol", "mode", "value", "activationValue", "queueName", "vhostName", "excludeUnacknowledged",
    "useRegex", "pageSize", "operation", "timeout", "unsafeSsl",
}


def kinds(documents, component):
    return {document["kind"] for document in documents if role(document) == component}


class Drain(unittest.TestCase):
    def test_a_worker_is_killed_only_after_its_drain_time(self):
        slack = int(re.search(r"GIVING_BACK: Duration = Duration::from_secs\((\d+)\)", read("src/app/worker.rs"))[1])
        for variant in variants():
            with self.subTest(variant):
                documents = rendered(variant)
                environment, container = main(documents, "Deployment", "worker")
                grace_s = int(environment["GILDHALL_GRACE_MS"]) / 1000
                killed_s = pod(find(documents, "Deployment", "worker"))["terminationGracePeriodSeconds"]
                self.assertEqual(killed_s, grace_s + slack)
                self.assertNotIn("lifecycle", container)

    def test_by_default_a_whole_render_fits_into_the_drain_time(self):
        for settings in [(), ("worker.renderTimeoutSeconds=1700",), ("worker.renderTimeoutSeconds=60",)]:
            environment, _ = main(rendered("default", *settings), "Deployment", "worker")
            grace_s = int(environment["GILDHALL_GRACE_MS"]) / 1000
            self.assertEqual(grace_s, int(environment["GILDHALL_RENDER_TIMEOUT_S"]) + 120)

    def test_the_drain_time_can_be_shorter(self):
        environment, _ = main(rendered("manual"), "Deployment", "worker")
        self.assertEqual(environment["GILDHALL_GRACE_MS"], "25000")

    def test_the_api_ends_what_is_under_way_after_the_proxies_have_left(self):
        drain_s = int(re.search(r"const DRAIN: Duration = Duration::from_secs\((\d+)\)", read("src/api/server.rs"))[1])
        spec = pod(find(rendered(), "Deployment", "api"))
        sleep, seconds = spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
        self.assertEqual(sleep, "sleep")
        self.assertGreater(spec["terminationGracePeriodSeconds"], int(seconds) + drain_s)


class Scaling(unittest.TestCase):
    def test_one_thing_alone_decides_the_number_of_pods(self):
        for variant in variants():
            documents = rendered(variant)
            for component in ("api", "relay", "worker"):
                with self.subTest(variant, component=component):
                    scalers = kinds(documents, component) & {"HorizontalPodAutoscaler", "ScaledObject"}
                    deployment = find(documents, "Deployment", component)
                    self.assertEqual(len(scalers) + ("replicas" in deployment["spec"]), 1)
                    for kind in scalers:
                        target = find(documents, kind, component)["spec"]["scaleTargetRef"]
                        self.assertEqual(target["name"], deployment["metadata"]["name"])

    def test_budgets_never_stand_in_the_way_of_a_drain(self):
        for variant in variants():
            documents = rendered(variant)
            for deployment in (document for document in documents if document["kind"] == "Deployment"):
                with self.subTest(variant, component=role(deployment)):
                    spec = find(documents, "PodDisruptionBudget", role(deployment))["spec"]
                    self.assertNotIn("minAvailable", spec)
                    self.assertNotIn(spec["maxUnavailable"], (0, "0%"))
                    self.assertEqual(spec["unhealthyPodEvictionPolicy"], "AlwaysAllow")
                    self.assertEqual(spec["selector"], deployment["spec"]["selector"])

    def test_the_budget_of_workers_grows_with_their_number(self):
        budget = find(rendered(), "PodDisruptionBudget", "worker")
        self.assertEqual(budget["spec"]["maxUnavailable"], "10%")

    def test_an_upgrade_can_go_on(self):
        for variant in variants():
            for deployment in (document for document in rendered(variant) if document["kind"] == "Deployment"):
                pace = deployment["spec"]["strategy"]["rollingUpdate"]
                self.assertFalse(pace["maxSurge"] in (0, "0%") and pace["maxUnavailable"] in (0, "0%"), variant)


class Keda(unittest.TestCase):
    def trigger(self, variant, *settings):
        documents = rendered(variant, *settings)
        scaler = find(documents, "ScaledObject", "worker")
        (trigger,) = scaler["spec"]["triggers"]
        self.assertLessEqual(set(trigger["metadata"]), TRIGGER_FIELDS)
        self.assertEqual(trigger["metadata"]["queueName"], "gildhall.jobs")
        self.assertTrue(all(isinstance(value, str) for value in trigger["metadata"].values()))
        authentication = find(documents, "TriggerAuthentication", "worker")
        self.assertEqual(trigger["authenticationRef"]["name"], authentication["metadata"]["name"])
        (secret,) = authentication["spec"]["secretTargetRef"]
        self.assertEqual(secret["parameter"], "host")
        return scaler["spec"], trigger, secret

    def test_jobs_under_way_count(self):
        _, trigger, secret = self.trigger("default")
        self.assertEqual(trigger["metadata"]["protocol"], "http")
        self.assertEqual(trigger["metadata"]["excludeUnacknowledged"], "false")
        self.assertEqual(secret["name"], "gildhall-amqp-management")

    def test_without_the_management_only_jobs_that_wait_count(self):
        _, trigger, secret = self.trigger("keda-amqp")
        self.assertEqual(trigger["metadata"]["protocol"], "amqp")
        self.assertNotIn("excludeUnacknowledged", trigger["metadata"])
        self.assertEqual(secret["name"], "gildhall-amqp")

    def test_a_worker_is_wanted_for_as_many_jobs_as_it_renders(self):
        _, trigger, _ = self.trigger("default")
        self.assertEqual(trigger["metadata"]["value"], "1")
        _, trigger, _ = self.trigger("default", "worker.concurrency=4")
        self.assertEqual(trigger["metadata"]["value"], "4")
        _, trigger, _ = self.trigger("keda-to-zero")
        self.assertEqual(trigger["metadata"]["value"], "2.5")

    def test_a_fleet_whose_queue_cannot_be_seen_does_not_shrink(self):
        spec, trigger, _ = self.trigger("default")
        self.assertEqual(spec["fallback"]["behavior"], "currentReplicasIfHigher")
        self.assertGreaterEqual(spec["fallback"]["replicas"], spec["minReplicaCount"])
        self.assertEqual(trigger["metricType"], "AverageValue")  # fallback works with no other

    def test_the_first_worker_is_woken_by_the_first_job(self):
        spec, trigger, _ = self.trigger("default")
        self.assertEqual(trigger["metadata"]["activationValue"], "0")
        self.assertEqual((spec["minReplicaCount"], spec["cooldownPeriod"]), (1, 300))
        spec, trigger, _ = self.trigger("keda-to-zero")
        self.assertEqual((spec["minReplicaCount"], spec["cooldownPeriod"]), (0, 900))
        self.assertEqual(trigger["metadata"]["activationValue"], "1")

    def test_it_grows_at_once_and_shrinks_slowly(self):
        spec, _, _ = self.trigger("default")
        behaviour = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        self.assertEqual(behaviour["scaleUp"]["stabilizationWindowSeconds"], 0)
        self.assertGreaterEqual(behaviour["scaleDown"]["stabilizationWindowSeconds"], 120)

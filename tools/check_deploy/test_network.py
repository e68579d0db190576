"""Who may talk to whom."""

import unittest

from chart import find, main, pod, pod_labels, rendered, role, variants


def policies(documents):
    return [document["spec"] for document in documents if document["kind"] == "NetworkPolicy"]


def selects(policy, labels):
    return policy["podSelector"].get("matchLabels", {}).items() <= labels.items()


def ports_out(documents, component):
    (spec,) = [
        document["spec"]
        for document in documents
        if document["kind"] == "NetworkPolicy" and role(document) == component
    ]
    return {(port["protocol"], port["port"]) for way in spec["egress"] for port in way["ports"]}


class Network(unittest.TestCase):
    def test_nothing_reaches_or_leaves_any_pod_but_as_listed(self):
        for variant in variants():
            documents = rendered(variant)
            found = policies(documents)
            if variant == "no-network-policies":
                self.assertEqual(found, [])
                continue
            for document in documents:
                if pod(document) is None:
                    continue
                with self.subTest(variant, pod=document["metadata"]["name"]):
                    chosen = [policy for policy in found if selects(policy, pod_labels(document))]
                    self.assertTrue(
                        any("ingress" not in policy and "egress" not in policy for policy in chosen), "no default deny"
                    )
                    # Its own rules are there as well, or it could do nothing.
                    self.assertEqual(len(chosen), 2)
                    for policy in chosen:
                        self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])

    def test_each_role_reaches_what_it_needs(self):
        dns = {("TCP", 53), ("UDP", 53)}
        fleet = dns | {("TCP", 5432), ("TCP", 5672), ("TCP", 5671), ("TCP", 443)}
        scanning = fleet | {("TCP", 3310)}
        documents = rendered("janitor")
        expected = {
            "api": scanning,
            "relay": scanning,
            "worker": fleet,
            "migrate": dns | {("TCP", 5432)},
            "janitor": dns | {("TCP", 5432), ("TCP", 443)},
            "test": dns | {("TCP", 8080)},
            "clamd": dns | {("TCP", 443)},
        }
        for component, ports in expected.items():
            with self.subTest(component):
                self.assertEqual(ports_out(documents, component), ports)
        self.assertEqual(ports_out(rendered("monitoring"), "worker"), fleet | {("TCP", 4318)})
        self.assertNotIn(("TCP", 3310), ports_out(rendered("unscanned"), "api"))

    def test_signatures_and_uploads_are_reached_by_those_who_scan_alone(self):
        documents = rendered()
        (way,) = find(documents, "NetworkPolicy", "clamd")["spec"]["ingress"]
        peers = [peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in way["from"]]
        self.assertEqual(peers, ["api", "relay"])

    def test_peers_that_are_named_are_the_only_ones(self):
        documents = rendered("strict-network")
        for component in ("api", "relay", "worker"):
            spec = find(documents, "NetworkPolicy", component)["spec"]
            for way in spec["ingress"] + spec["egress"]:
                # ClamAV's peers are the chart's own pods.
                self.assertTrue(way.get("from") or way.get("to"), component)
        peers = find(documents, "NetworkPolicy", "api")["spec"]["ingress"][0]["from"]
        self.assertEqual(len(peers), 3)  # the proxy, Prometheus, and the test of the release

    def test_services_select_the_pods_of_their_role(self):
        for variant in variants():
            documents = rendered(variant)
            for service in (document for document in documents if document["kind"] == "Service"):
                deployment = find(documents, "Deployment", role(service))
                self.assertLessEqual(service["spec"]["selector"].items(), pod_labels(deployment).items())
                names = {port["name"] for port in pod(deployment)["containers"][0]["ports"]}
                self.assertLessEqual({port["targetPort"] for port in service["spec"]["ports"]}, names)

    def test_the_proxies_in_front_are_told_to_the_api(self):
        environment, _ = main(rendered("ingress"), "Deployment", "api")
        self.assertEqual(environment["GILDHALL_TRUSTED_PROXIES"], "10.244.0.0/16,fd00:10:244::/56")
        self.assertEqual(environment["GILDHALL_FORWARDED_HEADER"], "x-forwarded-for")
        environment, _ = main(rendered("ingress", "api.forwardedHeader=forwarded"), "Deployment", "api")
        self.assertEqual(environment["GILDHALL_FORWARDED_HEADER"], "forwarded")
        # Nobody is believed whom nobody named.
        environment, _ = main(rendered(), "Deployment", "api")
        self.assertNotIn("GILDHALL_TRUSTED_PROXIES", environment)

    def test_metrics_and_health_are_not_published(self):
        ingress = find(rendered("ingress"), "Ingress", "api")
        paths = {path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
        self.assertEqual(paths, {"/api", "/docs", "/openapi.json", "/problems"})

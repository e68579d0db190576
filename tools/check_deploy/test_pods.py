"""What holds for every pod that the chart makes."""

import re
import unittest

import yaml

from chart import containers, every, find, main, name, pod, pods, rendered, variables
from repository import CHART, load, read

SECRETS = {
    "GILDHALL_DATABASE_URL",
    "GILDHALL_AMQP_URL",
    "GILDHALL_S3_ACCESS_KEY",
    "GILDHALL_S3_SECRET_KEY",
}
SIZES = {"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def quantity(value):
    number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(value)).groups()
    return float(number) * SIZES[unit]


class Security(unittest.TestCase):
    def test_every_pod_is_restricted(self):
        for title, spec in pods():
            with self.subTest(title):
                self.assertFalse(spec["automountServiceAccountToken"])
                security = spec["securityContext"]
                self.assertTrue(security["runAsNonRoot"])
                self.assertGreaterEqual(security["runAsUser"], 10000)
                self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
                for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
                    self.assertNotIn(forbidden, spec)
                for volume in spec.get("volumes", []):
                    self.assertIn(next(key for key in volume if key != "name"), ("emptyDir", "configMap", "ephemeral"))

    def test_every_container_is_restricted(self):
        for title, spec in pods():
            for container in containers(spec):
                with self.subTest(title, container=container["name"]):
                    security = container["securityContext"]
                    self.assertIs(security["allowPrivilegeEscalation"], False)
                    self.assertIs(security["readOnlyRootFilesystem"], True)
                    self.assertEqual(security["capabilities"], {"drop": ["ALL"]})
                    self.assertNotIn("privileged", security)
                    self.assertFalse(any("hostPort" in port for port in container.get("ports", [])))

    def test_the_account_may_do_nothing(self):
        for _, document in every():
            self.assertNotIn(document["kind"], ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"))
            if document["kind"] == "ServiceAccount":
                self.assertIs(document["automountServiceAccountToken"], False)

    def test_the_first_installation_needs_no_account_of_the_release(self):
        """Hooks run before anything else is there."""
        job = find(rendered(), "Job", "migrate")
        self.assertEqual(pod(job)["serviceAccountName"], "default")
        self.assertEqual(job["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade")


class Secrets(unittest.TestCase):
    def test_no_object_is_a_secret_or_holds_one(self):
        for variant, document in every():
            with self.subTest(f"{variant}: {name(document)}"):
                self.assertNotEqual(document["kind"], "Secret")
                # A URL with a password in it.
                self.assertNotRegex(yaml.safe_dump(document), r"://[^/\s'\"]*:[^/\s'\"]*@")

    def test_secrets_come_from_secrets_that_are_there(self):
        for title, spec in pods():
            for container in containers(spec):
                for variable, value in variables(container).items():
                    if variable in SECRETS:
                        with self.subTest(title, variable=variable):
                            self.assertEqual(list(value), ["secretKeyRef"])

    def test_no_value_of_the_chart_looks_like_a_secret(self):
        text = (CHART / "values.yaml").read_text(encoding="utf-8")
        self.assertNotRegex(text.lower(), r"password|passwd|token:|://[^\s]*@")

    def test_each_role_has_the_login_that_it_is_given(self):
        documents = rendered("own-secrets")
        expected = [
            ("Deployment", "api", "pg-api"),
            ("Deployment", "relay", "pg-fleet"),
            ("Deployment", "worker", "pg-fleet"),
            ("Job", "migrate", "pg-owner"),
        ]
        for kind, component, secret in expected:
            environment, _ = main(documents, kind, component)
            reference = environment["GILDHALL_DATABASE_URL"]["secretKeyRef"]
            self.assertEqual(reference, {"name": secret, "key": "uri"}, component)
        environment, _ = main(rendered(), "Deployment", "api")
        self.assertEqual(environment["GILDHALL_DATABASE_URL"]["secretKeyRef"]["name"], "gildhall-database")


class Resources(unittest.TestCase):
    def test_every_container_has_requests_and_limits(self):
        for title, spec in pods():
            for container in containers(spec):
                with self.subTest(title, container=container["name"]):
                    resources = container["resources"]
                    for resource in ("cpu", "memory", "ephemeral-storage"):
                        request = quantity(resources["requests"][resource])
                        self.assertLessEqual(request, quantity(resources["limits"][resource]), resource)
                        self.assertGreater(request, 0, resource)

    def test_the_guide_has_the_same_numbers(self):
        """The table of size.md: `processor`, `memory`, in its last two columns."""
        values = load("helm/gildhall/values.yaml")
        rows = [line.strip("| ").split(" | ") for line in read("docs/operate/size.md").splitlines() if line.startswith("| ")]
        table = {row[0]: [re.findall(r"`([^`]+)`", cell) for cell in row[-2:]] for row in rows}
        titles = {"api": "API (`--no-relay`)", "relay": "relay", "worker": "worker", "migrations": "`gildhall migrate`",
                  "janitor": "`gildhall janitor`", "clamd": "clamd with the real signatures"}
        for role, title in titles.items():
            for cell, part in zip(table[title], ("requests", "limits"), strict=True):
                resources = values[role]["resources"][part]
                wanted = [resources[name] for name in ("cpu", "memory") if name in resources]
                self.assertEqual(cell, wanted, f"{title}: {part}")
        # The one limit that follows from other values.
        (container,) = pod(find(rendered(), "Deployment", "worker"))["containers"]
        self.assertEqual(container["resources"]["limits"]["memory"], "4608Mi")
        self.assertIn("| `2`, 4,608 MiB |", read("docs/operate/size.md"))

    def test_a_render_that_needs_too_much_ends_alone(self):
        """The container's limit is above what its renders may have together, or the kernel would end them all."""
        for variant in ("default", "placed", "keda-to-zero"):
            environment, container = main(rendered(variant), "Deployment", "worker")
            renders = int(environment["GILDHALL_MEMORY_LIMIT_MB"]) * int(environment["GILDHALL_CONCURRENCY"])
            limit = quantity(container["resources"]["limits"]["memory"])
            self.assertGreaterEqual(limit, (renders + 256) * 2**20, variant)

    def test_the_disk_holds_the_cache_and_the_jobs(self):
        for variant in ("default", "keda-to-zero"):
            documents = rendered(variant)
            environment, container = main(documents, "Deployment", "worker")
            volumes = {volume["name"]: volume for volume in pod(find(documents, "Deployment", "worker"))["volumes"]}
            space = quantity(volumes["work"]["emptyDir"]["sizeLimit"])
            cache = quantity(environment["GILDHALL_CACHE_BYTES"].removesuffix("B"))
            jobs = int(environment["GILDHALL_CONCURRENCY"])
            # 50 images, music, overlay and frame of 100 MB each; 1 GiB of a looped overlay; half a GiB of outputs.
            self.assertGreaterEqual(space, cache + jobs * (53e8 + 1.5 * 2**30), variant)
            tmp = quantity(volumes["tmp"]["emptyDir"]["sizeLimit"])
            self.assertGreaterEqual(quantity(container["resources"]["limits"]["ephemeral-storage"]), space + tmp, variant)

    def test_what_is_written_has_a_volume(self):
        for title, spec in pods():
            for container in containers(spec):
                mounts = {mount["mountPath"] for mount in container.get("volumeMounts", [])}
                work_dir = variables(container).get("GILDHALL_WORK_DIR")
                if work_dir:
                    self.assertIn(work_dir, mounts, title)
                if container["name"] in ("api", "relay", "worker"):
                    self.assertIn("/tmp", mounts, title)


class Probes(unittest.TestCase):
    def test_restarts_are_for_processes_and_readiness_for_dependencies(self):
        for variant, document in every():
            if document["kind"] != "Deployment" or "clamd" in name(document):
                continue
            container = pod(document)["containers"][0]
            with self.subTest(f"{variant}: {name(document)}"):
                self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/healthz")
                self.assertEqual(container["startupProbe"]["httpGet"]["path"], "/healthz")
                self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
                ports = {port["name"]: port["containerPort"] for port in container["ports"]}
                environment = variables(container)
                listen = environment.get("GILDHALL_HEALTH_LISTEN") or environment["GILDHALL_LISTEN"]
                self.assertTrue(listen.endswith(f":{ports['http']}"), listen)

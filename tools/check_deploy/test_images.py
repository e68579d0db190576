"""The Dockerfile, the compose file, and what they have in common with the rest."""

import json
import re
import unittest
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import yaml

from chart import containers, find, pod, pods, rendered, variables
from repository import ROOT, load, read, run

COMPOSE = "docker-compose.yml"
HEALTH = ["gildhall", "health"]


def known_variables():
    """Every variable that the program reads."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.rs"))
    return set(re.findall(r'env = "(GILDHALL_\w+)"', text))


def is_sent(path):
    """Whether a file is a part of what the image is built from. The last line of .dockerignore that fits it, or a folder
    above it, decides; `*` stays within one part of a path. (Of `**` only the form `**/name` is read.)"""
    sent = True
    for line in read(".dockerignore").splitlines():
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        if any(fits(above, pattern) for above in [PurePosixPath(path), *PurePosixPath(path).parents]):
            sent = line.startswith("!")
    return sent


def fits(path, pattern):
    parts, wanted = path.parts, PurePosixPath(pattern).parts
    if wanted[0] == "**":
        parts, wanted = parts[-len(wanted) + 1 :], wanted[1:]
    return len(parts) == len(wanted) and all(fnmatchcase(*both) for both in zip(parts, wanted))


class Dockerfile(unittest.TestCase):
    def test_hadolint_finds_nothing(self):
        self.assertEqual(run("hadolint", "Dockerfile"), "")

    def test_bases_are_pinned(self):
        bases = re.findall(r"^FROM (\S+)", read("Dockerfile"), re.MULTILINE)
        self.assertEqual(len(bases), 2)
        for base in bases:
            self.assertRegex(base, r"@sha256:[0-9a-f]{64}$")

    def test_it_is_as_a_cluster_wants_it(self):
        text = read("Dockerfile")
        self.assertIn("USER 10001:10001\n", text)
        for line in ("HEALTHCHECK ", "LABEL org.opencontainers.image.title", "ENTRYPOINT [\"gildhall\"]"):
            self.assertIn(line, text)

    def test_health_is_asked_by_the_program_itself(self):
        self.assertIn(f"CMD {json.dumps(HEALTH)}\n", read("Dockerfile"))
        (container,) = pod(find(rendered(), "Pod", "test"))["containers"]
        self.assertEqual(variables(container)["API"], "http://test-gildhall-api:80")
        script = container["args"][-1]
        self.assertIn('gildhall health "$API"', script)
        run("bash", "-n", "-c", script)

    def test_the_list_of_what_is_in_it_goes_into_it(self):
        (made,) = re.findall(r"^\t@python3 tools/sbom.py (\S+)$", read("Makefile"), re.MULTILINE)
        self.assertIn(f"if [ -e {made} ]; then install --mode=644 {made} /out/doc/; fi\n", read("Dockerfile"))
        self.assertIn("COPY --from=build /out/doc /usr/share/doc/gildhall\n", read("Dockerfile"))
        self.assertTrue(is_sent(made), made)
        self.assertIn(f"`{made}`", read("docs/operate/install.md"))

    def test_what_it_is_built_from_is_sent_and_what_was_made_is_not(self):
        for path in ("Cargo.lock", "LICENSE", "src/main.rs", "assets/overlays/glitter.mp4", "migrations/0001_roles.sql"):
            self.assertTrue(is_sent(path), path)
        for path in ("out/demo/video.mp4", "out/sample.mp4", "target/debug/gildhall", "fuzz/target/x", ".git/HEAD", "helm/x"):
            self.assertFalse(is_sent(path), path)


class Compose(unittest.TestCase):
    def setUp(self):
        self.services = load(COMPOSE)["services"]

    def test_it_is_as_the_specification_says(self):
        run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)

    def test_images_have_exact_versions(self):
        for name, service in self.services.items():
            with self.subTest(name):
                self.assertRegex(service["image"], r":(v?\d+\.\d+|local$)")

    def test_ports_are_for_this_machine(self):
        for service in self.services.values():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), port)

    def test_files_that_are_mounted_are_there(self):
        for service in self.services.values():
            for volume in service.get("volumes", []):
                if isinstance(volume, str) and volume.startswith("./"):
                    self.assertTrue((ROOT / volume.split(":")[0]).exists(), volume)

    def test_gildhall_is_restricted_as_in_a_cluster(self):
        for name in ("migrate", "api", "relay", "worker"):
            service = self.services[name]
            self.assertIs(service["read_only"], True, name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"], name)

    def test_roles_are_asked_whether_they_are_ready(self):
        for name in ("api", "relay", "worker"):
            self.assertEqual(self.services[name]["healthcheck"]["test"], ["CMD", *HEALTH], name)

    def test_a_worker_is_killed_only_after_its_drain_time(self):
        worker = self.services["worker"]
        grace_s = int(worker["environment"]["GILDHALL_GRACE_MS"]) / 1000
        self.assertEqual(int(worker["stop_grace_period"].removesuffix("s")), grace_s + 60)

    def test_observability_is_there_when_it_is_asked_for(self):
        profiles = {name for name, service in self.services.items() if "profiles" in service}
        self.assertLessEqual({"prometheus", "grafana", "collector", "traces"}, profiles)


class Observability(unittest.TestCase):
    def test_prometheus_scrapes_services_by_ports_that_they_have(self):
        services = load(COMPOSE)["services"]
        for job in load("deploy/observability/prometheus.yml")["scrape_configs"]:
            for found in job.get("dns_sd_configs", []):
                self.assertIn(found["names"][0], services)
                self.assertEqual(found["port"], 8080 if found["names"] == ["api"] else 9000)

    def test_the_collector_uses_what_it_declares(self):
        collector = load("deploy/observability/collector.yaml")
        for pipeline in collector["service"]["pipelines"].values():
            for kind in ("receivers", "processors", "exporters"):
                self.assertLessEqual(set(pipeline[kind]), set(collector[kind]))

    def test_grafana_finds_its_sources(self):
        for path in (ROOT / "deploy/observability/grafana").rglob("*.yaml"):
            self.assertEqual(yaml.safe_load(path.read_text(encoding="utf-8"))["apiVersion"], 1)


class Settings(unittest.TestCase):
    """A variable by a wrong name would be ignored without a word."""

    def test_the_program_knows_every_variable(self):
        named = set()
        for _, spec in pods():
            for container in containers(spec):
                named |= set(variables(container))
        for service in load(COMPOSE)["services"].values():
            named |= set(service.get("environment", {}))
        for path in ("Dockerfile", "deploy/systemd/gildhall.env.example", "deploy/systemd/gildhall-.service.d/hardening.conf"):
            named |= set(re.findall(r"\b(GILDHALL_\w+)=", read(path)))
        unknown = {name for name in named if name.startswith("GILDHALL_")} - known_variables()
        self.assertEqual(unknown, set())

    def test_what_the_chart_sets_cannot_be_set_again(self):
        named = set()
        for title, spec in pods():
            for container in containers(spec):
                if container["name"] in ("api", "relay", "worker") and "placed" not in title:
                    named |= set(variables(container))
        refused = load("helm/gildhall/values.schema.json")["definitions"]["env"]["items"]["properties"]["name"]["not"]
        self.assertLessEqual(named, set(refused["enum"]))

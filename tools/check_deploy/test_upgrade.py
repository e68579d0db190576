"""That an upgrade as the guide gives it takes what a newer chart adds, by Helm's own rules for values."""

import json
import os
import re
import tempfile
import threading
import unittest
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from chart import find, main
from repository import CHART, load, read, refused, run

VERSION = {"major": "1", "minor": "31", "gitVersion": "v1.31.0"}
CLUSTER = {
    "/version": VERSION,
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []},
}


class Cluster(BaseHTTPRequestHandler):
    """As much of a cluster as Helm asks before a client's dry run."""

    def do_GET(self):
        answer = CLUSTER.get(self.path.partition("?")[0])
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer or {}).encode())

    def log_message(self, *_):
        """Says nothing."""


@contextmanager
def cluster():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def older():
    """The defaults of a chart that did not have some of this one's values yet."""
    values = json.loads(json.dumps(load("helm/gildhall/values.yaml")))
    del values["janitor"], values["api"]["forwardedHeader"]
    values["api"]["replicas"] = 1
    return values


@contextmanager
def upgrade(flag):
    """The command that upgrades an installation of the older chart, in which the number of relays and a proxy were set."""
    with tempfile.TemporaryDirectory() as folder, cluster() as address:
        time = "2026-01-01T00:00:00Z"
        release = {
            "name": "fleet", "namespace": "video", "version": 1,
            "info": {"status": "deployed", "first_deployed": time, "last_deployed": time},
            "chart": {"metadata": {"name": "gildhall", "version": "0.0.1", "apiVersion": "v2"}, "values": older()},
            "config": {"relay": {"replicas": 5}, "api": {"trustedProxies": ["10.0.0.0/8"]}},
        }
        path = Path(folder, "releases.yaml")
        path.write_text(yaml.safe_dump([release]), encoding="utf-8")
        yield (
            "env", f"HOME={folder}", f"PATH={os.environ['PATH']}", "HELM_DRIVER=memory", f"HELM_MEMORY_DRIVER_DATA={path}",
            "HELM_NAMESPACE=video", "helm", "upgrade", "fleet", CHART, "--kube-apiserver", address, "--dry-run=client",
            "--output", "json", flag, "--set", "image.tag=0.2.0",
        )


def guided():
    """The flag of the guide."""
    (flag,) = re.findall(r"^helm upgrade .* (--\S+-values) ", read("docs/operate/kubernetes.md"), re.MULTILINE)
    return flag


class Upgrade(unittest.TestCase):
    def test_as_guided_it_takes_new_defaults_and_what_was_set(self):
        with upgrade(guided()) as command:
            made = json.loads(run(*command))
        documents = [document for document in yaml.safe_load_all(made["manifest"]) if document]
        environment, container = main(documents, "Deployment", "api")
        self.assertEqual(environment["GILDHALL_FORWARDED_HEADER"], "x-forwarded-for")
        self.assertTrue(container["image"].endswith(":0.2.0"))
        replicas = {role: find(documents, "Deployment", role)["spec"]["replicas"] for role in ("api", "relay")}
        self.assertEqual(replicas, {"api": load("helm/gildhall/values.yaml")["api"]["replicas"], "relay": 5})

    def test_with_old_defaults_it_is_refused(self):
        with upgrade("--reuse-values") as command:
            complaint = refused(*command)
        self.assertIn("janitor is required", complaint)
        self.assertIn("api: forwardedHeader is required", complaint)

"""Renders the chart, and finds what is in it."""

from functools import cache

import yaml

from repository import CHART, run

RELEASE = "test"


@cache
def variants():
    """Every file of values that the chart is checked with, by name."""
    files = {path.name.removesuffix("-values.yaml"): path for path in sorted((CHART / "ci").glob("*.yaml"))}
    assert files, "there are no variants"
    return files


@cache
def rendered(variant="default", *settings):
    """The documents of a variant, with single values changed as for `--set`."""
    flags = [word for setting in settings for word in ("--set", setting)]
    text = run("helm", "template", RELEASE, CHART, "--namespace", "video", "--values", variants()[variant], *flags)
    # The C loader is not there on every machine.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(text, loader) if document]


def every():
    """Each document of each variant, with the variant's name."""
    for variant in variants():
        for document in rendered(variant):
            yield variant, document


def name(document):
    return f"{document['kind']}/{document['metadata']['name']}"


def find(documents, kind, component):
    """The one object of a kind and a role."""
    found = [document for document in documents if document["kind"] == kind and role(document) == component]
    assert len(found) == 1, f"{len(found)} objects of kind {kind} for {component}"
    return found[0]


def role(document):
    return document["metadata"].get("labels", {}).get("app.kubernetes.io/component")


def pod(document):
    """The pod spec that an object makes, if it makes any."""
    spec = document.get("spec", {})
    match document["kind"]:
        case "Pod":
            return spec
        case "CronJob":
            return spec["jobTemplate"]["spec"]["template"]["spec"]
        case "Deployment" | "Job" | "StatefulSet" | "DaemonSet":
            return spec["template"]["spec"]
    return None


def pod_labels(document):
    spec = document["spec"]
    match document["kind"]:
        case "Pod":
            return document["metadata"]["labels"]
        case "CronJob":
            spec = spec["jobTemplate"]["spec"]
    return spec["template"]["metadata"]["labels"]


def pods():
    """Each pod spec of each variant, with a name to tell it by."""
    for variant, document in every():
        if (spec := pod(document)) is not None:
            yield f"{variant}: {name(document)}", spec


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def variables(container):
    """The environment by name; what comes from elsewhere is a dict."""
    entries = container.get("env", [])
    names = [entry["name"] for entry in entries]
    assert len(names) == len(set(names)), f"a variable is set twice: {names}"
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in entries}


def main(documents, kind, component):
    """The environment and the container of a role."""
    container = pod(find(documents, kind, component))["containers"][0]
    return variables(container), container

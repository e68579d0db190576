"""The schemas that the chart's objects are held against, each by its owner."""

import json
from functools import cache
from pathlib import Path

import kubernetes_validate
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

# From the oldest version that Chart.yaml names to the newest one known.
KUBERNETES = ("1.29", "1.31", "1.33", "1.35", "1.37")


def kubernetes(version, document):
    """What Kubernetes itself would refuse, unknown fields included."""
    kind = document["kind"].lower()
    # networking.k8s.io/v1 is networking-v1
    api = document["apiVersion"].split("/")
    api = "-".join([api[0].split(".")[0], *api[1:]])
    return _faults(_kubernetes(version, f"{kind}-{api}"), document)


@cache
def _kubernetes(version, kind):
    folder = _folder(version)
    schema = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, registry=_definitions(version))


def _folder(version):
    return Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{version}.0-local-strict"


@cache
def _definitions(version):
    definitions = json.loads((_folder(version) / "_definitions.json").read_text(encoding="utf-8"))
    resource = Resource.from_contents(definitions)
    return resource @ Registry().with_resource("_definitions.json", resource)


def custom(document):
    """What the definition of an operator's object would refuse, unknown fields included. None where there is none."""
    validator = _custom(document["apiVersion"], document["kind"])
    return None if validator is None else _faults(validator, document)


@cache
def _custom(api, kind):
    match api:
        case "keda.sh/v1alpha1":
            from cloudcoil.models.keda import v1alpha1 as models
        case "monitoring.coreos.com/v1":
            from cloudcoil.models.prometheus_operator import v1 as models
        case _:
            return None
    schema = getattr(models, kind).model_json_schema()
    if kind == "ScaledObject":
        # KEDA 2.17 added it, and the chart asks for that version; no registry of packages has a definition newer than 2.16
        # that refuses unknown fields (docs/operate/install.md).
        schema["$defs"]["Fallback"]["properties"]["behavior"] = {
            "enum": ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]
        }
    _close(schema)
    return Draft202012Validator(schema)


def _close(node):
    """Refuses unknown fields, which an API server would drop without a word."""
    if isinstance(node, dict):
        if "properties" in node:
            node.setdefault("additionalProperties", False)
        for value in node.values():
            _close(value)
    elif isinstance(node, list):
        for value in node:
            _close(value)


def _faults(validator, document):
    return [f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in validator.iter_errors(document)]

"""Makes the list of values in helm/gildhall/README.md from values.yaml and values.schema.json.

Run it after changing either: sh tools/check-deploy.sh --values
"""

import json

from repository import ROOT, load, read

README = "helm/gildhall/README.md"
BEGIN = "<!-- Made by tools/check_deploy/values_table.py from values.yaml and values.schema.json. -->\n"


def rows(schema, values, path=""):
    """A line for each value; objects that the schema does not open are one value."""
    for name, node in schema["properties"].items():
        if name == "global":
            continue
        here = f"{path}.{name}" if path else name
        value = (values or {}).get(name)
        if "properties" in node and "resources" not in name:
            if "description" in node:
                yield f"| **`{here}`** | | {described(node)} |"
            yield from rows(node, value, here)
        else:
            yield f"| `{here}` | {default(value)} | {described(node)} |"


def default(value):
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, (dict, list)) and value:
        return "see values.yaml"
    return f"`{text}`" if text else "empty"


def described(node):
    text = node.get("description", "")
    if "enum" in node:
        words = ", ".join(f"`{word}`" for word in node["enum"])
        text = f"{text} One of {words}."
    elif "minimum" in node and "maximum" in node:
        text = f"{text} {node['minimum']} to {node['maximum']}."
    return text.strip().replace("|", "\\|")


def table():
    schema = json.loads(read("helm/gildhall/values.schema.json"))
    lines = ["| value | default | |", "|---|---|---|", *rows(schema, load("helm/gildhall/values.yaml"))]
    return "\n".join(lines) + "\n"


def readme():
    """The page as it should be."""
    head, found, _ = read(README).partition(BEGIN)
    assert found, f"{README} has lost the line before its table"
    return head + BEGIN + "\n" + table()


if __name__ == "__main__":
    (ROOT / README).write_text(readme(), encoding="utf-8")

"""The numbers that a fleet shows, as the operator's guide lists them, and the names that queries use."""

import re
from functools import cache

from repository import CHART, load, read

RULES = sorted((CHART / "files" / "rules").glob("*.yaml"))
# What Prometheus itself adds.
OWN = {"ALERTS", "up"}
OWN_LABELS = {"namespace", "instance", "job", "le", "alertname", "alertstate", "severity"}


@cache
def documented():
    """Each metric with its kind and labels. The program's own test holds the guide against what it shows."""
    row = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|", re.MULTILINE)
    rows = row.findall(read("docs/operate/metrics.md"))
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def rules():
    """All rules of all files."""
    return [rule for path in RULES for group in load(path)["groups"] for rule in group["rules"]]


def recorded():
    """The series that recording rules make, each with the labels that it was given."""
    made = {}
    for rule in rules():
        if "record" in rule:
            made.setdefault(rule["record"], set()).update(rule.get("labels", {}), _grouped(rule["expr"]))
    return made


def _grouped(query):
    lists = re.findall(r"\b(?:by|on|group_left)\s*\(([^)]*)\)", query)
    return {label.strip() for names in lists for label in names.split(",") if label.strip()}


def _without_texts(query):
    return re.sub(r'"[^"]*"', '""', query)


def selectors(query):
    """The series that a query reads, each with the labels that it matches by."""
    plain = _without_texts(query)
    found = []
    for name, matchers in re.findall(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}", plain):
        found.append((name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))))
    # Without braces: a name that is no function, word of the language, or label of a list.
    rest = re.sub(r"[a-zA-Z_:][\w:]*\s*\{[^}]*\}", "", plain)
    rest = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", rest)
    for name in re.findall(r"(?<![\w:.$])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])", rest):
        if name not in {"and", "or", "unless", "by", "bool", "offset"} and not re.fullmatch(r"\d+[smhd]|[eE]\d+", name):
            found.append((name, set()))
    return found


def faults(query):
    """What a query reads that nobody shows, and labels that its series do not have."""
    made = recorded()
    wrong = []
    for name, labels in selectors(query):
        if name in OWN:
            continue
        if name in made:
            known = made[name]
        else:
            base = name if name in documented() else re.sub(r"_(bucket|sum|count)$", "", name)
            kind, known = documented().get(base, (None, set()))
            if kind is None or (base != name and kind != "histogram") or (base == name and kind == "histogram"):
                wrong.append(f"{name} is shown by nobody")
                continue
        wrong += [f"{name} has no label {label}" for label in labels - known - OWN_LABELS]
    known = OWN_LABELS.union(*made.values(), *(labels for _, labels in documented().values()))
    wrong += [f"no series has the label {label}" for label in _grouped(query) - known]
    return wrong

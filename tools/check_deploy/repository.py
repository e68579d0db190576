"""Where things are, and how the tools are called."""

import subprocess
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "gildhall"


def run(*command, **options):
    """Runs a tool; its output, or its complaint as an error."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def refused(*command):
    """What a tool says as it refuses; an error if it does not."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT)
    if done.returncode == 0:
        raise AssertionError(f"accepted: {command}")
    return done.stdout + done.stderr


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def load(path):
    """A YAML file of the repository."""
    return yaml.safe_load(read(path))

"""The soak ends by itself, counts what was answered, and notices what is wrong."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

SOAK = Path(__file__).resolve().parents[2] / ".ci" / "soak.py"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", SOAK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module
    spec.loader.exec_module(module)
    return module


def test_a_short_soak_ends_and_every_answer_is_right() -> None:
    command = [sys.executable, str(SOAK), "--seconds", "60", "--requests", "60", "--clients", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    total = re.search(r"^requests (\d+), memory before (\d+) MB, after (\d+) MB$", done.stdout, re.MULTILINE)
    assert total is not None, done.stdout
    requests, before, after = map(int, total.groups())
    assert 60 <= requests <= 62
    assert before > 0
    assert after > 0
    counted = re.findall(r"^(\w+) +(?:\d{3}|hung up) +(\d+)$", done.stdout, re.MULTILINE)
    assert sum(int(count) for _, count in counted) == requests


def test_a_soak_notices_a_status_that_is_wrong() -> None:
    module = _module()
    soak = module.Soak(0, "", 0.0, 1)
    soak.counts.update({("short", 200): 5, ("short", 500): 1, ("wrong", 200): 2, ("leaves", 0): 3, ("csv", -1): 1})
    assert soak.wrong() == {("short", 500): 1, ("wrong", 200): 2, ("csv", -1): 1}

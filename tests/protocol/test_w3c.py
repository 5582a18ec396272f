"""The W3C suites over HTTP: every test passes, or is on the published list with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import w3c

ROOT = Path(__file__).parents[2]
SUITE = ROOT.parent / "shared" / "w3c" / "sparql" / "sparql11"
PAGE = ROOT / "docs" / "conformance.md"


@pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C suites are not beside the checkout")
def test_every_test_that_is_not_passed_is_published_with_its_reason() -> None:
    outcomes = w3c.run_all(SUITE.resolve())
    published = set(re.findall(r"^- `([^`]+)`: .", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    failing = {f"{o.test.suite}/{o.test.name}": o.problem for o in outcomes if o.problem}
    assert len(outcomes) > 600
    assert {name: why for name, why in failing.items() if name not in published} == {}
    assert published - set(failing) == set(), "these pass now: write docs/conformance.md anew"


def test_every_published_failure_has_a_reason() -> None:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("- `"):
            assert " — " in line, line

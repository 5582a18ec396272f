"""Every hygiene rule holds for the ontology, and every rule can fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

ROOT = Path(__file__).resolve().parents[2]
BLOCKING = sorted((ROOT / "ontology" / "hygiene" / "blocking").glob("*.rq"))
WARNING = sorted((ROOT / "ontology" / "hygiene" / "warning").glob("*.rq"))
BROKEN = Path(__file__).parent / "broken"


def _name(rule: Path) -> str:
    return rule.stem


def _offenders(store: Store, rule: Path) -> list[str]:
    return [" ".join(str(term) for term in row) for row in store.query(rule.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("rule", BLOCKING, ids=_name)
def test_blocking_rule_holds(vocabulary: Store, rule: Path) -> None:
    assert _offenders(vocabulary, rule) == [], rule.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("rule", BLOCKING + WARNING, ids=_name)
def test_rule_fires_on_a_broken_ontology(rule: Path) -> None:
    broken = Store()
    broken.load(path=BROKEN / f"{rule.stem}.ttl", format=RdfFormat.TURTLE)
    assert _offenders(broken, rule), f"{rule.name} finds nothing wrong in its own broken example"


def test_every_rule_says_what_it_asks_for() -> None:
    for rule in BLOCKING + WARNING:
        assert rule.read_text(encoding="utf-8").startswith("# "), rule

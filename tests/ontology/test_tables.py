"""Every row of the source's lists has its concept, said in full; every item of the framework has its own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from biokg.terms import PREFIXES, concept

TABLES = {
    "concepts": "concept",
    "alliance_types": "alliance-type",
    "business_models": "business-model",
    "drug_stages": "drug-stage",
    "roles": "actor-role",
    "policy_incentives": "incentive",
    "efqm": "efqm",
    "recommendations": "recommendation",
}
FRAMEWORK = {
    "innovation-subsystem": 8,
    "rsi-characteristic": 6,
    "sectoral-dimension": 3,
    "system-level": 4,
    "helix-sphere": 4,
    "helix-tie": 4,
    "innovating-firm-class": 4,
    "cluster-kind": 4,
    "value-chain-step": 4,
    "cash-phase": 3,
    "learning-mode": 2,
    "governance-mode": 5,
    "business-model-dimension": 4,
    "knowledge-flow": 3,
    "oi-economics": 4,
    "efqm": 9,
    "access-model": 3,
    "framework-construct": 11,
    "framework-proposition": 11,
}
"""The least number of concepts that each list of the framework holds: one for each item that the source names."""
SKOS = PREFIXES["skos"]
STATUS = "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"
ONCE = (SKOS + "definition", SKOS + "example", PREFIXES["dcterms"] + "source", STATUS, SKOS + "inScheme")


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_its_concept_said_in_full(repository: Path, vocabulary: Store, table: str) -> None:
    with (repository / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert len(ids) > 5
    for row_id in ids:
        node = NamedNode(concept(TABLES[table], row_id))
        names = vocabulary.quads_for_pattern(node, NamedNode(SKOS + "prefLabel"), None)
        assert sorted(quad.object.language for quad in names) == ["en", "fr", "nl"], node  # type: ignore[union-attr]
        for predicate in ONCE:
            assert list(vocabulary.quads_for_pattern(node, NamedNode(predicate), None)), f"{node} has no {predicate}"


@pytest.mark.parametrize("scheme", FRAMEWORK)
def test_each_item_of_the_framework_is_a_concept_of_its_own(vocabulary: Store, scheme: str) -> None:
    held = NamedNode(PREFIXES["bks"] + scheme)
    found = {quad.subject for quad in vocabulary.quads_for_pattern(None, NamedNode(SKOS + "inScheme"), held)}
    assert len(found) >= FRAMEWORK[scheme]


def test_an_example_quoted_from_the_dissertation_is_the_quote_of_its_locator(vocabulary: Store) -> None:
    opening = "In the dissertation: “"
    quoted = [
        quad
        for quad in vocabulary.quads_for_pattern(None, NamedNode(SKOS + "example"), None)
        if quad.object.value.startswith(opening)  # type: ignore[union-attr]
    ]
    assert len(quoted) > 150
    for quad in quoted:
        locators = vocabulary.quads_for_pattern(quad.subject, NamedNode(PREFIXES["bkg"] + "locator"), None)
        said = quad.object.value.removeprefix(opening).removesuffix("”")  # type: ignore[union-attr]
        assert said in {locator.object.value for locator in locators}, quad.subject  # type: ignore[union-attr]
        assert len(said.split()) <= 12

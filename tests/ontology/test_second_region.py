"""Nothing in the ontology, the shapes, the queries or the hypotheses needs Belgian data.

The second country is invented and labelled synthetic; it is never published beside the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from biokg.hypotheses import assess
from biokg.knowledge.assemble import skolemised
from biokg.queries.catalogue import catalogue
from biokg.queries.run import run
from biokg.reasoning import materialise
from biokg.shapes import load_shapes, validate
from biokg.store.memory import MemoryStore
from biokg.terms import ONTOLOGY_GRAPH, SCHEME_GRAPH

FIXTURE = Path(__file__).parents[1] / "fixtures" / "second-region" / "aldmark.trig"
HERE = "https://example.org/second-region/"
VERDICTS = {"supported", "partially-supported", "contradicted", "insufficient-data"}


def _quads() -> list[Quad]:
    return list(parse(path=str(FIXTURE), format=RdfFormat.TRIG))


@pytest.fixture(scope="module")
def aldmark(repository: Path) -> Iterator[MemoryStore]:
    """The ontology, the schemes and the invented country; none of the project's own facts."""
    held = MemoryStore()
    for file in (repository / "ontology").glob("*.ttl"):
        held.add(skolemised(file, ONTOLOGY_GRAPH))
    for file in (repository / "ontology" / "schemes").glob("*.ttl"):
        held.add(skolemised(file, SCHEME_GRAPH))
    held.add(_quads())
    materialise(held)
    yield held
    held.close()


def test_every_name_says_that_it_is_synthetic() -> None:
    assert FIXTURE.read_text(encoding="utf-8").startswith("# SYNTHETIC")
    named = [
        quad
        for quad in _quads()
        if quad.predicate.value.endswith("#type") and quad.object.value.endswith(("/Organization", "/Region"))
    ]
    assert len(named) > 12
    labels = {quad.subject: quad.object.value for quad in _quads() if quad.predicate.value.endswith("#label")}
    assert all("(synthetic)" in labels[quad.subject] for quad in named)


def test_it_is_not_published(publication: object) -> None:
    assert HERE not in publication.path.read_text(encoding="utf-8")  # type: ignore[attr-defined]


def test_it_breaks_no_shape_and_would_if_a_source_were_missing(aldmark: MemoryStore, repository: Path) -> None:
    shapes = load_shapes(repository / "ontology" / "shapes")
    assert validate(aldmark, shapes=shapes).text().startswith("The data conforms: 0 violation(s)")
    signings = [quad for quad in _quads() if quad.subject.value.endswith("-signing")]
    stated = [quad for quad in signings if quad.predicate.value.endswith("/statedIn")][:1]
    aldmark.remove(stated)
    try:
        assert not validate(aldmark, shapes=shapes).conforms
    finally:
        aldmark.add(stated)


def test_canned_queries_answer_from_it(aldmark: MemoryStore) -> None:
    answered = {name for name in catalogue() if run(aldmark, name).rows}
    assert len(answered) >= 25
    assert {"h1-instruments", "h2-alliances-by-type", "h3-integration-states", "h4-practices"} <= answered, answered


def test_what_follows_from_it_is_inferred(aldmark: MemoryStore) -> None:
    text = """PREFIX bkg: <https://w3id.org/biokg/ontology/>
        PREFIX : <https://example.org/second-region/>
        ASK { :alpha bkg:basedIn :north , :aldmark ; bkg:hasClassification ?type ; bkg:participatesIn ?alliance }"""
    assert aldmark.ask(text)


@pytest.mark.parametrize("view", ["to-2016", "all"])
def test_every_hypothesis_gets_a_verdict_from_it(aldmark: MemoryStore, view: str) -> None:
    found = {assessment.id: assessment.view(view).decision.verdict.value for assessment in assess(aldmark, [view])}
    assert set(found) == {"h1", "h2", "h3", "h4"}
    assert set(found.values()) <= VERDICTS


def test_h1_compares_the_regions_that_the_data_name(aldmark: MemoryStore) -> None:
    (assessment,) = assess(aldmark, ["to-2016"], hypotheses=["h1"])
    claims = {one.claim.id: one.decision.verdict.value for one in assessment.view("to-2016").sub_claims}
    assert claims["h1a"] == "supported", "both regions of Aldmark have instruments and bodies"


def test_verdicts_follow_the_data(aldmark: MemoryStore) -> None:
    """Most firms of Aldmark are not integrated; were all of them, the verdict on H3 would be another."""
    claim = "h3a"

    def verdict() -> str:
        (assessment,) = assess(aldmark, ["to-2016"], hypotheses=["h3"])
        claims = assessment.view("to-2016").sub_claims
        return next(one.decision.verdict.value for one in claims if one.claim.id == claim)

    before = verdict()
    status = NamedNode("https://w3id.org/biokg/ontology/integrationStatus")
    whole = NamedNode("https://w3id.org/biokg/scheme/integration-status/fully-integrated")
    old = [quad for quad in _quads() if quad.predicate == status and not isinstance(quad.object, Literal)]
    new = [Quad(quad.subject, status, whole, quad.graph_name) for quad in old]
    aldmark.remove(old)
    aldmark.add(new)
    try:
        assert verdict() != before
    finally:
        aldmark.remove(new)
        aldmark.add(old)

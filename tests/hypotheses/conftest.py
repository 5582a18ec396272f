"""A copy of the published graph that a test may change, and the facts to change it with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from biokg.hypotheses import Definitions, HypothesisAssessment, assess, load_definitions
from biokg.hypotheses.assessment import SubClaimAssessment, ViewAssessment
from biokg.hypotheses.criteria import CriterionAssessment
from biokg.store.base import Store
from biokg.store.memory import MemoryStore
from biokg.terms import PREFIXES, concept, entity, layer_graph, term

XSD = PREFIXES["xsd"]
RDF_TYPE = PREFIXES["rdf"] + "type"
MAIN = "public-to-2016"


def literal(value: object) -> Literal:
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=NamedNode(XSD + "boolean"))
    if isinstance(value, int):
        return Literal(str(value), datatype=NamedNode(XSD + "integer"))
    return Literal(str(value))


@dataclass
class World:
    """A copy of the graph, with facts added and removed by name, and its verdicts."""

    store: MemoryStore
    definitions: Definitions
    made: int = field(default=0)

    def add(self, subject: str, *pairs: tuple[str, object], layer: str = MAIN) -> str:
        graph = NamedNode(layer_graph(layer))
        quads = []
        for name, value in pairs:
            predicate = RDF_TYPE if name == "a" else term(name)
            target = NamedNode(value) if isinstance(value, str) and "://" in value else literal(value)
            quads.append(Quad(NamedNode(subject), NamedNode(predicate), target, graph))
        self.store.add(quads)
        return subject

    def new(self, kind: str) -> str:
        self.made += 1
        return entity("test", kind, str(self.made))

    def event(self, kind: str, firm: str, year: int | None, *, layer: str = MAIN) -> str:
        pairs: list[tuple[str, object]] = [("a", term("Event")), ("a", term(kind)), ("eventOf", firm)]
        if year is not None:
            pairs.append(("year", year))
        return self.add(self.new("event"), *pairs, layer=layer)

    def state(self, firm: str, status: str, *, start: str | None = None, layer: str = MAIN) -> str:
        node = self.new("state")
        self.add(
            node,
            ("a", term("IntegrationState")),
            ("stateOf", firm),
            ("integrationStatus", concept("integration-status", status)),
            layer=layer,
        )
        if start:
            date = Literal(start, datatype=NamedNode(XSD + "date"))
            quad = Quad(NamedNode(node), NamedNode(term("startLatest")), date, NamedNode(layer_graph(layer)))
            self.store.add([quad])
        return node

    def without_alliances(self, firm: str) -> str:
        return self.add(
            self.new("absence"),
            ("a", term("KnownAbsence")),
            ("absenceOf", firm),
            ("absentProperty", term("participatesIn")),
        )

    def complete(self, about: str, what: str) -> str:
        return self.add(
            self.new("completeness"),
            ("a", term("CompletenessStatement")),
            ("about", about),
            ("completeFor", term(what)),
            ("isComplete", True),
        )

    def firm(self, slug: str, *, sample: str = "candidate-2016", region: str = "flanders") -> str:
        firm = entity("organization", slug)
        self.add(firm, ("a", term("Organization")), ("foundedBy2016", True))
        state = ("classifiedAs", concept("organization-type", "nbf"))
        membership = ("sampleMembership", concept("nbf-sample", sample))
        self.add(
            entity("test", "class", slug), ("a", term("ClassificationState")), ("stateOf", firm), state, membership
        )
        seat = ("seatRegion", entity("region", region))
        self.add(entity("test", "seat", slug), ("a", term("SeatState")), ("stateOf", firm), seat)
        return firm

    def drop(self, wanted: Callable[[Quad], bool]) -> int:
        gone = [quad for quad in self.store.quads() if wanted(quad)]
        self.store.remove(gone)
        return len(gone)

    def drop_nodes(self, nodes: Iterable[str]) -> int:
        names = set(nodes)
        return self.drop(lambda quad: quad.subject.value in names or getattr(quad.object, "value", "") in names)

    def drop_challenges(self, hypothesis: str) -> int:
        """Remove every evidence line that challenges a hypothesis."""
        lines = {
            line.iri
            for part in self.view(hypothesis).sub_claims
            for line in part.evidence
            if line.stance == "challenges"
        }
        return self.drop_nodes(lines)

    def view(self, hypothesis: str, view: str = "all") -> ViewAssessment:
        (found,) = assess(self.store, [view], hypotheses=[hypothesis], definitions=self.definitions)
        return found.view(view)

    def claim(self, name: str, view: str = "all") -> SubClaimAssessment:
        return {part.claim.id: part for part in self.view(name[:2], view).sub_claims}[name]

    def criterion(self, name: str, view: str = "all") -> CriterionAssessment:
        claim = self.claim(name.split("-", maxsplit=1)[0], view)
        return {found.criterion.id: found for found in claim.criteria}[name]

    def members(self, criterion: str, *states: str, view: str = "all", certain: bool = True) -> Sequence[str]:
        found = self.criterion(criterion, view)
        return [
            result.member.iri
            for result in found.members
            if (result.certain or not certain) and result.state.value in states
        ]


@pytest.fixture(scope="session")
def definitions(repository: Path) -> Definitions:
    return load_definitions(repository / "data" / "hypotheses")


@pytest.fixture
def world(store: Store, definitions: Definitions) -> World:
    copy = MemoryStore()
    copy.add(store.quads())
    return World(copy, definitions)


@pytest.fixture(scope="session")
def assessed(store: Store, definitions: Definitions) -> dict[str, HypothesisAssessment]:
    """The four hypotheses in every view, assessed once."""
    return {item.id: item for item in assess(store, graph_version="v" * 64, definitions=definitions)}

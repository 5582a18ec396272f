"""The global restrictions of OWL 2 DL that quick profile checkers leave out (OWL 2 Structural Specification, 11).

Checked: simple roles where they are required, regular property chains, one kind per property, no datatype outside the
OWL 2 datatype map in an axiom. Together with a checker of the axioms' forms (the tests use pyowl2-profiles) this is the
OWL 2 DL profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad, Triple

from biokg.terms import PREFIXES, RDF_TYPE, shorten

_OWL, _RDF, _RDFS, _XSD = PREFIXES["owl"], PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["xsd"]
_KINDS = tuple(f"{_OWL}{kind}Property" for kind in ("Object", "Datatype", "Annotation"))
_SIMPLE_ONLY = tuple(
    f"{_OWL}{kind}Property" for kind in ("Functional", "InverseFunctional", "Irreflexive", "Asymmetric")
)
_COUNTS = tuple(
    _OWL + name
    for bound in ("cardinality", "minCardinality", "maxCardinality")
    for name in (bound, f"qualified{bound[0].upper()}{bound[1:]}", "hasSelf")
)
_DATATYPES = {"date", "time", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay", "duration"}


def profile_violations(triples: Iterable[Quad | Triple]) -> tuple[str, ...]:
    """What breaks OWL 2 DL, one sentence each, in a fixed order; empty when nothing does."""
    graph = _Graph(triples)
    found = {*_kinds(graph), *_datatypes(graph), *_simple(graph), *_regular(graph)}
    return tuple(sorted(found))


class _Graph:
    def __init__(self, triples: Iterable[Quad | Triple]) -> None:
        self.objects: dict[tuple[object, str], list[object]] = {}
        for found in triples:
            triple = found.triple if isinstance(found, Quad) else found
            self.objects.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)

    def pairs(self, predicate: str) -> Iterator[tuple[object, object]]:
        """Subjects and objects of a predicate."""
        for (subject, name), values in self.objects.items():
            if name == predicate:
                yield from ((subject, value) for value in values)

    def typed(self, iri: str) -> set[object]:
        """The subjects of a type."""
        return {subject for subject, value in self.pairs(RDF_TYPE) if value == NamedNode(iri)}

    def chain(self, head: object) -> list[object]:
        """The members of a list."""
        found: list[object] = []
        while (step := self.objects.get((head, _RDF + "first"))) and len(found) < 100:
            found.append(step[0])
            head = self.objects.get((head, _RDF + "rest"), [None])[0]
        return found


def _name(node: object) -> str:
    return shorten(node.value) if isinstance(node, NamedNode) else str(node)


def _kinds(graph: _Graph) -> Iterator[str]:
    for i, one in enumerate(_KINDS):
        for other in _KINDS[i + 1 :]:
            for node in graph.typed(one) & graph.typed(other):
                yield f"{_name(node)} is declared as {shorten(one)} and as {shorten(other)}"


def _datatypes(graph: _Graph) -> Iterator[str]:
    for axiom in ("range", "domain"):
        for node, value in graph.pairs(_RDFS + axiom):
            if isinstance(value, NamedNode) and value.value.removeprefix(_XSD) in _DATATYPES:
                yield f"{_name(node)} has the {axiom} {_name(value)}, which is no OWL 2 datatype"


def _composite(graph: _Graph) -> set[object]:
    """Transitive properties, those with a chain, and all above them or inverse to them."""
    found = graph.typed(_OWL + "TransitiveProperty") | {s for s, _ in graph.pairs(_OWL + "propertyChainAxiom")}
    links = [*graph.pairs(_RDFS + "subPropertyOf"), *graph.pairs(_OWL + "inverseOf")]
    links += [(b, a) for a, b in graph.pairs(_OWL + "inverseOf")]
    while more := {above for below, above in links if below in found} - found:
        found |= more
    return found


def _simple(graph: _Graph) -> Iterator[str]:
    composite = _composite(graph)
    for kind in _SIMPLE_ONLY:
        for node in graph.typed(kind) & composite:
            yield f"{_name(node)} is composite, so it cannot be {shorten(kind)}"
    for restriction, name in graph.pairs(_OWL + "onProperty"):
        for count in _COUNTS:
            if name in composite and graph.objects.get((restriction, count)):
                yield f"{_name(name)} is composite, so it cannot be counted ({shorten(count)})"
    for one, other in graph.pairs(_OWL + "propertyDisjointWith"):
        for node in {one, other} & composite:
            yield f"{_name(node)} is composite, so it cannot be disjoint with another property"


def _regular(graph: _Graph) -> Iterator[str]:
    """No property may come before itself: a chain's parts come before its head, the head itself at an end aside."""
    before: dict[object, set[object]] = {}
    for head, first in graph.pairs(_OWL + "propertyChainAxiom"):
        steps = graph.chain(first)
        inner = steps[1:] if steps and steps[0] == head else steps[:-1] if steps and steps[-1] == head else steps
        before.setdefault(head, set()).update(inner)
    for below, above in graph.pairs(_RDFS + "subPropertyOf"):
        before.setdefault(above, set()).add(below)
    for head, nearest in before.items():
        seen: set[object] = set()
        todo = set(nearest)
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo |= before.get(node, set())
        if head in seen:
            yield f"{_name(head)} is defined by a chain that leads back to it"

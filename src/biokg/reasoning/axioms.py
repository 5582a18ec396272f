"""The axioms of the ontology that are materialised, read from its graph and turned into rules.

Handled: ``rdfs:subClassOf`` and ``rdfs:subPropertyOf`` between named terms, ``owl:equivalentClass`` and
``owl:equivalentProperty``, ``owl:inverseOf``, ``owl:SymmetricProperty``, ``owl:TransitiveProperty``,
``owl:propertyChainAxiom`` (OWL 2 RL rules cax-sco, prp-spo1, cax-eqc, prp-eqp, prp-inv, prp-symp, prp-trp, prp-spo2).
Domains and ranges are left to the shapes: they would infer a type from a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from biokg.terms import ONTOLOGY, PREFIXES, shorten

_RDF, _RDFS, _OWL = PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"]
_TYPE = _RDF + "type"
_TRIVIAL = {_OWL + "Thing", _RDFS + "Resource", _OWL + "topObjectProperty", _OWL + "topDataProperty"}
_SCHEMA = (_RDF, _RDFS, _OWL)


@dataclass(frozen=True)
class Atom:
    """A triple pattern of a rule: a variable is ``?x``, anything else is an IRI."""

    subject: str
    predicate: str
    object: str

    def sparql(self) -> str:
        """The pattern in SPARQL."""
        return " ".join(t if t.startswith("?") else f"<{t}>" for t in self.terms) + " ."

    @property
    def terms(self) -> tuple[str, str, str]:
        """Subject, predicate and object."""
        return self.subject, self.predicate, self.object

    def may_be(self, other: Atom) -> bool:
        """Whether some triple may match both."""
        pairs = zip(self.terms, other.terms, strict=True)
        return all(a == b or a.startswith("?") or b.startswith("?") for a, b in pairs)


@dataclass(frozen=True)
class Rule:
    """If every atom of ``body`` holds then ``head`` holds; ``because`` names the axiom in words."""

    head: Atom
    body: tuple[Atom, ...]
    because: str


def read_rules(ontology: Iterable[Quad | Triple], namespace: str | None = ONTOLOGY) -> tuple[Rule, ...]:
    """The rules that the axioms in *ontology* give, each once, in a fixed order.

    Only rules that conclude with a term of *namespace* are kept (``None``: all), so that alignments to other
    vocabularies do not double the data: whoever wants those conclusions asks for them.
    """
    graph = _Graph(ontology)
    rules = {rule: None for rule in _rules(graph) if rule.head not in rule.body and _concludes(rule, namespace)}
    return tuple(sorted(rules, key=lambda rule: (len(rule.body), rule.because)))


def _concludes(rule: Rule, namespace: str | None) -> bool:
    head = rule.head.object if rule.head.predicate == _TYPE else rule.head.predicate
    return namespace is None or head.startswith(namespace)


def _rules(graph: _Graph) -> Iterator[Rule]:
    for axiom in ("subClassOf", "equivalentClass"):
        for lower, upper in graph.pairs((_OWL if axiom.startswith("eq") else _RDFS) + axiom):
            yield from _subclass(lower, upper)
            if axiom == "equivalentClass":
                yield from _subclass(upper, lower)
    for axiom in ("subPropertyOf", "equivalentProperty"):
        for lower, upper in graph.pairs((_OWL if axiom.startswith("eq") else _RDFS) + axiom):
            yield from _subproperty(lower, upper)
            if axiom == "equivalentProperty":
                yield from _subproperty(upper, lower)
    for one, other in graph.pairs(_OWL + "inverseOf"):
        because = f"{shorten(one)} is the inverse of {shorten(other)}"
        yield Rule(Atom("?y", other, "?x"), (Atom("?x", one, "?y"),), because)
        yield Rule(Atom("?y", one, "?x"), (Atom("?x", other, "?y"),), because)
    for name in graph.typed(_OWL + "SymmetricProperty"):
        yield Rule(Atom("?y", name, "?x"), (Atom("?x", name, "?y"),), f"{shorten(name)} is symmetric")
    for name in graph.typed(_OWL + "TransitiveProperty"):
        body = (Atom("?x", name, "?y"), Atom("?y", name, "?z"))
        yield Rule(Atom("?x", name, "?z"), body, f"{shorten(name)} is transitive")
    for name, steps in graph.chains():
        links = tuple(Atom(f"?x{i}", step, f"?x{i + 1}") for i, step in enumerate(steps))
        because = f"{shorten(name)} follows from the chain {' / '.join(map(shorten, steps))}"
        yield Rule(Atom("?x0", name, f"?x{len(steps)}"), links, because)


def _subclass(lower: str, upper: str) -> Iterator[Rule]:
    if lower != upper and upper not in _TRIVIAL:
        because = f"every {shorten(lower)} is a {shorten(upper)}"
        yield Rule(Atom("?x", _TYPE, upper), (Atom("?x", _TYPE, lower),), because)


def _subproperty(lower: str, upper: str) -> Iterator[Rule]:
    if lower != upper and upper not in _TRIVIAL:
        because = f"{shorten(lower)} is a sub-property of {shorten(upper)}"
        yield Rule(Atom("?x", upper, "?y"), (Atom("?x", lower, "?y"),), because)


class _Graph:
    """The part of an ontology that rules are read from."""

    def __init__(self, triples: Iterable[Quad | Triple]) -> None:
        self.objects: dict[tuple[object, str], list[object]] = {}
        for found in triples:
            triple = found.triple if isinstance(found, Quad) else found
            self.objects.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """Subject and object IRIs of a predicate; schema vocabulary and unnamed classes left out."""
        for (subject, name), values in list(self.objects.items()):
            if name == predicate and _is_term(subject):
                yield from ((subject.value, v.value) for v in values if isinstance(v, NamedNode) and _is_named(v))

    def typed(self, class_iri: str) -> Iterator[str]:
        """IRIs of the given type."""
        for (subject, name), values in self.objects.items():
            if name == _TYPE and NamedNode(class_iri) in values and _is_term(subject):
                yield subject.value

    def chains(self) -> Iterator[tuple[str, list[str]]]:
        """Each property with each chain that implies it."""
        for (subject, name), heads in list(self.objects.items()):
            if name == _OWL + "propertyChainAxiom" and _is_term(subject):
                for head in heads:
                    yield subject.value, [step.value for step in self._items(head) if isinstance(step, NamedNode)]

    def _items(self, head: object) -> list[object]:
        found: list[object] = []
        seen: set[object] = set()
        while head is not None and head not in seen:
            seen.add(head)
            found += self.objects.get((head, _RDF + "first"), [])[:1]
            rest = self.objects.get((head, _RDF + "rest"), [])
            head = rest[0] if rest else None
        return found


def _is_named(term: NamedNode | BlankNode | Literal) -> bool:
    return "/.well-known/genid/" not in term.value


def _is_term(subject: object) -> TypeGuard[NamedNode]:
    return isinstance(subject, NamedNode) and _is_named(subject) and not subject.value.startswith(_SCHEMA)

"""A small graph held as dictionaries, for reading shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from biokg.shapes.vocabulary import RDF, RDFS

Node: TypeAlias = NamedNode | BlankNode | Literal


class GraphIndex:
    """The triples of a shapes graph by subject and predicate; graph names are ignored."""

    def __init__(self, triples: Iterable[Quad | Triple]) -> None:
        self._objects: dict[tuple[Node, str], list[Node]] = defaultdict(list)
        self._subjects: dict[str, list[Node]] = defaultdict(list)
        self._triples: dict[Triple, None] = {}
        for found in triples:
            triple = found.triple if isinstance(found, Quad) else found
            if triple in self._triples:
                continue
            self._triples[triple] = None
            subject, name, value = triple.subject, triple.predicate.value, triple.object
            if isinstance(subject, Triple) or isinstance(value, Triple):
                continue
            self._objects[subject, name].append(value)
            self._subjects[name].append(subject)

    def __iter__(self) -> Iterator[Triple]:
        return iter(self._triples)

    def objects(self, subject: Node, name: str) -> list[Node]:
        """All objects of *subject* and the predicate with IRI *name*, in document order."""
        return self._objects.get((subject, name), [])

    def value(self, subject: Node, name: str) -> Node | None:
        """The first object, or ``None``."""
        found = self.objects(subject, name)
        return found[0] if found else None

    def subjects(self, name: str) -> list[Node]:
        """Every subject that has the predicate, each once."""
        return list(dict.fromkeys(self._subjects.get(name, [])))

    def items(self, head: Node) -> list[Node]:
        """The members of an RDF list (a list that bites its tail ends there)."""
        found: list[Node] = []
        seen: set[Node] = set()
        node: Node | None = head
        while node is not None and node not in seen and node != NamedNode(RDF + "nil"):
            seen.add(node)
            found += self.objects(node, RDF + "first")[:1]
            node = self.value(node, RDF + "rest")
        return found

    def instances(self, class_iri: str) -> list[Node]:
        """Subjects typed with the class or one of its subclasses in this graph."""
        classes = {class_iri}
        grown = True
        while grown:
            below = {
                s.value
                for s in self.subjects(RDFS + "subClassOf")
                if isinstance(s, NamedNode)
                and any(isinstance(o, NamedNode) and o.value in classes for o in self.objects(s, RDFS + "subClassOf"))
            }
            grown = not below <= classes
            classes |= below
        return [
            s
            for s in self.subjects(RDF + "type")
            if any(isinstance(o, NamedNode) and o.value in classes for o in self.objects(s, RDF + "type"))
        ]

"""SHACL property paths: read from a shapes graph, written as SPARQL 1.1 property paths and back as RDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Triple

from biokg.shapes.vocabulary import RDF, SH, shorten

if TYPE_CHECKING:
    from biokg.shapes.index import GraphIndex, Node

_SUFFIXES = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


@dataclass(frozen=True)
class Path:
    """One property path; ``kind`` is ``predicate`` or the local name of the SHACL property that builds it."""

    kind: str
    iri: str = ""
    parts: tuple[Path, ...] = ()

    def sparql(self) -> str:
        """The path in SPARQL 1.1 syntax, with full IRIs."""
        return self._text(lambda iri: f"<{iri}>")

    @property
    def iris(self) -> frozenset[str]:
        """Every property in the path."""
        return frozenset({self.iri} if self.iri else ()).union(*(part.iris for part in self.parts))

    @property
    def stations(self) -> tuple[Path, ...]:
        """The ways from a node to each node that the path passes, the last of which is the whole path.

        >>> [str(way) for way in Path("sequence", parts=(predicate("p"), predicate("q"))).stations]
        ['<p>', '(<p>/<q>)']
        """
        if self.kind == "inversePath" and self.parts[0].kind != "predicate":
            return _turned(self.parts[0]).stations
        inner = [part.stations for part in self.parts]
        passed: list[Path] = []
        if self.kind == "sequence":
            passed += [_after(self.parts[:i], way) for i, ways in enumerate(inner) for way in ways[:-1]]
            passed += [_after(self.parts[:i], part) for i, part in enumerate(self.parts[:-1])]
        elif self.kind == "alternativePath":
            passed += [way for ways in inner for way in ways[:-1]]
        elif self.kind in _SUFFIXES:
            passed += [self, *(_after((self,), way) for way in inner[0][:-1])]
        return (*passed, self)

    @property
    def last(self) -> frozenset[str]:
        """The properties of which one is the last step; none where it may be another step or goes backward."""
        if self.kind == "predicate":
            return frozenset({self.iri})
        if self.kind == "sequence":
            return self.parts[-1].last
        ends = [part.last for part in self.parts] if self.kind == "alternativePath" else []
        return frozenset().union(*ends) if all(ends) else frozenset()

    def __str__(self) -> str:
        return self._text(shorten)

    def _text(self, name: object) -> str:
        spell = name if callable(name) else shorten
        if self.kind == "predicate":
            return str(spell(self.iri))
        inner = [part._text(spell) for part in self.parts]
        if self.kind == "inversePath":
            return f"^({inner[0]})" if self.parts[0].kind != "predicate" else f"^{inner[0]}"
        if self.kind in _SUFFIXES:
            return f"({inner[0]}){_SUFFIXES[self.kind]}"
        return "(" + ("|" if self.kind == "alternativePath" else "/").join(inner) + ")"

    def triples(self) -> tuple[NamedNode | BlankNode, list[Triple]]:
        """The path as RDF: its node and the triples that describe it."""
        if self.kind == "predicate":
            return NamedNode(self.iri), []
        triples: list[Triple] = []
        nodes = []
        for part in self.parts:
            node, more = part.triples()
            nodes.append(node)
            triples += more
        if self.kind == "sequence":
            head, more = _list(nodes)
            return head, triples + more
        here = BlankNode()
        target: NamedNode | BlankNode = nodes[0]
        if self.kind == "alternativePath":
            target, more = _list(nodes)
            triples += more
        return here, [*triples, Triple(here, NamedNode(SH + self.kind), target)]


def _list(nodes: list[NamedNode | BlankNode]) -> tuple[NamedNode | BlankNode, list[Triple]]:
    tail: NamedNode | BlankNode = NamedNode(RDF + "nil")
    triples: list[Triple] = []
    for node in reversed(nodes):
        here = BlankNode()
        triples += [Triple(here, NamedNode(RDF + "first"), node), Triple(here, NamedNode(RDF + "rest"), tail)]
        tail = here
    return tail, triples


def _after(first: tuple[Path, ...], last: Path) -> Path:
    return Path("sequence", parts=(*first, last)) if first else last


def _turned(path: Path) -> Path:
    """*path* walked from its end."""
    if path.kind == "predicate":
        return Path("inversePath", parts=(path,))
    if path.kind == "inversePath":
        return path.parts[0]
    parts = [_turned(part) for part in path.parts]
    return Path(path.kind, parts=tuple(parts[::-1] if path.kind == "sequence" else parts))


def predicate(iri: str) -> Path:
    """The path of one forward step."""
    return Path("predicate", iri)


def read_path(index: GraphIndex, node: Node) -> Path:
    """The path that *node* describes. Raises :class:`biokg.errors.UsageError` if it describes none."""
    from biokg.errors import UsageError

    if isinstance(node, NamedNode):
        return predicate(node.value)
    if index.objects(node, RDF + "first"):
        return Path("sequence", parts=tuple(_parts(index, node)))
    for kind in ("inversePath", *_SUFFIXES):
        inner = index.value(node, SH + kind)
        if inner is not None:
            return Path(kind, parts=(read_path(index, inner),))
    branches = index.value(node, SH + "alternativePath")
    if branches is not None:
        return Path("alternativePath", parts=tuple(_parts(index, branches)))
    raise UsageError(f"the shapes graph has a node that is no property path: {node}", fix="See SHACL section 2.3.1.")


def _parts(index: GraphIndex, head: Node) -> Iterator[Path]:
    return (read_path(index, item) for item in index.items(head))

"""Writing facts as quads: statements with their source and layer, nodes stated in them, spans of time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad

from biokg.knowledge.dates import Span
from biokg.knowledge.tables import Row
from biokg.terms import LAYERS, PREFIXES, RDF_TYPE, RDFS_LABEL, concept, entity, layer_graph, slug, term

XSD = PREFIXES["xsd"]
DESCRIPTION = PREFIXES["dcterms"] + "description"
DERIVED_FROM = PREFIXES["prov"] + "wasDerivedFrom"
TITLE = PREFIXES["dcterms"] + "title"
ALT_LABEL = PREFIXES["skos"] + "altLabel"
DISSERTATION, TO_2016, AFTER_2016 = LAYERS

Value = NamedNode | Literal
_ORGANIZATION = entity("organization", "")
_GRAPHS = {layer: NamedNode(layer_graph(layer)) for layer in LAYERS}
_CONCEPT = lru_cache(maxsize=16384)(concept)
_DOCUMENT_DIGITS = 16


@lru_cache(maxsize=65536)
def iri(text: str) -> NamedNode:
    """The named node of an IRI."""
    return NamedNode(text)


def name(text: str) -> Literal:
    """A text in English (labels, descriptions)."""
    return Literal(text, language="en")


def text(value: str) -> Literal:
    """A plain string."""
    return Literal(value)


def integer(value: int | str) -> Literal:
    """An xsd:integer."""
    return Literal(str(int(value)), datatype=iri(XSD + "integer"))


def decimal(value: str | Decimal, scale: int = 1) -> Literal:
    """An xsd:decimal of *value* × *scale*, without exponent or trailing zeros."""
    number = Decimal(value) * scale
    digits = format(number.normalize(), "f") if number else "0"
    return Literal(digits, datatype=iri(XSD + "decimal"))


def boolean(value: bool) -> Literal:
    """An xsd:boolean."""
    return Literal("true" if value else "false", datatype=iri(XSD + "boolean"))


@lru_cache(maxsize=16384)
def document_iri(source: str) -> str:
    """The IRI of the document a source names: the dissertation, or the page at an address."""
    if source == "dissertation":
        return entity("document", "dissertation")
    return entity("document", hashlib.sha256(source.encode()).hexdigest()[:_DOCUMENT_DIGITS])


def page_iri(address: str) -> str:
    """*address* as an IRI: the few characters that no IRI may hold are percent-encoded."""
    return "".join(c if c not in '<>"{}|^`\\ ' and ord(c) > 0x20 else f"%{ord(c):02X}" for c in address)


class Emitter:
    """Collects quads; remembers in which layers an organisation is mentioned, so that it is declared there."""

    def __init__(self) -> None:
        self._quads: dict[Quad, None] = {}
        self.mentions: dict[str, set[str]] = {}

    def add(self, layer: str, subject: str, predicate: str, value: Value) -> None:
        """One asserted triple in the graph of *layer*."""
        self._quads[Quad(iri(subject), iri(predicate), value, _GRAPHS[layer])] = None
        for mentioned in (subject, value.value):
            if mentioned.startswith(_ORGANIZATION):
                organization = mentioned[len(_ORGANIZATION) :].split("/", 1)[0]
                self.mentions.setdefault(organization, set()).add(layer)

    def add_to_graph(self, graph: str, subject: str, predicate: str, value: Value) -> None:
        """One triple in a graph that is no layer (the schemes)."""
        self._quads[Quad(iri(subject), iri(predicate), value, iri(graph))] = None

    def quads(self) -> Iterator[Quad]:
        """Everything written so far, once each, in the order of writing."""
        return iter(self._quads)

    def __len__(self) -> int:
        return len(self._quads)


@dataclass(frozen=True)
class Node:
    """A thing described in one layer."""

    emitter: Emitter
    layer: str
    iri: str

    def a(self, *classes: str) -> Node:
        """It is an instance of these classes of the ontology."""
        for each in classes:
            self.emitter.add(self.layer, self.iri, RDF_TYPE, iri(term(each)))
        return self

    def label(self, value: str) -> Node:
        """Its English label."""
        self.emitter.add(self.layer, self.iri, RDFS_LABEL, name(value))
        return self

    def described(self, value: str) -> Node:
        """Its description, when there is one."""
        if value:
            self.emitter.add(self.layer, self.iri, DESCRIPTION, name(value))
        return self

    def put(self, property_: str, value: Value | None) -> Node:
        """A value of a property of the ontology, when there is one."""
        if value is not None:
            self.emitter.add(self.layer, self.iri, term(property_), value)
        return self

    def text(self, property_: str, value: str) -> Node:
        """A string value, when it is not empty."""
        return self.put(property_, text(value)) if value else self

    def link(self, property_: str, *targets: str) -> Node:
        """Other things, by IRI."""
        for target in targets:
            self.emitter.add(self.layer, self.iri, term(property_), iri(target))
        return self

    def code(self, property_: str, scheme: str, value: str) -> Node:
        """A concept of a scheme, when the cell is not empty."""
        return self.link(property_, _CONCEPT(scheme, value)) if value else self


@dataclass(frozen=True)
class Claim:
    """A row's statement in one layer: what it states is tied to it by ``bkg:statedIn``."""

    emitter: Emitter
    layer: str
    iri: str

    def node(self, target: str, *classes: str) -> Node:
        """The thing *target*, stated here to be an instance of *classes*."""
        self.emitter.add(self.layer, target, term("statedIn"), iri(self.iri))
        return Node(self.emitter, self.layer, target).a(*classes)

    def derived_from(self, statement: str) -> Claim:
        """This statement splits what another row says in one cell."""
        self.emitter.add(self.layer, self.iri, DERIVED_FROM, iri(statement))
        return self

    def about(self, target: str, *properties: str) -> Claim:
        """This statement is about *target* and asserts values of *properties* (names in the ontology)."""
        node = Node(self.emitter, self.layer, self.iri).link("about", target)
        for each in properties:
            node.link("asserts", each if ":" in each else term(each))
        return self


@dataclass(frozen=True)
class RowSource:
    """Where the facts of a row come from; makes its statements, one per layer and part."""

    emitter: Emitter
    row: Row
    kind: str = "fact"

    @property
    def documents(self) -> Sequence[str]:
        """What the row names as its sources."""
        return self.row.items("source")

    def claim(
        self,
        layer: str,
        *,
        part: str = "",
        documents: Iterable[str] | None = None,
        locator: str | None = None,
        kind: str | None = None,
    ) -> Claim:
        """The row's statement in *layer*; *part* tells several statements of one row apart."""
        row = self.row
        path = (row.table, slug(row.key), part) if part else (row.table, slug(row.key))
        statement = Node(self.emitter, layer, entity("statement", *path)).a("SourceStatement")
        statement.code("statementKind", "statement-kind", kind or self.kind).code("layer", "layer", layer)
        statement.link("inTable", entity("table", row.table)).text("rowId", row.key)
        statement.text("locator", row["locator"] if locator is None else locator)
        if not part:
            statement.text("note", row["note"])
        if kind != "inference":  # what is inferred from a row here is no further citation
            statement.link("cites", *(entity("work", work) for work in row.items("cites")))
        for source in self.documents if documents is None else documents:
            self._document(statement, source)
        return Claim(self.emitter, layer, statement.iri)

    def _document(self, statement: Node, source: str) -> None:
        statement.link("document", document_iri(source))
        document = Node(self.emitter, statement.layer, document_iri(source)).a("Document")
        if source == "dissertation":
            document.label("the dissertation of J.-P. Segers")
        else:
            document.label(source).link("address", page_iri(source))


def put_span(node: Node, span: Span | None) -> Node:
    """When an event happened: year, first and last day, precision; “not stated” also for one bound."""
    if span is None:
        return node.code("datePrecision", "precision", "not-stated")
    if span.year is not None:
        node.put("year", integer(span.year))
    node.put("earliest", _day(span.earliest)).put("latest", _day(span.latest))
    open_ended = span.earliest is None or span.latest is None
    return node.code("datePrecision", "precision", "not-stated" if open_ended else span.precision)


def _day(value: date | None) -> Literal | None:
    return None if value is None else Literal(value.isoformat(), datatype=iri(XSD + "date"))


def put_start(node: Node, span: Span | None) -> Node:
    """When a state began, where that is stated."""
    if span is None:
        return node
    node.put("startEarliest", _day(span.earliest)).put("startLatest", _day(span.latest))
    return node.code("startPrecision", "precision", span.precision)


def put_end(node: Node, span: Span | None) -> Node:
    """When a state ended, where that is stated; with one bound the precision is “not stated”."""
    if span is None:
        return node
    node.put("endEarliest", _day(span.earliest)).put("endLatest", _day(span.latest))
    open_ended = span.earliest is None or span.latest is None
    return node.code("endPrecision", "precision", "not-stated" if open_ended else span.precision)


def event(claim: Claim, target: str, class_: str, *, of: str | None, span: Span | None, label: str) -> Node:
    """An event stated in *claim* that happened to *of* in *span*."""
    node = claim.node(target, "Event", class_).label(label)
    if of:
        node.link("eventOf", of)
    return put_span(node, span)

"""Shapes that are not compiled are judged by pyshacl, one by one and by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from biokg.shapes.index import GraphIndex, Node
from biokg.shapes.model import TARGETS, Shape, Shapes
from biokg.shapes.paths import read_path
from biokg.shapes.report import SEVERITIES, Result
from biokg.shapes.vocabulary import OWL, RDF, RDFS, SH
from biokg.store.base import Store

if TYPE_CHECKING:
    from rdflib import Graph


def rdflib_graph(triples: Iterable[Triple]) -> Graph:
    """The triples as an rdflib graph; blank nodes keep their labels."""
    from rdflib import BNode, Graph, URIRef
    from rdflib import Literal as RdfLiteral

    def convert(term: Any) -> Any:
        if isinstance(term, NamedNode):
            return URIRef(term.value)
        if isinstance(term, BlankNode):
            return BNode(term.value)
        if term.language:
            return RdfLiteral(term.value, lang=term.language)
        plain = term.datatype.value.endswith("XMLSchema#string")
        return RdfLiteral(term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False)

    graph = Graph()
    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


def data_triples(store: Store, graphs: Sequence[str] | None) -> Iterator[Triple]:
    """Every triple of the graphs to validate, as stored."""
    for quad in store.quads() if graphs is None else (q for g in graphs for q in store.quads(g)):
        yield quad.triple


def only(shapes: Shapes, keep: Shape) -> list[Triple]:
    """The shapes graph with the targets of every shape but *keep* taken out."""
    gone = {SH + name for name in TARGETS} | {SH + "target"}
    classes = {NamedNode(RDFS + "Class"), NamedNode(OWL + "Class")}
    return [
        t
        for t in shapes.index
        if t.subject == keep.id
        or not (t.predicate.value in gone or (t.predicate.value == RDF + "type" and t.object in classes))
    ]


def judge(store: Store, shapes: Shapes, keep: Shape | None, graphs: Sequence[str] | None) -> Iterator[Result]:
    """Results of one shape (``None``: of all shapes) according to pyshacl."""
    import pyshacl

    data = rdflib_graph(data_triples(store, graphs))
    rules = rdflib_graph(shapes.index if keep is None else only(shapes, keep))
    _, report, _ = pyshacl.validate(data, shacl_graph=rules, advanced=True, js=False, do_owl_imports=False)
    ntriples = BytesIO(report.serialize(format="nt", encoding="utf-8"))
    yield from read_report(parse(ntriples, format=RdfFormat.N_TRIPLES))


def read_report(triples: Iterable[Triple | Quad]) -> Iterator[Result]:
    """The results in a W3C validation report."""

    index = GraphIndex(triples)
    for report in index.instances(SH + "ValidationReport"):
        for node in index.objects(report, SH + "result"):
            yield _result(index, node)


def _result(index: GraphIndex, node: Node) -> Result:
    def get(name: str) -> Node | None:
        return index.value(node, SH + name)

    path, severity, component = get("resultPath"), get("resultSeverity"), get("sourceConstraintComponent")
    message, focus, shape = get("resultMessage"), get("focusNode"), get("sourceShape")
    iri = severity.value if isinstance(severity, NamedNode) else SH + "Violation"
    short = iri.removeprefix(SH)
    return Result(
        focus=focus if focus is not None else Literal(""),
        path=None if path is None else read_path(index, path),
        value=get("value"),
        shape=shape if shape is not None else Literal(""),
        component=component.value if isinstance(component, NamedNode) else "",
        severity=short if short in SEVERITIES else iri,
        message=message.value if isinstance(message, Literal) else "",
    )


__all__ = ["DefaultGraph", "Quad", "judge", "rdflib_graph", "read_report", "serialize"]

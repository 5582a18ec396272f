"""The SPARQL 1.1 service description of this endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from biokg.sparql.results import GRAPH_TYPES, SOLUTION_TYPES
from biokg.terms import CATALOG_GRAPH, PREFIXES, QUERY_GRAPH
from biokg.web.negotiation import answer_types
from biokg.web.service import service

if TYPE_CHECKING:
    import pyoxigraph as ox

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
_FORMAT_NAMES = {
    "JSON": "SPARQL_Results_JSON",
    "XML": "SPARQL_Results_XML",
    "CSV": "SPARQL_Results_CSV",
    "TSV": "SPARQL_Results_TSV",
    "TURTLE": "Turtle",
    "N_TRIPLES": "N-Triples",
    "JSON_LD": "JSON-LD",
    "RDF_XML": "RDF_XML",
    "TRIG": "TriG",
    "N_QUADS": "N-Quads",
    "N3": "N3",
}


def description() -> Response:
    """The description as RDF, in the format the client accepts."""
    import pyoxigraph as ox

    said, written = answer_types("DESCRIBE", accept=request.headers.get("Accept"), asked=request.args.get("format"))
    prefixes = {"sd": SD, "void": PREFIXES["void"]}
    body = ox.serialize(
        _triples(request.base_url), format=getattr(ox.RdfFormat, GRAPH_TYPES[written]), prefixes=prefixes
    )
    content = said if said.startswith("application/") else f"{said}; charset=utf-8"
    return Response(body, 200, {"Content-Type": content, "Vary": "Accept, Accept-Encoding"})


def _triples(address: str) -> list[ox.Triple]:
    import pyoxigraph as ox

    held = service()
    node, iri = ox.NamedNode(address), ox.NamedNode
    dataset, default = ox.BlankNode("dataset"), ox.BlankNode("default")
    rdf_type = iri(PREFIXES["rdf"] + "type")
    languages = ["SPARQL11Query", "SPARQL10Query"]
    if held.settings.token_file is not None:
        languages.append("SPARQL11Update")
    triples = [ox.Triple(node, rdf_type, iri(SD + "Service")), ox.Triple(node, iri(SD + "endpoint"), node)]
    triples += [ox.Triple(node, iri(SD + "supportedLanguage"), iri(SD + name)) for name in languages]
    for name in (*SOLUTION_TYPES.values(), *GRAPH_TYPES.values()):
        triples.append(ox.Triple(node, iri(SD + "resultFormat"), iri(FORMATS + _FORMAT_NAMES[name])))
    if held.settings.union:
        triples.append(ox.Triple(node, iri(SD + "feature"), iri(SD + "UnionDefaultGraph")))
    triples += [
        ox.Triple(node, iri(SD + "defaultDataset"), dataset),
        ox.Triple(dataset, rdf_type, iri(SD + "Dataset")),
        ox.Triple(dataset, iri(SD + "defaultGraph"), default),
        ox.Triple(default, rdf_type, iri(SD + "Graph")),
    ]
    graphs = held.store.graphs()
    for index, graph in enumerate(graphs[:1000]):
        part = ox.BlankNode(f"graph{index}")
        triples += [
            ox.Triple(dataset, iri(SD + "namedGraph"), part),
            ox.Triple(part, rdf_type, iri(SD + "NamedGraph")),
            ox.Triple(part, iri(SD + "name"), iri(graph)),
        ]
    described = [graph for graph in (CATALOG_GRAPH, QUERY_GRAPH) if graph in graphs]
    triples += [ox.Triple(node, iri(PREFIXES["rdfs"] + "seeAlso"), iri(graph)) for graph in described]
    return triples

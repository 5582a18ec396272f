"""Canned queries and competency questions as RDF, so that clients find and run them from the endpoint itself.

Each query is a ``sh:SPARQLExecutable`` (and ``sh:SPARQLSelectExecutable``) with its text in ``sh:select``, its question
in ``rdfs:comment`` and the endpoint in ``schema:target``, the form in which the SIB publishes its examples. The terms
of the ontology that a query uses are its ``dcterms:references``, so that a term leads to its competency questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.queries.header import CannedQuery
from biokg.terms import BASE, ID, ONTOLOGY, PREFIXES, QUERY, QUERY_GRAPH, RDF_TYPE, RDFS_LABEL

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode, Quad

ENDPOINT = BASE + "sparql"
CANNED = QUERY + "canned"
COMPETENCY = QUERY + "competency"
_TERM = re.compile(r"\bbkg:([A-Za-z]\w*)|<" + re.escape(ONTOLOGY) + r"([A-Za-z]\w*)>")
_SH, _SCHEMA, _DCTERMS, _RDFS = PREFIXES["sh"], PREFIXES["schema"], PREFIXES["dcterms"], PREFIXES["rdfs"]


def competency_questions(ontology_folder: Path) -> Mapping[str, CannedQuery]:
    """The competency questions beside the ontology, by name; empty where there are none."""
    from biokg.queries.catalogue import read_folder

    return read_folder(ontology_folder / "competency")


def query_quads(queries: Iterable[CannedQuery], collection: str) -> Iterator[Quad]:
    """*queries* as RDF in the query graph, each part of *collection* (:data:`CANNED` or :data:`COMPETENCY`)."""
    import pyoxigraph as ox

    held = ox.NamedNode(QUERY_GRAPH)
    for query in queries:
        for predicate, value in _statements(query, collection):
            yield ox.Quad(ox.NamedNode(query.iri), ox.NamedNode(predicate), value, held)


def _statements(query: CannedQuery, collection: str) -> Iterator[tuple[str, NamedNode | Literal]]:
    import pyoxigraph as ox

    yield RDF_TYPE, ox.NamedNode(_SH + "SPARQLExecutable")
    yield RDF_TYPE, ox.NamedNode(_SH + "SPARQLSelectExecutable")
    yield RDFS_LABEL, ox.Literal(query.title, language="en")
    yield _RDFS + "comment", ox.Literal(query.question, language="en")
    yield _SH + "select", ox.Literal(query.text)
    yield _SCHEMA + "target", ox.NamedNode(ENDPOINT)
    yield _SCHEMA + "keywords", ox.Literal(query.group)
    yield _DCTERMS + "isPartOf", ox.NamedNode(collection)
    if query.hypothesis != "across":
        yield _DCTERMS + "subject", ox.NamedNode(f"{ID}hypothesis/{query.hypothesis}")
    if query.sub_claim:
        yield _DCTERMS + "subject", ox.NamedNode(f"{ID}sub-claim/{query.sub_claim}")
    for name in sorted({prefixed or full for prefixed, full in _TERM.findall(query.text)}):
        yield _DCTERMS + "references", ox.NamedNode(ONTOLOGY + name)

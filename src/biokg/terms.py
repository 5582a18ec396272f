"""Namespaces and IRIs: the one place where an address of this project is spelled.

Terms, taxonomies, data, graphs and queries never share a namespace (docs/model.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

BASE = "https://w3id.org/biokg/"
ONTOLOGY = BASE + "ontology/"
SCHEME = BASE + "scheme/"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
QUERY = BASE + "query/"
SHAPE = BASE + "shape/"

PREFIXES: dict[str, str] = {
    "bkg": ONTOLOGY,
    "bks": SCHEME,
    "bki": ID,
    "bkgraph": GRAPH,
    "bkq": QUERY,
    "bksh": SHAPE,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "qb": "http://purl.org/linked-data/cube#",
    "cito": "http://purl.org/spar/cito/",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "sh": "http://www.w3.org/ns/shacl#",
    "earl": "http://www.w3.org/ns/earl#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "vann": "http://purl.org/vocab/vann/",
    "bibo": "http://purl.org/ontology/bibo/",
}

RDF_TYPE = PREFIXES["rdf"] + "type"
RDFS_LABEL = PREFIXES["rdfs"] + "label"

LAYERS = ("dissertation", "public-to-2016", "public-after-2016")
"""Source layers in order: (a) the dissertation, (b) public records up to 12/2016, (c) after 2016."""


def slug(text: str) -> str:
    """The last path segment for *text*: lower case ASCII letters, digits and single hyphens.

    >>> slug("Liège (Herstal)")
    'liege-herstal'
    >>> slug("licensing_out")
    'licensing-out'
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def shorten(iri: str) -> str:
    """*iri* with a known prefix where one fits, else in angle brackets.

    >>> shorten("https://w3id.org/biokg/ontology/Alliance")
    'bkg:Alliance'
    """
    best = max((p for p in PREFIXES if iri.startswith(PREFIXES[p])), key=lambda p: len(PREFIXES[p]), default=None)
    return f"<{iri}>" if best is None else f"{best}:{iri[len(PREFIXES[best]) :]}"


def term(name: str) -> str:
    """IRI of an ontology term (class or property)."""
    return ONTOLOGY + name


def concept(scheme: str, name: str) -> str:
    """IRI of a concept in a SKOS scheme; the scheme itself is ``SCHEME + scheme``."""
    return f"{SCHEME}{scheme}/{slug(name)}"


def entity(kind: str, *path: str) -> str:
    """IRI of a thing: ``entity("alliance", "ablynx-wyeth-2006", "role", "ablynx")``."""
    return ID + "/".join((kind, *path))


def graph(name: str) -> str:
    """IRI of a named graph."""
    return GRAPH + name


ONTOLOGY_GRAPH = graph("ontology")
SCHEME_GRAPH = graph("scheme")
HYPOTHESIS_GRAPH = graph("hypothesis")
LINK_GRAPH = graph("link")
QUERY_GRAPH = graph("query")
CATALOG_GRAPH = graph("catalog")
ASSESSMENT_GRAPH = graph("assessment")


def layer_graph(layer: str) -> str:
    """Named graph that holds the asserted statements of a layer."""
    return graph(layer)


def inferred_graph(layer: str) -> str:
    """Named graph of what follows from the layers up to and including *layer*, and from no later one."""
    return graph(f"inferred/{layer}")


def asserted(graphs: Iterable[str]) -> tuple[str, ...]:
    """Those of *graphs* that hold no inferred statements.

    >>> asserted([layer_graph("dissertation"), inferred_graph("dissertation")])
    ('https://w3id.org/biokg/graph/dissertation',)
    """
    return tuple(name for name in graphs if not name.startswith(graph("inferred/")))


@dataclass(frozen=True)
class View:
    """A cumulative reading of the layers: the default graph of a query is the union of ``graphs``."""

    name: str
    label: str
    layers: tuple[str, ...]
    short: str

    @property
    def graphs(self) -> tuple[str, ...]:
        """The named graphs whose union a query in this view reads."""
        layered = tuple(g for layer in self.layers for g in (layer_graph(layer), inferred_graph(layer)))
        return (*layered, ONTOLOGY_GRAPH, SCHEME_GRAPH, HYPOTHESIS_GRAPH, LINK_GRAPH)


VIEWS: dict[str, View] = {
    "dissertation": View("dissertation", "the dissertation", LAYERS[:1], "dissertation alone"),
    "to-2016": View("to-2016", "the dissertation and public records to 12/2016", LAYERS[:2], "records to 12/2016 too"),
    "all": View("all", "the dissertation and public records, outcomes since 2016 included", LAYERS, "all, to this day"),
}

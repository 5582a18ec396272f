"""The dataset described for machines: VoID (subsets, counts, vocabularies) and DCAT (catalogue, distributions)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from biokg.knowledge.emit import integer, iri, name
from biokg.terms import (
    BASE,
    CATALOG_GRAPH,
    HYPOTHESIS_GRAPH,
    LAYERS,
    LINK_GRAPH,
    ONTOLOGY_GRAPH,
    PREFIXES,
    RDF_TYPE,
    SCHEME_GRAPH,
    entity,
    inferred_graph,
    layer_graph,
    term,
)

if TYPE_CHECKING:
    from biokg.store.base import Store

DATASET = entity("dataset", "biokg")
CATALOGUE = entity("dataset", "catalogue")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
TITLE = "BioKG: Belgian biotechnology as a regional innovation system"
SUMMARY = (
    "New biotechnology firms of Flanders, Wallonia and Brussels, their strategic alliances, business models, "
    "open-innovation practices and the policies of their regions, each fact with its source."
)
FORMATS = {
    "nq": ("N-Quads", "application/n-quads"),
    "trig": ("TriG", "application/trig"),
    "jsonld": ("JSON-LD", "application/ld+json"),
}
AGENT = entity("agent", "biokg")
MAKERS = "The BioKG engineers"
_EU = "http://publications.europa.eu/resource/authority/"
_GRAPHS = {
    **{layer_graph(layer): f"Layer {layer}" for layer in LAYERS},
    **{inferred_graph(layer): f"What follows from layer {layer}" for layer in LAYERS},
    ONTOLOGY_GRAPH: "The ontology",
    SCHEME_GRAPH: "The concept schemes",
    HYPOTHESIS_GRAPH: "The definitions of the hypotheses",
    LINK_GRAPH: "Identity links",
}


@dataclass
class _Counts:
    """What there is in each graph, and of each class and property in the layers."""

    triples: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    subjects: set[str] = field(default_factory=set)


def _counted(store: Store) -> _Counts:
    found = _Counts()
    layers = {f"<{layer_graph(layer)}>": layer for layer in LAYERS}
    typed: set[tuple[str, str]] = set()
    for quad in store.quads():
        graph = str(quad.graph_name)
        found.triples[graph.strip("<>")] += 1
        if graph not in layers:
            continue
        subject = str(quad.subject)
        found.subjects.add(subject)
        found.properties[quad.predicate.value] += 1
        if quad.predicate.value == RDF_TYPE:
            typed.add((subject, str(quad.object).strip("<>")))
    found.classes.update(class_ for _, class_ in typed)
    return found


def _quad(subject: str, prefixed: str, value: NamedNode | Literal) -> Quad:
    prefix, _, local = prefixed.partition(":")
    return Quad(iri(subject), iri(PREFIXES[prefix] + local), value, iri(CATALOG_GRAPH))


def _types(subject: str, *classes: str) -> Iterator[Quad]:
    for each in classes:
        prefix, _, local = each.partition(":")
        yield Quad(iri(subject), iri(RDF_TYPE), iri(PREFIXES[prefix] + local), iri(CATALOG_GRAPH))


def catalogue_quads(store: Store) -> Iterator[Quad]:
    """The description of what *store* holds, for ``graph/catalog``; the counts leave that graph out."""
    counts = _counted(store)
    counts.triples.pop(CATALOG_GRAPH, None)
    yield from _dataset(counts)
    yield from _subsets(counts)
    yield from _distributions()
    yield from _catalogue()


def _dataset(counts: _Counts) -> Iterator[Quad]:
    yield from _types(DATASET, "void:Dataset", "dcat:Dataset")
    yield _quad(DATASET, "dcterms:title", name(TITLE))
    yield _quad(DATASET, "dcterms:description", name(SUMMARY))
    yield _quad(DATASET, "dcterms:license", iri(LICENCE))
    yield _quad(DATASET, "dcterms:publisher", iri(AGENT))
    yield _quad(DATASET, "dcterms:creator", iri(AGENT))
    yield _quad(DATASET, "dcterms:language", iri(_EU + "language/ENG"))
    yield _quad(DATASET, "dcterms:spatial", iri(_EU + "country/BEL"))
    yield _quad(DATASET, "dcat:theme", iri(_EU + "data-theme/TECH"))
    for word in ("biotechnology", "regional innovation system", "strategic alliance", "open innovation"):
        yield _quad(DATASET, "dcat:keyword", name(word))
    yield _quad(DATASET, "dcat:landingPage", iri(BASE))
    yield _quad(DATASET, "foaf:homepage", iri(BASE))
    yield _quad(DATASET, "void:uriSpace", Literal(BASE + "id/"))
    yield _quad(DATASET, "void:sparqlEndpoint", iri(BASE + "sparql"))
    yield _quad(DATASET, "void:exampleResource", iri(entity("organization", "argenx")))
    yield _quad(DATASET, "void:triples", integer(sum(counts.triples.values())))
    yield _quad(DATASET, "void:entities", integer(len(counts.subjects)))
    yield _quad(DATASET, "void:classes", integer(len(counts.classes)))
    yield _quad(DATASET, "void:properties", integer(len(counts.properties)))
    for vocabulary in ("rdfs", "skos", "dcterms", "prov", "qb", "bkg"):
        yield _quad(DATASET, "void:vocabulary", iri(PREFIXES[vocabulary]))
    yield from _types(AGENT, "foaf:Organization")
    yield _quad(AGENT, "foaf:name", name(MAKERS))


def _subsets(counts: _Counts) -> Iterator[Quad]:
    for class_, number in sorted(counts.classes.items()):
        part = entity("dataset", "biokg", "class", class_.rsplit("/", 1)[-1].rsplit("#", 1)[-1])
        yield _quad(DATASET, "void:classPartition", iri(part))
        yield _quad(part, "void:class", iri(class_))
        yield _quad(part, "void:entities", integer(number))
    for property_, number in sorted(counts.properties.items()):
        local = property_.removeprefix(term("")) if property_.startswith(term("")) else property_.rsplit("/", 1)[-1]
        part = entity("dataset", "biokg", "property", local.replace("#", "-"))
        yield _quad(DATASET, "void:propertyPartition", iri(part))
        yield _quad(part, "void:property", iri(property_))
        yield _quad(part, "void:triples", integer(number))
    for graph, title in _GRAPHS.items():
        if not counts.triples[graph]:
            continue
        yield from _types(graph, "void:Dataset")
        yield _quad(DATASET, "void:subset", iri(graph))
        yield _quad(graph, "dcterms:title", name(title))
        yield _quad(graph, "dcterms:license", iri(LICENCE))
        yield _quad(graph, "void:triples", integer(counts.triples[graph]))
        yield _quad(graph, "void:dataDump", iri(f"{graph}.ttl"))


def _distributions() -> Iterator[Quad]:
    for suffix, (label, media) in FORMATS.items():
        file = f"{BASE}data/download/biokg.{suffix}"
        target = entity("distribution", f"biokg-{suffix}")
        yield _quad(DATASET, "void:dataDump", iri(file))
        yield _quad(DATASET, "dcat:distribution", iri(target))
        yield from _types(target, "dcat:Distribution")
        yield _quad(target, "dcterms:title", name(f"The whole graph as {label}"))
        yield _quad(target, "dcat:accessURL", iri(file))
        yield _quad(target, "dcat:downloadURL", iri(file))
        yield _quad(target, "dcterms:license", iri(LICENCE))
        yield _quad(target, "dcat:mediaType", iri(f"https://www.iana.org/assignments/media-types/{media}"))
    service = entity("service", "sparql")
    yield from _types(service, "dcat:DataService")
    yield _quad(service, "dcterms:title", name("SPARQL endpoint"))
    yield _quad(service, "dcat:endpointURL", iri(BASE + "sparql"))
    yield _quad(service, "dcat:servesDataset", iri(DATASET))


def _catalogue() -> Iterator[Quad]:
    yield from _types(CATALOGUE, "dcat:Catalog")
    yield _quad(CATALOGUE, "dcterms:title", name("What BioKG publishes"))
    yield _quad(CATALOGUE, "dcterms:description", name("The dataset, its downloads and its SPARQL endpoint."))
    yield _quad(CATALOGUE, "dcterms:publisher", iri(AGENT))
    yield _quad(CATALOGUE, "dcterms:license", iri(LICENCE))
    yield _quad(CATALOGUE, "foaf:homepage", iri(BASE))
    yield _quad(CATALOGUE, "dcat:dataset", iri(DATASET))
    yield _quad(CATALOGUE, "dcat:service", iri(entity("service", "sparql")))

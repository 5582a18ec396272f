"""Identity links as RDF: the reviewed tables of ``data/links`` become ``graph/link``.

Each link is a fact of its own (``bkg:IdentityLink``) with its source, confidence and justification, beside the
plain triple that says the same. ``sssom:NoTermFound`` rows become ``bkg:IdentifierSearch``: looked for, not found.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biokg import terms
from biokg.errors import CellProblem, DataError

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode, Quad

TABLE = "identifiers.sssom.tsv"
NOT_FOUND = "sssom:NoTermFound"
LAYER = "public-after-2016"
MATCH_KINDS = {
    "owl:sameAs": "same",
    "skos:exactMatch": "exact",
    "skos:closeMatch": "close",
    "skos:broadMatch": "broad",
    "skos:narrowMatch": "narrow",
    "skos:relatedMatch": "related",
}
REQUIRED = ("record_id", "subject_id", "subject_label", "predicate_id", "mapping_justification", "object_source")


@dataclass(frozen=True)
class Link:
    """One row of the SSSOM table; IRIs are absolute, ``object`` is ``None`` for a literal or an empty search."""

    id: str
    subject: str
    subject_label: str
    predicate: str
    object: str | None
    object_label: str
    identifier: str
    registry: str
    justification: str
    confidence: str
    source: str
    source_version: str
    date: str
    license: str
    comment: str
    found: bool

    @property
    def match_kind(self) -> str:
        """Name of the concept in ``bks:match-kind``."""
        return MATCH_KINDS[self.predicate]


@dataclass(frozen=True)
class LinkTable:
    """The curie map of the header and the rows."""

    prefixes: dict[str, str]
    links: tuple[Link, ...]


def read_links(data_dir: Path) -> LinkTable:
    """The reviewed link table under *data_dir*.

    Raises :class:`DataError` naming every row whose subject, predicate, object or confidence is not valid.
    """
    path = data_dir / "links" / TABLE
    prefixes: dict[str, str] = {}
    problems: list[CellProblem] = []
    links: list[Link] = []
    with path.open(encoding="utf-8", newline="") as stream:
        lines = stream.readlines()
    header = [line for line in lines if line.startswith("#")]
    for line in header:
        name, _, address = line[1:].strip().partition(": ")
        if line.startswith("#   "):
            prefixes[name] = address.strip()
    rows = csv.DictReader(lines[len(header) :], delimiter="\t")
    for number, row in enumerate(rows, start=len(header) + 2):
        problem = _problem(row, prefixes)
        if problem:
            column, reason = problem
            problems.append(CellProblem(path.name, number, column, row.get(column) or "", reason))
        else:
            links.append(_link(row, prefixes))
    for link_id, count in Counter(link.id for link in links).items():
        if count > 1:
            problems.append(CellProblem(path.name, 0, "record_id", link_id, f"stands {count} times"))
    if problems:
        raise DataError(problems, fix="correct the cells named; docs/linking.md explains each column")
    return LinkTable(prefixes, tuple(links))


def _problem(row: dict[str, str], prefixes: dict[str, str]) -> tuple[str, str] | None:
    for column in REQUIRED:
        if not row.get(column):
            return column, "must not be empty"
    for column in ("record_id", "subject_id", "object_id", "mapping_justification"):
        if row[column] and row[column].partition(":")[0] not in prefixes:
            return column, "prefix is not in the curie_map of the header"
    if row["predicate_id"] not in MATCH_KINDS:
        return "predicate_id", f"must be one of {', '.join(MATCH_KINDS)}"
    if not row["object_id"] and not (row["object_label"] and row["object_type"] == "rdfs literal"):
        return "object_id", "only a literal mapping (object_type 'rdfs literal' with object_label) may lack it"
    if row["object_id"] != NOT_FOUND:
        try:
            inside = 0.0 <= float(row["confidence"]) <= 1.0
        except ValueError:
            inside = False
        if not inside:
            return "confidence", "must be a number from 0 to 1"
    return None


def _expand(curie: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = curie.partition(":")
    return prefixes[prefix] + local


def _link(row: dict[str, str], prefixes: dict[str, str]) -> Link:
    object_id = row["object_id"]
    found = object_id != NOT_FOUND
    prefix, _, local = object_id.partition(":")
    literal = not object_id
    registry = "iso-3166-2" if literal else (terms.slug(prefix) if found else _registry_of(row, prefixes))
    return Link(
        id=_expand(row["record_id"], prefixes),
        subject=_expand(row["subject_id"], prefixes),
        subject_label=row["subject_label"],
        predicate=row["predicate_id"],
        object=_expand(object_id, prefixes) if found and not literal else None,
        object_label=row["object_label"],
        identifier=row["object_label"] if literal else (local.rstrip("/") if found else ""),
        registry=registry,
        justification=_expand(row["mapping_justification"], prefixes),
        confidence=row["confidence"],
        source=row["object_source"],
        source_version=row["object_source_version"],
        date=row["mapping_date"],
        license=row["license"],
        comment=row["comment"],
        found=found,
    )


def _registry_of(row: dict[str, str], prefixes: dict[str, str]) -> str:
    matches = [name for name, address in prefixes.items() if address.startswith(row["object_source"])]
    return terms.slug(matches[0]) if matches else "other"


@dataclass(frozen=True)
class _Writer:
    """Makes quads of one graph from IRIs and Python values."""

    graph: str

    def __call__(self, subject: str, predicate: str, value: NamedNode | Literal | str) -> Quad:
        from pyoxigraph import NamedNode, Quad

        held = NamedNode(value) if isinstance(value, str) else value
        return Quad(NamedNode(subject), NamedNode(predicate), held, NamedNode(self.graph))


def link_quads(data_dir: Path, *, known: Container[str] | None = None) -> Iterator[Quad]:
    """All quads that the tables under ``data_dir/links`` yield.

    *known* holds the IRIs of the organizations and places of the graph; rows about others are left out, so that
    no link hangs in the air (``None``: keep all). Regions and concepts are always kept.
    """
    table = read_links(data_dir)
    links = [link for link in table.links if known is None or _stands(link, known)]
    for link in links:
        yield from _identity(link) if link.found else _search(link)
    yield from _documents(links)
    yield from _concepts(data_dir)
    yield from _areas(data_dir, known)
    yield from _names(data_dir, table.prefixes, known)
    yield from linkset_quads(links)


def _stands(link: Link, known: Container[str]) -> bool:
    return not link.subject.startswith(terms.ID) or "/id/region/" in link.subject or link.subject in known


def _prefixed(name: str) -> str:
    prefix, _, local = name.partition(":")
    return terms.PREFIXES[prefix] + local


def _statement(write: _Writer, link: Link) -> Iterator[Quad]:
    from pyoxigraph import Literal

    row = link.id.removeprefix(terms.ID + "link/")
    statement = terms.entity("statement", "identifiers", row)
    yield write(link.id, terms.term("statedIn"), statement)
    yield write(statement, terms.RDF_TYPE, terms.term("SourceStatement"))
    yield write(statement, terms.term("document"), document_iri(link.source))
    kind = "fact" if link.justification.endswith("ManualMappingCuration") else "inference"
    yield write(statement, terms.term("statementKind"), terms.concept("statement-kind", kind))
    yield write(statement, terms.term("layer"), terms.concept("layer", LAYER))
    yield write(statement, terms.term("inTable"), terms.entity("table", "identifiers"))
    yield write(statement, terms.term("rowId"), Literal(row))
    note = "; ".join(part for part in (link.source_version, link.comment) if part)
    if note:
        yield write(statement, terms.term("note"), Literal(note))


def _common(write: _Writer, link: Link, class_name: str, label: str) -> Iterator[Quad]:
    from pyoxigraph import Literal, NamedNode

    yield write(link.id, terms.RDF_TYPE, terms.term(class_name))
    yield write(link.id, terms.RDFS_LABEL, Literal(label, language="en"))
    yield write(link.id, terms.term("about"), link.subject)
    yield write(link.id, terms.term("registry"), terms.concept("registry", link.registry))
    yield write(link.id, terms.term("mappingJustification"), link.justification)
    yield write(
        link.id, _prefixed("dcterms:date"), Literal(link.date, datatype=NamedNode(terms.PREFIXES["xsd"] + "date"))
    )
    yield from _statement(write, link)


def _identity(link: Link) -> Iterator[Quad]:
    from pyoxigraph import Literal, NamedNode

    write = _Writer(terms.LINK_GRAPH)
    label = f"{link.subject_label} in {link.registry}: {link.object_label or link.identifier}"
    yield from _common(write, link, "IdentityLink", label)
    yield write(link.id, terms.term("matchKind"), terms.concept("match-kind", link.match_kind))
    yield write(link.id, terms.term("identifier"), Literal(link.identifier))
    confidence = Literal(link.confidence, datatype=NamedNode(terms.PREFIXES["xsd"] + "decimal"))
    yield write(link.id, terms.term("confidence"), confidence)
    if link.license:
        yield write(link.id, _prefixed("dcterms:license"), link.license)
    if link.object:
        yield write(link.id, terms.term("linkedTo"), link.object)
        yield write(link.subject, _prefixed(link.predicate), link.object)


def _search(link: Link) -> Iterator[Quad]:
    write = _Writer(terms.LINK_GRAPH)
    yield from _common(write, link, "IdentifierSearch", f"{link.subject_label}: looked for in {link.registry}")
    yield write(link.id, terms.term("searchResult"), terms.concept("search-result", "not found"))


def document_iri(address: str) -> str:
    """IRI of the document at *address* (docs/model.md, Sources)."""
    return terms.entity("document", hashlib.sha256(address.encode()).hexdigest()[:16])


def _documents(links: list[Link]) -> Iterator[Quad]:
    write = _Writer(terms.LINK_GRAPH)
    for address in sorted({link.source for link in links}):
        yield write(document_iri(address), terms.RDF_TYPE, terms.term("Document"))
        yield write(document_iri(address), terms.term("address"), address)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def area_iri(label: str) -> str:
    """IRI of the therapeutic area whose label in the Disease Ontology is *label*."""
    return terms.concept("therapeutic-area", label)


def _concepts(data_dir: Path) -> Iterator[Quad]:
    from pyoxigraph import Literal

    write = _Writer(terms.SCHEME_GRAPH)
    scheme = terms.SCHEME + "therapeutic-area"
    yield write(scheme, terms.RDF_TYPE, _prefixed("skos:ConceptScheme"))
    yield write(scheme, terms.RDFS_LABEL, Literal("Therapeutic areas", language="en"))
    for row in _rows(data_dir / "links" / "concepts.csv"):
        if row["scheme_kind"] == "therapeutic area":
            concept = area_iri(row["label"])
            yield write(concept, terms.RDF_TYPE, _prefixed("skos:Concept"))
            yield write(concept, _prefixed("skos:inScheme"), scheme)
            yield write(concept, _prefixed("skos:prefLabel"), Literal(row["label"], language="en"))
            yield write(concept, terms.RDFS_LABEL, Literal(row["label"], language="en"))
            scope = f"Named in the text as: {row['area_in_text_or_level']}"
            yield write(concept, _prefixed("skos:scopeNote"), Literal(scope, language="en"))


def _areas(data_dir: Path, known: Container[str] | None) -> Iterator[Quad]:
    from pyoxigraph import Literal

    write = _Writer(terms.LINK_GRAPH)
    for number, row in enumerate(_rows(data_dir / "links" / "therapeutic_links.csv"), start=1):
        kind = "organization" if row["text_column"].startswith("organizations.") else "alliance"
        subject = terms.entity(kind, terms.slug(row["org_or_deal_id"]))
        if not row["doid_label"] or (known is not None and subject not in known):
            continue
        statement = terms.entity("statement", "therapeutic_links", str(number))
        yield write(document_iri(DISEASE_ONTOLOGY), terms.RDF_TYPE, terms.term("Document"))
        yield write(document_iri(DISEASE_ONTOLOGY), terms.term("address"), DISEASE_ONTOLOGY)
        yield write(subject, terms.term("therapeuticArea"), area_iri(row["doid_label"]))
        yield write(statement, terms.RDF_TYPE, terms.term("SourceStatement"))
        yield write(statement, terms.term("about"), subject)
        yield write(statement, terms.term("asserts"), terms.term("therapeuticArea"))
        yield write(statement, terms.term("document"), document_iri(DISEASE_ONTOLOGY))
        yield write(statement, terms.term("statementKind"), terms.concept("statement-kind", "inference"))
        yield write(statement, terms.term("layer"), terms.concept("layer", LAYER))
        yield write(statement, terms.term("inTable"), terms.entity("table", "therapeutic_links"))
        yield write(statement, terms.term("rowId"), Literal(str(number)))
        yield write(statement, terms.term("locator"), Literal(f"{row['text_column']}: {row['text_span']}"))
        if row["note"]:
            yield write(statement, terms.term("note"), Literal(row["note"]))


def _names(data_dir: Path, prefixes: dict[str, str], known: Container[str] | None) -> Iterator[Quad]:
    """Further names of the organizations, as the ROR records linked to them give them."""
    from pyoxigraph import Literal

    write = _Writer(terms.LINK_GRAPH)
    for number, row in enumerate(_rows(data_dir / "links" / "names.csv"), start=1):
        subject = _expand(row["subject_id"], prefixes)
        if known is not None and subject not in known:
            continue
        address = prefixes[row["object_id"].partition(":")[0]]
        yield write(document_iri(address), terms.RDF_TYPE, terms.term("Document"))
        yield write(document_iri(address), terms.term("address"), address)
        name = Literal(row["name"], language=row["lang"]) if row["lang"] else Literal(row["name"])
        statement = terms.entity("statement", "link-names", str(number))
        yield write(subject, _prefixed("skos:altLabel"), name)
        yield write(statement, terms.RDF_TYPE, terms.term("SourceStatement"))
        yield write(statement, terms.term("about"), subject)
        yield write(statement, terms.term("asserts"), _prefixed("skos:altLabel"))
        yield write(statement, terms.term("document"), document_iri(address))
        yield write(statement, terms.term("statementKind"), terms.concept("statement-kind", "fact"))
        yield write(statement, terms.term("layer"), terms.concept("layer", LAYER))
        yield write(statement, terms.term("inTable"), terms.entity("table", "link-names"))
        yield write(statement, terms.term("rowId"), Literal(str(number)))
        yield write(statement, terms.term("locator"), Literal(f"{_expand(row['object_id'], prefixes)}: {row['name']}"))


DISEASE_ONTOLOGY = "http://purl.obolibrary.org/obo/doid.owl"


def linkset_quads(links: list[Link]) -> Iterator[Quad]:
    """One ``void:Linkset`` per registry and predicate, for the catalogue."""
    from pyoxigraph import Literal, NamedNode

    write = _Writer(terms.CATALOG_GRAPH)
    integer = NamedNode(terms.PREFIXES["xsd"] + "integer")
    counts = Counter((link.registry, link.predicate, link.source) for link in links if link.object)
    dataset = terms.entity("dataset", "biokg")
    for (registry, predicate, source), count in sorted(counts.items()):
        linkset = terms.entity("linkset", f"{registry}-{MATCH_KINDS[predicate]}")
        yield write(linkset, terms.RDF_TYPE, _prefixed("void:Linkset"))
        title = Literal(f"{predicate} links to {registry}", language="en")
        yield write(linkset, _prefixed("dcterms:title"), title)
        yield write(linkset, _prefixed("void:subjectsTarget"), dataset)
        yield write(linkset, _prefixed("void:objectsTarget"), terms.entity("dataset", registry))
        yield write(linkset, _prefixed("void:linkPredicate"), _prefixed(predicate))
        yield write(linkset, _prefixed("void:triples"), Literal(str(count), datatype=integer))
        yield write(dataset, _prefixed("void:subset"), linkset)
        yield write(terms.entity("dataset", registry), terms.RDF_TYPE, _prefixed("void:Dataset"))
        yield write(terms.entity("dataset", registry), _prefixed("foaf:homepage"), source)

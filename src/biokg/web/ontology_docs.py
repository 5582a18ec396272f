"""The ontology's documentation: every term by module, each with a page at its own IRI."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from flask import Blueprint, Response

from biokg.terms import ONTOLOGY, ONTOLOGY_GRAPH, PREFIXES
from biokg.web.asking import Row, Value, rows
from biokg.web.entity import FORMATS, resolve
from biokg.web.rendering import HTML, JSON, RDF_TYPES, as_json, finish, media_type, page, plain, split_suffix
from biokg.web.service import service

blueprint = Blueprint("ontology", __name__)


@dataclass
class Module:
    """One module of the ontology with its terms by sort."""

    value: Value
    about: str = ""
    terms: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))


def modules() -> list[Module]:
    """Every module with its terms, each term once, with its definition."""
    found: dict[str, Module] = {}
    for row in rows("modules"):
        if row["module"] and row["module"].iri:
            found[row["module"].iri] = Module(row["module"], row["about"].text if row["about"] else "")
    seen: set[str] = set()
    for row in rows("ontology_terms"):
        term, sort, module = row["term"], row["sort"], row["module"]
        if term is None or sort is None or term.iri is None or term.iri in seen:
            continue
        seen.add(term.iri)
        key = module.iri if module and module.iri else ONTOLOGY
        home = found.setdefault(key, Module(module or Value("other terms", iri=ONTOLOGY)))
        home.terms[sort.text].append(row)
    return [m for m in found.values() if m.terms]


@blueprint.get("/ontology")
@blueprint.get("/ontology/")
@blueprint.get("/ontology.<suffix>")
def index(suffix: str | None = None) -> Response:
    """All terms by module; or the whole ontology as RDF."""
    from pyoxigraph import RdfFormat, serialize

    asked = split_suffix(f"ontology.{suffix}", {**dict(FORMATS), "html": "HTML"})[1] if suffix else None
    kind = media_type((HTML, *RDF_TYPES.values(), JSON), asked)
    if kind == HTML:
        return page("ontology.html", modules=modules(), schemes=rows("schemes"), formats=FORMATS)
    if kind == JSON:
        return as_json(
            [{"module": m.value.iri, "terms": plain(t for group in m.terms.values() for t in group)} for m in modules()]
        )
    rdf_format = RdfFormat.from_media_type(kind) or RdfFormat.TURTLE
    prefixes = None if kind == RDF_TYPES["nt"] else PREFIXES
    triples = (quad.triple for quad in service().store.quads(ONTOLOGY_GRAPH))
    return finish(serialize(triples, format=rdf_format, prefixes=prefixes) or b"", kind)


@blueprint.get("/ontology/context.jsonld")
def context() -> Response:
    """The JSON-LD context: short names for the terms, for plain JSON."""
    from biokg.knowledge.jsonld_context import context_document

    return finish(context_document(service().settings.ontology_folder).encode(), RDF_TYPES["jsonld"])


@blueprint.get("/ontology/<path:path>")
def term(path: str) -> Response:
    """A term of the ontology: definition, place in the hierarchy, where it is used."""
    return resolve("ontology/" + path)

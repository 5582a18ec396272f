"""Every IRI of ours resolves here at its own path: entities, concepts, graphs and shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from biokg.errors import NotFound
from biokg.terms import BASE, PREFIXES
from biokg.web import citing, describe, searching
from biokg.web.asking import Row, Value, labels, terms
from biokg.web.links import local_path, words
from biokg.web.rendering import (
    CSV,
    HTML,
    JSON,
    RDF_TYPES,
    as_json,
    finish,
    media_type,
    page,
    plain,
    split_suffix,
    table,
)
from biokg.web.service import service

blueprint = Blueprint("entity", __name__)

OFFERS = (HTML, *RDF_TYPES.values(), JSON, CSV)
FORMATS = (
    ("ttl", "Turtle"),
    ("jsonld", "JSON-LD"),
    ("nt", "N-Triples"),
    ("rdf", "RDF/XML"),
    ("json", "JSON"),
    ("csv", "CSV"),
)
_SUFFIXES = {**dict(FORMATS), "html": "HTML", **citing.SUFFIXES}


@blueprint.get("/id/<path:path>")
def thing(path: str) -> Response:
    """An entity: label, types, statements with sources, what points at it; or its triples. An old IRI leads on."""
    stem, dot, suffix = path.partition(".")
    moved = terms("moved", this=BASE + "id/" + stem) if re.fullmatch(r"[\w/-]+", stem) else []
    if moved:
        new = local_path(moved[0]["new"].value)
        return Response(status=301, headers={"Location": f"{new}{dot}{suffix}"})
    return resolve("id/" + path)


@blueprint.get("/scheme/<path:path>")
def concept(path: str) -> Response:
    """A concept or a concept scheme."""
    return resolve("scheme/" + path)


@blueprint.get("/.well-known/genid/<path:path>")
def unnamed(path: str) -> Response:
    """A node that its author left without a name, such as a restriction of the ontology."""
    return resolve(".well-known/genid/" + path)


@blueprint.get("/shape/<path:path>")
def shape(path: str) -> Response:
    """A SHACL shape."""
    return resolve("shape/" + path)


def resolve(path: str) -> Response:
    """The description of the IRI at *path* in the format asked for; raises NotFound with near matches."""
    stem, dot, suffix = path.rpartition(".")
    if dot and stem and suffix in citing.SUFFIXES:
        return citing.response(known(BASE + stem), suffix)
    path, asked = split_suffix(path, _SUFFIXES)
    iri = known(BASE + path.rstrip("/"))
    kind = media_type(OFFERS, asked)
    if kind == HTML:
        return entity_page(iri)
    return described(iri, kind)


def described(iri: str, kind: str) -> Response:
    """The description of *iri* as JSON, as a table of its statements, or as triples of the media type *kind*."""
    if kind == JSON:
        return as_json(document(iri))
    if kind == CSV:
        return statement_table(iri)
    return finish(triples(iri, kind), kind)


def statement_table(iri: str) -> Response:
    """The statements of *iri* as CSV: one row for each value, with the layers and the source rows that state it."""
    sources = describe.sources_of(iri)
    types, grouped, identity = describe.statements_of(iri, sources)
    name_of = {s.number: s.statement.iri or "" for s in sources}
    held: list[Row] = [{"property": Value("is a", iri=PREFIXES["rdf"] + "type"), "value": v} for v in types]
    held += [
        {
            "property": prop,
            "value": statement.value,
            "layer": Value("; ".join(layer.short for layer in statement.layers)),
            "source": Value(" ".join(name_of[n] for n in statement.marks)),
        }
        for prop, objects in grouped
        for statement in objects
    ]
    held += [{"property": row["kind"], "value": row["link"]} for row in identity]
    return table(("property", "value", "layer", "source"), held, CSV, iri.rstrip("/").rsplit("/", 1)[-1])


def known(iri: str) -> str:
    """*iri* if the graph says anything of it; raises NotFound naming the nearest ones otherwise."""
    from pyoxigraph import NamedNode

    try:
        NamedNode(iri)
    except ValueError:
        raise NotFound(f"{iri!r} is no IRI", fix="search for it by name instead") from None
    if terms("exists", this=iri):
        return iri
    near = searching.near(iri)
    fix = "nearest: " + ", ".join(v.text for v in near) if near else "search for it by name instead"
    problem = NotFound(f"the graph says nothing of <{iri}>", fix=fix)
    problem.near = [{"text": v.text, "iri": v.iri, "href": v.href, "curie": v.curie} for v in near]  # type: ignore[attr-defined]
    raise problem


def triples(iri: str, kind: str) -> bytes:
    """The description of *iri* serialised as *kind*."""
    return serialised([iri], kind)


def serialised(iris: Iterable[str], kind: str) -> bytes:
    """The descriptions of *iris*, one after the other, serialised as *kind*."""
    from pyoxigraph import RdfFormat, Triple, serialize

    rdf_format = RdfFormat.from_media_type(kind)
    if rdf_format is None:
        raise NotFound(f"no format {kind}")
    found = (Triple(row["s"], row["p"], row["o"]) for iri in iris for row in terms("describe", this=iri))
    prefixes = None if kind == RDF_TYPES["nt"] else PREFIXES
    return serialize(found, format=rdf_format, prefixes=prefixes) or b""


def named_graph(iri: str, kind: str) -> bytes:
    """All triples of the named graph *iri* serialised as *kind*."""
    from pyoxigraph import RdfFormat, serialize

    rdf_format = RdfFormat.from_media_type(kind) or RdfFormat.TURTLE
    prefixes = None if kind == RDF_TYPES["nt"] else PREFIXES
    return serialize((quad.triple for quad in service().store.quads(iri)), format=rdf_format, prefixes=prefixes) or b""


def entity_page(iri: str, template: str = "entity.html", **more: Any) -> Response:
    """The HTML page of *iri*, with the pictures of it for which the graph holds enough."""
    from biokg.web.portraits import portraits

    return page(template, **view_of(iri), portraits=portraits(iri), **more)


def view_of(iri: str) -> dict[str, Any]:
    """Everything the entity template shows of *iri*."""
    sources = describe.sources_of(iri)
    types, statements, identity = describe.statements_of(iri, sources)
    at = request.args.get("page", "1")
    label = labels([iri]).get(iri)
    return {
        "iri": iri,
        "label": label or words(iri),
        "types": types,
        "single_layer": describe.single_layer(statements),
        "statements": statements,
        "identity": identity,
        "sources": sources,
        "panels": describe.panels_of(iri, types),
        "conflicts": describe.conflicts_of(iri),
        "incoming": describe.incoming_of(iri, only=request.args.get("in"), page=int(at) if at.isdigit() else 1),
        "formats": FORMATS,
        "citation": citing.citation(iri, label or words(iri)),
    }


def document(iri: str) -> dict[str, Any]:
    """The description of *iri* as one JSON document with labels."""
    held = view_of(iri)
    return {
        "iri": iri,
        "label": held["label"],
        "types": [_named(v) for v in held["types"]],
        "statements": [
            {
                "property": _named(prop),
                "objects": [
                    {"value": _named(s.value), "layers": [x.short for x in s.layers], "sources": s.marks}
                    for s in objects
                ],
            }
            for prop, objects in held["statements"]
        ],
        "sources": [_source(s) for s in held["sources"]],
        "identity": plain(held["identity"]),
        "conflicts": plain(held["conflicts"]),
        "panels": [{"title": p.title, "note": p.note, "rows": plain(p.rows)} for p in held["panels"]],
        "incoming": [
            {"property": _named(i.property), "count": i.count, "first": [_named(v) for v in i.subjects]}
            for i in held["incoming"]
        ],
    }


def _source(source: describe.Source) -> dict[str, Any]:
    return {
        "number": source.number,
        "statement": source.statement.iri,
        "documents": [{"iri": d.value.iri, "label": d.value.text, "address": d.address} for d in source.documents],
        "locator": source.locator,
        "kind": source.kind.text if source.kind else None,
        "layer": source.layer.name if source.layer else None,
        "table": source.table.iri if source.table else None,
        "row": source.row,
        "note": source.note,
    }


def _named(value: Value) -> Any:
    return {"iri": value.iri, "label": value.text} if value.iri else value.text

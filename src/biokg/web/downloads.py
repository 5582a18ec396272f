"""Downloads: the whole graph and each named graph, streamed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.terms import BASE, PREFIXES
from biokg.web import citing
from biokg.web.entity import FORMATS, OFFERS, described, entity_page, known, named_graph
from biokg.web.rendering import CSV, HTML, JSON, finish, media_type, split_suffix
from biokg.web.service import service

if TYPE_CHECKING:
    from pyoxigraph import RdfFormat

blueprint = Blueprint("downloads", __name__)


def _format(suffix: str) -> RdfFormat:
    from pyoxigraph import RdfFormat

    found = RdfFormat.from_extension(suffix)
    if found is None:
        raise NotFound(f"there is no download as .{suffix}", fix="take .nq or .trig")
    return found


@blueprint.get("/data/download/biokg.<suffix>")
def whole(suffix: str) -> Response:
    """All quads of the version, in a format that keeps the named graphs."""
    from pyoxigraph import serialize

    kind = _format(suffix)
    if not kind.supports_datasets:
        raise NotFound(f".{suffix} cannot hold named graphs", fix="take biokg.nq or biokg.trig, or one graph by itself")
    out = io.BytesIO()
    serialize(service().store.quads(), out, format=kind, prefixes=None if suffix == "nq" else PREFIXES)
    return finish(out.getvalue(), kind.media_type, filename=f"biokg-{service().version[:12]}.{suffix}")


@blueprint.get("/graph/<path:path>")
def named(path: str) -> Response:
    """A named graph: its page, or all its triples."""
    stem, dot, suffix = path.rpartition(".")
    if dot and suffix in citing.SUFFIXES:
        return citing.response(known(BASE + "graph/" + stem), suffix)
    path, asked = split_suffix("graph/" + path, {**dict(FORMATS), "html": "HTML"})
    iri = known(BASE + path)
    kind = media_type(OFFERS, asked)
    if kind == HTML:
        count = sum(1 for _ in service().store.quads(iri))
        return entity_page(iri, "graph.html", triples=count)
    if kind in (JSON, CSV):
        return described(iri, kind)
    return finish(named_graph(iri, kind), kind)

"""Explore: lists of one kind of thing, narrowed by facets, with counts that a click keeps."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from biokg.web.asking import Row, Value
from biokg.web.facets import ABSENCE, Held, facets, held, kind_named, kinds, select
from biokg.web.rendering import CSV, HTML, JSON, TSV, as_json, media_type, page, plain, table

blueprint = Blueprint("explore", __name__)

SIZE = 50
COLUMNS = 5
"""Facets shown as columns of the page; the downloads hold all."""
RESERVED = {"kind", "q", "page", "format"}


@blueprint.get("/explore")
def index() -> Response:
    """The things of one kind under the chosen facets; CSV and JSON hold the whole selection."""
    kind = kind_named(request.args.get("kind", "organization"))
    of = held(kind)
    chosen = {
        name: [v for v in request.args.getlist(name) if v]
        for name in request.args
        if name not in RESERVED and name in of.values and any(request.args.getlist(name))
    }
    text = request.args.get("q", "")
    things = select(of, chosen, text)
    offered = media_type((HTML, JSON, CSV, TSV))
    if offered != HTML:
        columns, rows = listed(of, things)
        name = f"biokg-{kind.name}"
        return as_json(plain(rows)) if offered == JSON else table(columns, rows, offered, name)
    at = request.args.get("page", "1")
    pages = max(1, -(-len(things) // SIZE))
    number = min(max(int(at) if at.isdigit() else 1, 1), pages)
    columns, rows = listed(of, things[(number - 1) * SIZE : number * SIZE], COLUMNS)
    return page(
        "explore.html",
        kind=kind,
        kinds=kinds(),
        facets=facets(of, chosen, text),
        chosen=[(f, k, of.names.get(k, k.replace("-", " "))) for f, keys in chosen.items() for k in keys],
        text=text,
        columns=columns,
        rows=rows,
        total=len(things),
        of_all=len(of.things),
        page_number=number,
        pages=pages,
        stopped=of.stopped,
        absence=ABSENCE,
        address=address,
    )


def listed(of: Held, things: list[str], limit: int | None = None) -> tuple[list[str], list[Row]]:
    """Columns and rows of a selection: the thing, then its facet values."""
    facet_names = [name for name in of.values if any(of.values[name].get(t) for t in things)][:limit]
    rows: list[Row] = []
    for thing in things:
        row: Row = {"name": Value(of.things[thing], iri=thing)}
        for name in facet_names:
            own = sorted(of.names.get(k, k) for k in of.values[name].get(thing, ()))
            row[name] = Value("; ".join(own)) if own else None
        rows.append(row)
    return ["name", *facet_names], rows


def address(*, add: tuple[str, str] | None = None, drop: tuple[str, str] | None = None, **more: str | int) -> str:
    """The address of this selection with one choice added or dropped, from its first page unless said."""
    pairs = [(k, v) for k in request.args for v in request.args.getlist(k) if v and k != "page" and k not in more]
    if drop in pairs:
        pairs.remove(drop)
    if add and add not in pairs:
        pairs.append(add)
    pairs += [(k, str(v)) for k, v in more.items()]
    return "/explore?" + urlencode(pairs)

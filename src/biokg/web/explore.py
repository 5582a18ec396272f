"""Explore: lists of one kind of thing, narrowed by facets, with counts that a click keeps, as a table and a picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from biokg.errors import NotFound
from biokg.web.asking import Row, Value
from biokg.web.facets import ABSENCE, NOT_STATED, Held, Kind, facets, held, kind_named, kinds, ready, select
from biokg.web.links import href
from biokg.web.pictures import FORMS, in_file
from biokg.web.rendering import CSV, HTML, JSON, SUFFIXES, TSV, as_json, media_type, page, plain, table
from biokg.web.results.drawn import Shown, shown
from biokg.web.sourced import sources_of

blueprint = Blueprint("explore", __name__)

SIZE = 50
COLUMNS = 5
"""Facets shown as columns of the page; the downloads hold all."""
RESERVED = {"kind", "q", "page", "format", "by", "show", "x", "y", "title", "range", "from", "to"}
SOURCED = 5000
"""Things of a selection up to which its downloads have their sources beside them."""
FORM = ("range", "from", "to", "page")
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
YEAR = "http://www.w3.org/2001/XMLSchema#gYear"


@dataclass(frozen=True)
class Selection:
    """What the request selects: the things of a kind under choices and a text."""

    kind: Kind
    of: Held
    chosen: dict[str, list[str]]
    text: str
    things: list[str]

    @classmethod
    def asked(cls, *, whole: bool = False) -> Selection:
        """The selection of the request under way; choices of facets that the kind does not have are left aside.

        *whole* reads every facet, not only those that the request names and as many as the time budget allows.
        """
        kind = kind_named(request.args.get("kind", "organization"))
        of = ready(kind) if whole else held(kind, {*request.args, request.args.get("by", "")})
        chosen = {
            name: [v for v in request.args.getlist(name) if v]
            for name in request.args
            if name not in RESERVED and name in of.values and any(request.args.getlist(name))
        }
        text = request.args.get("q", "")[:200]
        return cls(kind, of, chosen, text, select(of, chosen, text))


@blueprint.get("/explore")
def index() -> Response:
    """The things of one kind under the chosen facets; CSV and JSON hold the whole selection."""
    offered = media_type((HTML, JSON, CSV, TSV))
    if request.args.get("range"):
        return cast("Response", redirect(_ranged(request.args["range"])))
    selection = Selection.asked(whole=offered != HTML)
    return _listing(selection) if offered == HTML else _whole(selection, offered)


def _listing(selection: Selection) -> Response:
    """The page of *selection*: its facets, its picture and one page of its things."""
    of, things = selection.of, selection.things
    at = request.args.get("page", "1")
    pages = max(1, -(-len(things) // SIZE))
    number = min(max(int(at) if at.isdigit() else 1, 1), pages)
    columns, rows = listed(of, things[(number - 1) * SIZE : number * SIZE], COLUMNS)
    counted, whole = facets(of, selection.chosen, selection.text)
    by, picture = _picture(selection)
    return page(
        "explore.html",
        kind=selection.kind,
        kinds=kinds(),
        facets=counted,
        chosen=[(f, k, _said(of, k)) for f, keys in selection.chosen.items() for k in keys],
        text=selection.text,
        columns=columns,
        rows=rows,
        total=len(things),
        of_all=len(of.things),
        page_number=number,
        pages=pages,
        whole=whole,
        waiting=of.waiting,
        cut=of.cut,
        absence=ABSENCE,
        sourced=SOURCED,
        address=address,
        by=by,
        bys=_bys(of),
        shown=picture,
        drawn=picture.svg(alone=False) if picture and picture.drawing else "",
        kept_fields=[(k, v) for k in request.args for v in request.args.getlist(k) if v and k not in {"by", "page"}],
        string=urlencode([(k, v) for k in request.args for v in request.args.getlist(k) if v and k != "page"]),
    )


@blueprint.get("/explore.<suffix>")
def download(suffix: str) -> Response:
    """The whole selection as CSV, TSV or JSON, or its picture as SVG or PNG; the same fields as the page."""
    selection = Selection.asked(whole=True)
    if suffix in {"csv", "tsv", "json"}:
        return _whole(selection, SUFFIXES[suffix])
    if suffix not in {"svg", "png"}:
        raise NotFound(f"there is no format {suffix!r}", fix="one of: csv, tsv, json, svg, png")
    _, picture = _picture(selection)
    if picture is None:
        raise NotFound("there is nothing to draw of this selection", fix="drop a choice, or ask for .csv")
    return in_file(picture.svg(alone=True), FORMS[suffix], f"biokg-{selection.kind.name}")


def _whole(selection: Selection, kind: str) -> Response:
    columns, rows = listed(selection.of, selection.things)
    if len(selection.things) <= SOURCED:
        columns, stood = [*columns, "sources"], sources_of(selection.things)
        for thing, row in zip(selection.things, rows, strict=True):
            row["sources"] = Value("; ".join(stood[thing])) if stood.get(thing) else None
    return as_json(plain(rows)) if kind == JSON else table(columns, rows, kind, f"biokg-{selection.kind.name}")


def _bys(of: Held) -> list[str]:
    """The facets by which a picture can count: those of time first, the layer last."""
    names = [name for name in of.values if name != "layer"]
    return [*sorted(names, key=lambda name: not _timed(of, name)), *(["layer"] if "layer" in of.values else [])]


def _timed(of: Held, name: str) -> bool:
    keys = {key for own in of.values[name].values() for key in own}
    return bool(keys) and all(key.isdigit() and len(key) == 4 for key in keys)


def _picture(selection: Selection) -> tuple[str, Shown | None]:
    """By which facet the selection is counted, and the picture of the counts, where there is something to count."""
    of, bys = selection.of, _bys(selection.of)
    by = request.args.get("by", "")
    by = by if by in bys else next(iter(bys), "")
    counts: Counter[str] = Counter()
    for thing in selection.things if by else ():
        counts.update(of.values[by].get(thing) or (NOT_STATED,))
    timed = bool(by) and _timed(of, by)
    unknown = counts.pop(NOT_STATED, 0)
    if not counts:
        return by, None
    order = sorted(counts) if timed else [key for key, _ in counts.most_common()]
    what = selection.kind.title.lower()
    rows: list[Row] = [{by: _value(of, key, timed), what: Value(str(counts[key]), datatype=INTEGER)} for key in order]
    title = f"{selection.kind.title} by {by}" + (", a selection" if selection.chosen or selection.text else "")
    wanted = request.args.get("show", "")
    picture = shown((by, what), rows, (wanted if wanted in {"chart", "map"} else "", "", ""), title=title)
    if picture.show not in {"chart", "map"}:
        picture = shown((by, what), rows, ("chart", "", ""), title=title) if "chart" in picture.views else picture
    if picture.drawing is not None and unknown:
        note = f"{unknown} of {len(selection.things)} have no stated {by}. {picture.drawing.note}"
        picture = replace(picture, drawing=replace(picture.drawing, note=note.strip()))
    return by, picture if picture.drawing is not None else None


def _value(of: Held, key: str, timed: bool) -> Value:
    if timed:
        return Value(key, datatype=YEAR)
    return Value(of.names.get(key, key), iri=key if href(key) else None)


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


def _said(of: Held, key: str) -> str:
    """How a choice reads: its label, a range of years, or the key in words."""
    return of.names.get(key) or key.replace("-", " ").replace("..", " to ").strip()


def _ranged(facet: str) -> str:
    """The address of this selection with *facet* from one year to another, in place of what was chosen of it."""
    low, high = (request.args.get(end, "").strip()[:4] for end in ("from", "to"))
    pairs = [(k, v) for k in request.args for v in request.args.getlist(k) if v and k not in {*FORM, facet}]
    wanted = f"{low if low.isdigit() else ''}..{high if high.isdigit() else ''}"
    return "/explore?" + urlencode([*pairs, (facet, wanted)] if wanted != ".." else pairs)


def address(*, add: tuple[str, str] | None = None, drop: tuple[str, str] | None = None, **more: str | int) -> str:
    """The address of this selection with one choice added or dropped, from its first page unless said."""
    pairs = [(k, v) for k in request.args for v in request.args.getlist(k) if v and k != "page" and k not in more]
    if drop in pairs:
        pairs.remove(drop)
    if add and add not in pairs:
        pairs.append(add)
    pairs += [(k, str(v)) for k, v in more.items()]
    return "/explore?" + urlencode(pairs)

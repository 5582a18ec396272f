"""Pictures: the alliance matrix, flows, map, timeline and network, each with its table, its query and downloads."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request

from biokg.errors import NotFound
from biokg.terms import BASE, VIEWS
from biokg.web.asking import Row, Value, header_of, kept, labelled, language, terms_of
from biokg.web.drawing.base import Drawing
from biokg.web.frame import STATIC
from biokg.web.rendering import CSV, HTML, JSON, answer, as_json, finish, media_type, page, plain, table

blueprint = Blueprint("pictures", __name__, url_prefix="/pictures")

SVG, PNG = "image/svg+xml", "image/png"
MODULES = {
    "matrix": "matrix",
    "flows": "flows",
    "map": "regions",
    "timeline": "timeline",
    "network": "network",
    "portfolios": "portfolios",
    "pipeline": "pipeline",
}
SHOWN = 200


@dataclass(frozen=True)
class Picture:
    """One picture: what it is called, what it shows, what it cannot show, and the query behind it."""

    name: str
    title: str
    about: str
    missing: str
    query: str


@cache
def pictures() -> dict[str, Picture]:
    """All pictures, from the headers of `queries/pictures/*.rq`."""
    return {name: described(name) for name in MODULES}


@lru_cache(maxsize=2000)
def described(name: str, this: str | None = None) -> Picture:
    """The picture of `queries/pictures/<name>.rq`, its query asked of the thing *this* where it is about one."""
    text = (files("biokg.web") / "queries" / "pictures" / f"{name}.rq").read_text(encoding="utf-8")
    header = header_of(text)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("# "))
    if this is not None:
        body = body.replace("?this", f"<{this}>")
    return Picture(name, header["title"], header["about"], header["missing"], body)


def drawing(name: str, view: str = "all") -> Drawing:
    """The picture *name* of *view*, laid out once per version and language."""
    memory = kept("drawings")
    key = (name, view, language())
    if key not in memory:
        rows = labelled(terms_of(pictures()[name].query, view=view, bindings={}))
        memory[key] = importlib.import_module(f"biokg.web.drawing.{MODULES[name]}").layout(rows)
    found: Drawing = memory[key]
    return found


def svg(name: str, held: Drawing, *, alone: bool, view: str = "all") -> str:
    """The SVG of a laid-out picture; *alone* with a style sheet, a heading and its origin, for files."""
    return render(pictures()[name], held, alone=alone, view_label=VIEWS[view].label)


def render(picture: Picture, held: Drawing, *, alone: bool, **around: str) -> str:
    """The SVG of *held* as the template of *picture* draws it; see :func:`svg`.

    *around* may give a ``heading`` for the file other than the picture's title, and the ``view_label``.
    """
    style = (STATIC / "picture.css").read_text(encoding="utf-8") if alone else ""
    return render_template(
        f"pictures/{picture.name}.svg",
        d=held,
        **held.context,
        picture=picture,
        alone=alone,
        style=style,
        to=lambda value: value.iri if alone else value.href,
        base=BASE,
        **around,
    )


def png(text: str, width: int) -> bytes:
    """*text*, an SVG, as PNG of *width* pixels on white, with a font that is always there."""
    import resvg_py

    folders = []
    spec = importlib.util.find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        folders = [str(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf")]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=text, width=width, background="#ffffff", font_dirs=folders, sans_serif_family="DejaVu Sans"
        )
    )


FORMS = {"svg": SVG, "png": PNG, "csv": CSV, "json": JSON, "html": HTML}


def form_of(suffix: str | None) -> str:
    """The media type that a picture is asked for in: its suffix's, else the best of those a page offers.

    Raises NotFound for a suffix that no picture has.
    """
    if suffix is None:
        return media_type((HTML, JSON, CSV, SVG, PNG))
    if suffix not in FORMS:
        raise NotFound(f"a picture has no form .{suffix}", fix="the forms are " + ", ".join(FORMS))
    return FORMS[suffix]


def answered(picture: Picture, held: Drawing, form: str, view: str, *, path: str, **more: Any) -> Response:
    """*picture* laid out as *held* in the *form* asked for: its page at *path*, a file of it, or its rows."""
    name = "biokg-" + path.removeprefix("/pictures/").replace("/", "-")
    if form in (SVG, PNG):
        text = render(picture, held, alone=True, view_label=VIEWS[view].label)
        return in_file(text, form, f"{name}-{view}")
    if form == CSV:
        return table(held.columns, held.rows, CSV, name)
    if form == JSON:
        return as_json(plain(held.rows))
    return page(
        "picture.html",
        picture=picture,
        path=path,
        held=held,
        drawn=render(picture, held, alone=False),
        rows=held.rows[:SHOWN],
        views=VIEWS,
        view=view,
        **more,
    )


def in_file(text: str, form: str, name: str) -> Response:
    """The SVG *text* as a file named *name*, as it is or as PNG."""
    if form == SVG:
        return finish(text, SVG, filename=f"{name}.svg")
    return finish(png(text, 2000), PNG, filename=f"{name}.png")


@blueprint.get("")
def index() -> Response:
    """All pictures: what each shows, and two of them."""
    listed: list[Row] = [
        {"picture": Value(p.title), "address": Value(f"/pictures/{p.name}"), "about": Value(p.about)}
        for p in pictures().values()
    ]
    forms = {
        HTML: _shown,
        JSON: lambda: as_json(plain(listed)),
        CSV: lambda: table(("picture", "address", "about"), listed, CSV, "biokg-pictures"),
    }
    return answer(forms)


def _shown() -> Response:
    shown = {name: svg(name, drawing(name), alone=False) for name in ("flows", "timeline")}
    return page("pictures.html", pictures=pictures(), shown=shown)


@blueprint.get("/<name>")
def one(name: str) -> Response:
    """One picture with its table; ``.svg`` and ``.png`` for papers, ``.csv`` and ``.json`` for the rows."""
    name, _, suffix = name.partition(".")
    if name not in MODULES:
        raise NotFound(f"there is no picture {name!r}", fix="the pictures are " + ", ".join(MODULES))
    form, view = form_of(suffix or None), view_asked()
    return answered(pictures()[name], drawing(name, view), form, view, path=f"/pictures/{name}")


def view_asked() -> str:
    """The view named by ``?view=``; all layers unless one is. Raises NotFound for an unknown one."""
    view = request.args.get("view", "all")
    if view not in VIEWS:
        raise NotFound(f"there is no view {view!r}", fix="the views are " + ", ".join(VIEWS))
    return view

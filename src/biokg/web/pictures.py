"""Pictures: the alliance matrix, flows, map, timeline and network, each with its table, its query and downloads."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, render_template, request

from biokg.errors import NotFound
from biokg.terms import BASE, VIEWS
from biokg.web.asking import kept, labelled, language, terms_of
from biokg.web.drawing.base import Drawing
from biokg.web.frame import STATIC
from biokg.web.rendering import CSV, HTML, JSON, as_json, finish, media_type, page, plain, split_suffix, table

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
    header = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
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


@blueprint.get("")
def index() -> Response:
    """All pictures, small."""
    shown = {name: svg(name, drawing(name), alone=False) for name in ("flows", "timeline")}
    return page("pictures.html", pictures=pictures(), shown=shown)


@blueprint.get("/<name>")
def one(name: str) -> Response:
    """One picture with its table; ``.svg`` and ``.png`` for papers, ``.csv`` and ``.json`` for the rows."""
    stem, dot, suffix = name.rpartition(".")
    drawn = suffix if dot and suffix in {"svg", "png"} else None
    name, asked = (stem, None) if drawn else split_suffix(name, ("csv", "json", "html"))
    if name not in MODULES:
        raise NotFound(f"there is no picture {name!r}", fix="the pictures are " + ", ".join(MODULES))
    view = request.args.get("view", "all")
    if view not in VIEWS:
        raise NotFound(f"there is no view {view!r}", fix="the views are " + ", ".join(VIEWS))
    held = drawing(name, view)
    if drawn:
        text = svg(name, held, alone=True, view=view)
        file = f"biokg-{name}-{view}.{drawn}"
        return finish(text, SVG, filename=file) if drawn == "svg" else finish(png(text, 2000), PNG, filename=file)
    kind = media_type((HTML, JSON, CSV), asked)
    if kind == CSV:
        return table(held.columns, held.rows, CSV, f"biokg-{name}")
    if kind == JSON:
        return as_json(plain(held.rows))
    return page(
        "picture.html",
        picture=pictures()[name],
        held=held,
        drawn=svg(name, held, alone=False),
        rows=held.rows[:SHOWN],
        views=VIEWS,
        view=view,
    )

"""The picture of an answer: which one, of which columns, and its SVG."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biokg.errors import UsageError
from biokg.terms import VIEWS
from biokg.web.asking import Row
from biokg.web.pictures import Picture, render
from biokg.web.results.asked import NAMES
from biokg.web.results.roles import Roles, roles_of, suggested, views_of

if TYPE_CHECKING:
    from biokg.web.drawing.base import Drawing

MODULES = {"chart": "chart", "map": "located", "network": "ties", "timeline": "times"}
ABOUT = {
    "chart": ("x", "by", "y", "measure"),
    "map": ("x", "place named by", "y", "regions shaded by"),
    "network": ("x", "from", "y", "to"),
    "timeline": ("x", "when", "y", "what"),
}
"""For each picture, the two columns that can be chosen and how the choice is called."""


@dataclass(frozen=True)
class Field:
    """One choice of a column: its name in the address, what it is called, what there is, and what is chosen."""

    name: str
    label: str
    options: tuple[str, ...]
    chosen: str


@dataclass(frozen=True)
class Shown:
    """How an answer is shown: the views that fit it, the one chosen, and its picture unless that is the table."""

    views: tuple[str, ...]
    show: str
    fields: tuple[Field, ...] = ()
    drawing: Drawing | None = None
    picture: Picture | None = None
    names: dict[str, str] = field(default_factory=lambda: dict(NAMES))

    def svg(self, *, alone: bool, view: str = "all", heading: str = "") -> str:
        """The picture as SVG; *alone* with style, heading and origin, for files. Raises where there is none."""
        if self.drawing is None or self.picture is None:
            raise UsageError("this answer is shown as a table", fix="ask with show=" + " or show=".join(MODULES))
        around = {"view_label": VIEWS[view].label} | ({"heading": heading} if heading else {})
        return render(self.picture, self.drawing, alone=alone, **around)


def shown(
    columns: Sequence[str], rows: Sequence[Row], asked: tuple[str, str, str], *, graph: bool = False, title: str = ""
) -> Shown:
    """How to show *rows* when *asked* for (view, first column, second column), each empty for "choose".

    Raises :class:`UsageError` for a view that does not fit the answer, saying which do.
    """
    show, x, y = asked
    roles = roles_of(columns, rows)
    views = views_of(roles, rows, graph=graph, located=_located(rows, roles))
    show = show or suggested(views, roles, graph=graph)
    if show not in views:
        raise UsageError(f"this answer cannot be shown as a {show}", fix="it can be shown as: " + ", ".join(views))
    if show == "table":
        return Shown(views, show)
    module = importlib.import_module(f"biokg.web.results.{MODULES[show]}")
    first, second = module.options(roles)
    x = x if x in first else _first(show, first, rows)
    y = y if y in second else next((name for name in second if name != x or show == "chart"), "")
    drawing = module.layout(rows, roles, x, y)
    about = ABOUT[show]
    choices = (
        Field(about[0], about[1], first, x),
        Field(about[2], about[3], (("", *second) if show == "map" and second else second), y),
    )
    fields = tuple(choice for choice in choices if len(choice.options) > 1)
    said = title or f"The answer as a {show}"
    return Shown(views, show, fields, drawing, Picture(f"result-{show}", said, "", "", ""))


def fitting(
    columns: Sequence[str], rows: Sequence[Row], asked: tuple[str, str, str], *, graph: bool = False, title: str = ""
) -> Shown:
    """Like :func:`shown`; a view that does not fit gives way to one that does."""
    try:
        return shown(columns, rows, asked, graph=graph, title=title)
    except UsageError:
        return shown(columns, rows, ("", "", ""), graph=graph, title=title)


def _first(show: str, options: Sequence[str], rows: Sequence[Row]) -> str:
    """The column to begin with; for a map, the first whose things have a place."""
    if show == "map":
        from biokg.web.results.located import places_of

        for name in options:
            values = [value for row in rows if (value := row.get(name)) is not None]
            if any(not value.iri for value in values) or places_of(v.iri for v in values if v.iri):
                return name
    return options[0] if options else ""


def _located(rows: Sequence[Row], roles: Roles) -> bool:
    """Whether the graph knows the place of a thing of the answer."""
    from biokg.web.results.located import places_of

    return bool(places_of(v.iri for name in roles.resources for row in rows if (v := row.get(name)) and v.iri))

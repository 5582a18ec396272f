"""The picture of one organisation in time, with its table, its query and downloads."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.terms import entity
from biokg.web.asking import Value, kept, labelled, labels, language, terms_of
from biokg.web.drawing.base import Drawing
from biokg.web.drawing.history import layout, worth_drawing
from biokg.web.entity import known
from biokg.web.links import words
from biokg.web.pictures import PNG, SVG, Picture, described, form_of, in_file, render
from biokg.web.rendering import CSV, JSON, as_json, page, plain, table

blueprint = Blueprint("history", __name__, url_prefix="/pictures/history")


@dataclass(frozen=True)
class History:
    """An organisation in time: the laid-out picture, and what stands around it."""

    of: Value
    slug: str
    picture: Picture
    drawing: Drawing
    drawn: str


def history_of(iri: str, *, alone: bool = False) -> History | None:
    """The picture of the organisation *iri*; ``None`` where the graph dates nothing of it."""
    memory = kept("histories")
    key = (iri, language())
    about = described("history", iri)
    if key not in memory:
        found = labelled(terms_of(about.query, view=None, bindings={}))
        memory[key] = layout(found) if worth_drawing(found) else None
    held: Drawing | None = memory[key]
    if held is None:
        return None
    name = labels([iri]).get(iri) or words(iri)
    return History(
        Value(name, iri=iri),
        iri.rsplit("/", 1)[-1],
        about,
        held,
        render(about, held, alone=alone, heading=f"{name} in time"),
    )


@blueprint.get("/<name>")
def one(name: str) -> Response:
    """One organisation in time; ``.svg`` and ``.png`` for papers, ``.csv`` and ``.json`` for the rows."""
    name, _, suffix = name.partition(".")
    form = form_of(suffix or None)
    held = history_of(known(entity("organization", name)), alone=form in (SVG, PNG))
    if held is None:
        raise NotFound(f"nothing that has a year is known of {name!r}", fix=f"see /id/organization/{name}")
    if form in (SVG, PNG):
        return in_file(held.drawn, form, f"biokg-history-{name}")
    if form == CSV:
        return table(held.drawing.columns, held.drawing.rows, CSV, f"biokg-history-{name}")
    if form == JSON:
        return as_json(plain(held.drawing.rows))
    return page("history.html", history=held)

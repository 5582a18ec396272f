"""Pictures of one thing: in time, with its partners, on the map; each with its table, its query and downloads."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.terms import BASE, entity
from biokg.web.asking import Value, kept, labelled, labels, language, terms_of
from biokg.web.drawing.base import Drawing
from biokg.web.entity import known
from biokg.web.links import words
from biokg.web.pictures import PNG, SVG, Picture, described, form_of, in_file, render
from biokg.web.rendering import CSV, JSON, as_json, page, plain, table

blueprint = Blueprint("portraits", __name__, url_prefix="/pictures")


@dataclass(frozen=True)
class Kind:
    """One sort of picture of a thing: its layout, how its title goes on, and the kinds of thing that it is of."""

    name: str
    module: str
    title: str
    of: tuple[str, ...]


KINDS = (
    Kind("history", "history", "in time", ("organization",)),
    Kind("partners", "partners", "and its partners", ("organization",)),
    Kind("where", "regions", "on the map", ("organization", "cluster", "region", "place")),
)


@dataclass(frozen=True)
class Portrait:
    """A picture of one thing: the laid-out picture, and what stands around it."""

    of: Value
    kind: Kind
    path: str
    picture: Picture
    drawing: Drawing
    drawn: str


def portraits(iri: str) -> list[Portrait]:
    """The pictures of the thing *iri* for which the graph holds enough."""
    found = (portrait(kind, iri) for kind in KINDS if iri.startswith(tuple(entity(of, "") for of in kind.of)))
    return [one for one in found if one is not None]


def portrait(kind: Kind, iri: str, *, alone: bool = False) -> Portrait | None:
    """The picture of *kind* of the thing *iri*; ``None`` where the graph holds too little for one."""
    memory = kept("portraits")
    key = (kind.name, iri, language())
    about = described(kind.name, iri)
    if key not in memory:
        module = importlib.import_module(f"biokg.web.drawing.{kind.module}")
        found = labelled(terms_of(about.query, view=None, bindings={}))
        memory[key] = module.layout(found) if module.worth_drawing(found) else None
    held: Drawing | None = memory[key]
    if held is None:
        return None
    name = labels([iri]).get(iri) or words(iri)
    drawn = render(about, held, alone=alone, heading=f"{name} {kind.title}", name=name)
    return Portrait(Value(name, iri=iri), kind, f"/pictures/{kind.name}/{_place(iri)}", about, held, drawn)


def _place(iri: str) -> str:
    """What stands for *iri* in an address: an organisation's own name, else its path."""
    return iri.removeprefix(BASE + "id/").removeprefix("organization/")


@blueprint.get("/history/<path:name>", defaults={"kind": "history"})
@blueprint.get("/partners/<path:name>", defaults={"kind": "partners"})
@blueprint.get("/where/<path:name>", defaults={"kind": "where"})
def one(kind: str, name: str) -> Response:
    """One thing in a picture; ``.svg`` and ``.png`` for papers, ``.csv`` and ``.json`` for the rows."""
    chosen = next(k for k in KINDS if k.name == kind)
    name, _, suffix = name.partition(".")
    form = form_of(suffix or None)
    iri = known(BASE + "id/" + (name if "/" in name else f"organization/{name}"))
    held = portrait(chosen, iri, alone=form in (SVG, PNG))
    if held is None:
        raise NotFound(f"too little is known of {name!r} for a picture", fix=f"see {iri.removeprefix(BASE[:-1])}")
    file = f"biokg-{kind}-{name.replace('/', '-')}"
    if form in (SVG, PNG):
        return in_file(held.drawn, form, file)
    if form == CSV:
        return table(held.drawing.columns, held.drawing.rows, CSV, file)
    if form == JSON:
        return as_json(plain(held.drawing.rows))
    return page("portrait.html", portrait=held)

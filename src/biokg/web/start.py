"""The first page: four questions with their answers, what the graph holds, how to ask it."""

from __future__ import annotations

from flask import Blueprint, Response

from biokg.web.asking import Row, Value, kept, rows
from biokg.web.facets import kinds
from biokg.web.hypothesis import assessments, summary
from biokg.web.rendering import page

blueprint = Blueprint("start", __name__)


def counts() -> list[Row]:
    """How many things of each class the graph holds, and under which address to see them."""
    held = kept("counts")
    if "classes" not in held:
        found = {row["path"].text: row for row in rows("counts") if row["path"]}
        held["classes"] = [
            {**found[name], "title": Value(kind.title)} for name, kind in kinds().items() if name in found
        ]
    shown: list[Row] = held["classes"]
    return shown


def size() -> list[Row]:
    """How many triples each named graph holds."""
    held = kept("counts")
    if "graphs" not in held:
        held["graphs"] = rows("graph_sizes")
    found: list[Row] = held["graphs"]
    return found


@blueprint.get("/")
def index() -> Response:
    """The start page."""
    sizes = size()
    total = sum(int(row["triples"].text) for row in sizes if row["triples"])
    return page("start.html", cards=[summary(a) for a in assessments()], counts=counts(), total=total)

"""The first page: four questions with their answers, what the graph holds, how to ask it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from biokg.terms import SCHEME, graph
from biokg.web.asking import Row, Value, kept, rows
from biokg.web.entity import named_graph
from biokg.web.facets import kinds
from biokg.web.hypothesis import assessments, at_hand, summary
from biokg.web.rendering import CSV, HTML, JSON, RDF_TYPES, answer, as_json, finish, page, plain, table
from biokg.web.service import service

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


def triples() -> int:
    """How many triples all graphs hold."""
    return sum(int(row["triples"].text) for row in size() if row["triples"])


@blueprint.get("/")
@blueprint.get("/index.<suffix>")
def index(suffix: str | None = None) -> Response:
    """The start page; as JSON the answers and counts, as CSV the counts, as Turtle the catalogue of the graph."""
    total = triples()
    return answer(
        {
            HTML: lambda: _page(total),
            JSON: lambda: as_json(
                {
                    "version": service().version,
                    "triples": total,
                    "counts": plain(counts()),
                    "hypotheses": [_short(summary(a)) for a in assessments()],
                }
            ),
            CSV: lambda: table(("title", "n"), counts(), CSV, "biokg-counts"),
            RDF_TYPES["ttl"]: lambda: finish(named_graph(graph("catalog"), RDF_TYPES["ttl"]), RDF_TYPES["ttl"]),
        },
        suffix,
    )


def _page(total: int) -> Response:
    """The start page; while the verdicts of a new version are being computed it says so in their place."""
    found = at_hand()
    if found is None:
        response = page("start.html", fresh=True, cards=None, counts=counts(), total=total, scheme=_scheme)
        response.headers["Cache-Control"] = "no-store"
        return response
    return page("start.html", cards=[summary(a) for a in found], counts=counts(), total=total, scheme=_scheme)


def _scheme(path: str) -> str:
    """The IRI of a concept, for the addresses of selections."""
    return SCHEME + path


def _short(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says, without the members and rows behind its bars, which /hypotheses.json has."""
    kept_of = ("title", "N", "Y", "U", "X", "L", "H", "threshold", "outcome_label")
    bars = [
        {
            "claim": bar["claim"]["claim"],
            "verdict": bar["claim"]["verdict"],
            "criterion": {key: bar["criterion"][key] for key in kept_of} if bar["criterion"] else None,
        }
        for bar in card["bars"]
    ]
    return {**card, "bars": bars}

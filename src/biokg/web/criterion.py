"""What stands behind a verdict, whole: each criterion with its members and facts, and all evidence lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from biokg.errors import NotFound
from biokg.web.asking import Row, Value
from biokg.web.hypothesis import assessments
from biokg.web.rendering import CSV, HTML, JSON, answer, as_json, page, table

blueprint = Blueprint("criterion", __name__)
COLUMNS = ("member", "membership", "exposure", "state", "fact", "year", "fact_counts", "source")


@blueprint.app_template_filter("weightiest")
def weightiest(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Evidence lines by their weight, the heaviest first; lines of one weight in the order of their names."""
    return sorted(lines, key=lambda line: (-int(line["weight_points"]), str(line["iri"])))


def hypothesis_and_view(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The hypothesis called *name* and the view that the request asks for (the widest unless it does)."""
    held = {known: a for a in assessments() for known in (a["id"], a["label"])}
    found = held.get(name) or held.get(name.lower())
    if found is None:
        known = ", ".join(a["label"] for a in assessments())
        raise NotFound(f"there is no hypothesis {name!r}", fix=f"the hypotheses are {known}")
    views = {view["view"]: view for view in found["views"]}
    chosen = request.args.get("view", list(views)[-1])
    if chosen not in views:
        raise NotFound(f"there is no view {chosen!r}", fix="the views are " + ", ".join(views))
    return found, views[chosen]


@blueprint.get("/hypotheses/<name>/evidence")
def evidence(name: str) -> Response:
    """Every evidence line that bears on a hypothesis in one view."""
    found, view = hypothesis_and_view(name)
    return page("evidence.html", h=found, v=view)


@blueprint.get("/hypotheses/<name>/<criterion>")
def one(name: str, criterion: str) -> Response:
    """One criterion in one view with every member, fact, source and row of counter-evidence."""
    criterion, _, suffix = criterion.partition(".")
    found, view = hypothesis_and_view(name)
    every = {c["id"]: (claim, c) for claim in view["sub_claims"] for c in claim["criteria"]}
    if criterion not in every:
        raise NotFound(f"{found['label']} has no criterion {criterion!r}", fix="its criteria are " + ", ".join(every))
    claim, chosen = every[criterion]
    return answer(
        {
            HTML: lambda: page("criterion.html", h=found, v=view, claim=claim, c=chosen),
            JSON: lambda: as_json(chosen),
            CSV: lambda: table(COLUMNS, _rows(chosen), CSV, f"biokg-{criterion}-{view['view']}"),
        },
        suffix or None,
    )


def _rows(criterion: dict[str, Any]) -> list[Row]:
    """One row for each member and fact; a member without a fact has one too."""
    rows: list[Row] = []
    for member in criterion["members"]:
        facts: list[dict[str, Any]] = member["facts"] or [{}]
        for fact in facts:
            told = {
                "member": Value(member["label"], member["iri"]),
                "membership": Value(member["membership"]),
                "exposure": Value(member["exposure"]) if member["exposure"] else None,
                "state": Value(member["state"]),
                "fact": Value(fact["label"], fact["iri"]) if fact else None,
                "year": Value(str(fact["year"])) if fact.get("year") else None,
                "fact_counts": Value(fact["state"]) if fact else None,
                "source": Value(" ".join(source["label"] for source in fact["sources"])) if fact else None,
            }
            rows.append(told)
    return rows

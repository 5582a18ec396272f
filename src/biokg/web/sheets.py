"""Sheets made from canned queries: the EFQM self-assessment to fill in, and the framework with its evidence."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from biokg.queries import run
from biokg.terms import entity
from biokg.web.hypothesis import assessments
from biokg.web.links import compact
from biokg.web.rendering import CSV, HTML, answer, finish, page
from biokg.web.service import service

blueprint = Blueprint("sheets", __name__)
DEFAULT_FIRM = "argenx"
HEAD = ("criterion", "type", "reading", "held in the graph", "score 0 to 100", "evidence of the firm")


def _asked(name: str, values: Mapping[str, Any], view: str = "all") -> list[dict[str, Any]]:
    return run(service().store, name, values, view=view).records()


def _last(iri: str) -> str:
    return iri.rstrip("/").rsplit("/", 1)[-1]


def _firm() -> str:
    """The IRI of the firm asked for, by its IRI or its last word."""
    given = request.values.get("firm", DEFAULT_FIRM).strip() or DEFAULT_FIRM
    return given if given.startswith(("http:", "https:")) else entity("organization", given)


def criteria(firm: str) -> list[dict[str, Any]]:
    """One entry for each EFQM criterion: its name, reading and what the graph holds of *firm*."""
    found: dict[str, dict[str, Any]] = {}
    for row in _asked("efqm-self-assessment", {"firm": firm}):
        told = found.setdefault(
            row["criterion"],
            {
                "id": _last(row["criterion"]),
                "iri": row["criterion"],
                "label": row["label"],
                "type": _last(row["type"]),
                "reading": row["reading"],
                "held": [],
            },
        )
        if row["kind"]:
            told["held"].append({"kind": _last(row["kind"]), "count": row["held"]})
    return list(found.values())


@blueprint.route("/efqm", methods=["GET"])
@blueprint.route("/efqm.<suffix>", methods=["GET", "POST"])
def efqm(suffix: str | None = None) -> Response:
    """The self-assessment of a firm as a form and as CSV; what is filled in comes back as CSV and is kept nowhere."""
    firm = _firm()
    held = criteria(firm)
    firms = {row["firm"]: row["firmLabel"] or _last(row["firm"]) for row in _asked("firm-register", {})}
    return answer(
        {
            HTML: lambda: page("efqm.html", firm=firm, name=firms.get(firm, compact(firm)), firms=firms, criteria=held),
            CSV: lambda: finish(_filled(held), CSV, filename=f"efqm-{_last(firm)}.csv", fresh=True),
        },
        suffix,
    )


def _filled(held: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for one in held:
        known = "; ".join(f"{item['kind']}: {item['count']}" for item in one["held"]) or "nothing known"
        given = (request.form.get(f"{field}-{one['id']}", "") for field in ("score", "evidence"))
        writer.writerow((one["label"], one["type"], one["reading"] or "none given", known, *given))
    return out.getvalue()


@blueprint.get("/framework")
def framework() -> Response:
    """The propositions of the conceptual framework with the lines for and against each."""
    found: dict[str, dict[str, Any]] = {}
    for row in _asked("framework-propositions", {}):
        told = found.setdefault(
            row["proposition"],
            {key: row[key] for key in ("proposition", "label", "locator", "hypothesis")}
            | {"from": {}, "to": {}, "lines": {}},
        )
        told["from"][row["from"]] = told["to"][row["to"]] = None
        if row["line"]:
            stance = told["lines"].setdefault(_last(row["stance"]), {})
            stance[row["line"]] = {"iri": row["line"], "text": row["text"], "statement": row["statement"]}
    verdicts = {one["iri"]: one for one in assessments()}
    return page("framework.html", propositions=list(found.values()), verdicts=verdicts)

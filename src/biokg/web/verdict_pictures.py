"""Pictures of the answers: how sure each criterion is, and whether a verdict holds under other choices."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.terms import PREFIXES
from biokg.web.asking import Row, Value
from biokg.web.choices import numbered, population
from biokg.web.drawing import intervals, robustness
from biokg.web.drawing.intervals import COLUMNS
from biokg.web.hypothesis import assessments, detailed
from biokg.web.pictures import Picture, answered, form_of, view_asked
from biokg.web.rendering import HTML, page

blueprint = Blueprint("verdict_pictures", __name__, url_prefix="/pictures")
__all__ = ["COLUMNS", "blueprint", "cells", "criteria"]

INTERVALS = Picture(
    "intervals",
    "How sure the answers are",
    "For every criterion of the hypotheses the share that is known to satisfy it, the share not known, and the share "
    "known not to, against its threshold.",
    "Certain share L = known yes / all; possible share H = (known yes + not known) / all. Not known is never taken for "
    "a no. The query of each criterion is in the table.",
    "",
)
ROBUSTNESS = Picture(
    "robustness",
    "How robust the answers are",
    "The verdict on each sub-claim under other populations, classification rules, thresholds and dates.",
    "The share of cells that keep the verdict is not a probability: the choices are not draws.",
    "",
)


@blueprint.get("/intervals")
@blueprint.get("/intervals.<suffix>")
def how_sure(suffix: str | None = None) -> Response:
    """The intervals of all criteria in one view, as a page, a picture or rows."""
    form, view = form_of(suffix), view_asked()
    rows = [row for a in assessments() for row in criteria(a, view)]
    return answered(INTERVALS, intervals.layout(rows), form, view, path="/pictures/intervals")


@blueprint.get("/robustness/<name>")
def how_robust(name: str) -> Response:
    """The robustness grids of one hypothesis in one view, as a page, a picture or rows.

    While the grids of a new version are being computed the page says so; the other forms wait for them.
    """
    stem, _, suffix = name.partition(".")
    form, view = form_of(suffix or None), view_asked()
    known = [a["label"] for a in assessments()]
    if stem.upper() not in known:
        raise NotFound(f"there is no hypothesis {stem!r}", fix="the hypotheses are " + ", ".join(known))
    found = detailed(wait=form != HTML)
    links = [(label, f"/pictures/robustness/{label}?view={view}") for label in known]
    if found is None:
        return page(
            "picture_waiting.html", picture=ROBUSTNESS, links=links, path=f"/pictures/robustness/{stem.upper()}"
        )
    full = next(a for a in found if a["label"] == stem.upper())
    held = robustness.layout(cells(full, view))
    picture = Picture(
        ROBUSTNESS.name, f"How robust the answer to {full['label']} is", ROBUSTNESS.about, ROBUSTNESS.missing, ""
    )
    computed = f"/hypotheses/{full['label']}#computed"
    choices = [(c["claim"], numbered(c["id"])) for c in full["views"][0]["sub_claims"]]
    return answered(
        picture,
        held,
        form,
        view,
        path=f"/pictures/robustness/{full['label']}",
        links=links,
        computed=computed,
        choices=choices,
    )


def criteria(assessment: dict[str, Any], view: str) -> list[Row]:
    """One row for each criterion of *assessment* read in *view*, with its counts, shares and canned query."""
    read = next(v for v in assessment["views"] if v["view"] == view)
    return [_criterion(claim, c) for claim in read["sub_claims"] for c in claim["criteria"]]


def _criterion(claim: dict[str, Any], c: dict[str, Any]) -> Row:
    of_all = c["threshold"] if isinstance(c["threshold"], (int, float)) and c["threshold"] <= 1 else None
    counted = c["quantifier"] in ("at-least", "some") and c["N"]
    threshold = c["at_least"] / c["N"] if counted else of_all
    shown = c["quantifier"] != "difference" and c["L"] is not None
    return {
        "claim": Value(f"{claim['id'].upper()} {claim['claim']}"),
        "criterion": Value(c["title"], iri=c["iri"]),
        "yes": _number(c["Y"]),
        "unknown": _number(c["U"]),
        "no": _number(c["X"]),
        "certain share": _number(c["L"]) if shown else None,
        "possible share": _number(c["H"]) if shown else None,
        "threshold": _number(threshold) if shown and threshold is not None and threshold <= 1 else None,
        "outcome": Value(c["outcome_label"]),
        "query": Value(c["query"]["name"], iri=c["query"]["iri"]),
    }


def cells(assessment: dict[str, Any], view: str) -> list[Row]:
    """One row for each cell of the robustness grids of *assessment* read in *view*."""
    at = next(n for n, v in enumerate(assessment["views"]) if v["view"] == view)
    claims = assessment["robustness"]["views"][at]["sub_claims"]
    titles = {c["id"]: c["claim"] for c in assessment["views"][at]["sub_claims"]}
    return [
        {
            "claim": Value(f"{c['sub_claim'].upper()} {titles[c['sub_claim']]}"),
            "population": Value(population(str(cell["population"]))),
            "rule": Value(str(cell["rule"] if isinstance(cell["rule"], str) else cell["rule"] + 1)),
            "facts up to": Value(str(cell["as_of"] or "to the end")),
            "threshold": Value(str(cell["threshold"] + 1)),
            "verdict": Value(cell["verdict"].replace("-", " ")),
        }
        for c in claims
        for cell in c["grid"]
    ]


def _number(n: float | None) -> Value | None:
    return None if n is None else Value(str(round(n, 4)), datatype=PREFIXES["xsd"] + "decimal")

"""The four hypotheses: verdicts per view with the numbers, the evidence and the way to recompute them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request

from biokg import __version__
from biokg.errors import NotFound
from biokg.web.asking import Value, kept
from biokg.web.choices import numbered, population
from biokg.web.rendering import CSV, HTML, JSON, RDF_TYPES, answer, as_json, finish, page, table
from biokg.web.service import Service, service

blueprint = Blueprint("hypothesis", __name__)
_ONE_AT_A_TIME = threading.Lock()


def assessments() -> list[dict[str, Any]]:
    """The assessment of every hypothesis: computed once per published version and kept beside it on disk."""
    held = kept("assessments")
    with _ONE_AT_A_TIME:
        if "all" not in held:
            held["all"] = _read(service(), "verdicts") or _computed(service(), "verdicts")
    found: list[dict[str, Any]] = held["all"]
    return found


def at_hand() -> list[dict[str, Any]] | None:
    """Like :func:`assessments`; ``None`` while a thread that began before computes them, so that nobody waits."""
    held = kept("assessments")
    if "all" not in held:
        found = _read(service(), "verdicts")
        thread = current_app.extensions.get("biokg.warming")
        if found is None and thread is not None and thread.is_alive():
            return None
        return assessments()
    ready: list[dict[str, Any]] = held["all"]
    return ready


def detailed(*, wait: bool) -> list[dict[str, Any]] | None:
    """The assessments with statistics and robustness; they take longer, so ``None`` unless ready or *wait*."""
    held = kept("assessments")
    if "detailed" not in held:
        found = _read(service(), "details")
        if found is None and not wait:
            return None
        held["detailed"] = found or _details(service())
    ready: list[dict[str, Any]] = held["detailed"]
    return ready


def prepare(held: Service, part: str) -> None:
    """Have ``verdicts`` or ``details`` of *held* on disk before somebody asks for them."""
    if _read(held, part) is None:
        _computed(held, part)


def _path(held: Service, part: str) -> Path:
    from biokg.hypotheses import project_definitions

    made_by = hashlib.sha256(f"{project_definitions().version} {__version__}".encode()).hexdigest()[:12]
    return held.settings.state_folder / "versions" / held.version / f"assessments-{made_by}-{part}.json"


def _read(held: Service, part: str) -> list[dict[str, Any]] | None:
    with suppress(OSError, ValueError):
        found: list[dict[str, Any]] = json.loads(_path(held, part).read_text(encoding="utf-8"))
        return found
    return None


def _details(held: Service) -> list[dict[str, Any]]:
    """Computed by one process at a time; the others find the file when they come in."""
    path = _path(held, "details")
    if not path.parent.is_dir():
        return _computed(held, "details")
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _read(held, "details") or _computed(held, "details")


def _computed(held: Service, part: str) -> list[dict[str, Any]]:
    from biokg.hypotheses import assess

    full = part == "details"
    version, path = held.version, _path(held, part)
    found = [a.to_dict(statistics=full, robustness=full) for a in assess(held.store, graph_version=version)]
    if held.version != version:
        return found
    with suppress(OSError):
        if path.parent.is_dir():
            half = path.with_suffix(f".{os.getpid()}")
            half.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
            half.replace(path)
    return found


def summary(assessment: dict[str, Any]) -> dict[str, Any]:
    """What a card shows: the verdict per view, one bar per sub-claim of the widest view, counter-evidence."""
    widest = assessment["views"][-1]
    supporting, counter = (
        {e["iri"]: e for claim in widest["sub_claims"] for e in claim[kind]}
        for kind in ("evidence", "counter_evidence")
    )
    shown = ("view", "label", "verdict", "verdict_label", "why")
    return {
        **{key: assessment[key] for key in ("id", "label", "wording", "dimension", "author")},
        "views": [{key: v[key] for key in shown} for v in assessment["views"]],
        "bars": [bar for claim in widest["sub_claims"] for bar in leading(claim)],
        "supporting": len(supporting),
        "counter": len(counter),
        "strong_counter": sum(e["weight"] in {"moderate", "strong"} for e in counter.values()),
        "unanswered": len({iri for claim in widest["sub_claims"] for iri in claim["unanswered"]}),
    }


def leading(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """The sub-claim with the one criterion that decides most: necessary first, then the largest population."""
    counted = [c for c in claim["criteria"] if c["N"] and c["L"] is not None]
    best = sorted(counted, key=lambda c: (not c["necessary"], -c["N"]))[:1]
    return [{"claim": claim, "criterion": c} for c in best] or [{"claim": claim, "criterion": None}]


GLYPHS = {"supported": "●", "partially-supported": "◐", "contradicted": "✕", "insufficient-data": "○"}


def grids(full: dict[str, Any] | None, at: int) -> list[dict[str, Any]]:
    """A grid for each sub-claim of the view numbered *at*: population and rule down, date and threshold across."""
    if full is None or not full["robustness"]:
        return []
    made = []
    for claim in full["robustness"]["views"][at]["sub_claims"]:
        down = list(dict.fromkeys((c["population"], c["rule"]) for c in claim["grid"]))
        across = list(dict.fromkeys((c["as_of"], c["threshold"]) for c in claim["grid"]))
        across.sort(key=lambda key: (key[0] is None, key[0] or 0, key[1]))
        cells = {(c["population"], c["rule"], c["as_of"], c["threshold"]): c["verdict"] for c in claim["grid"]}
        lines = [[cells.get((*left, *top)) for top in across] for left in down]
        dates = [(date, sum(a[0] == date for a in across)) for date in dict.fromkeys(a[0] for a in across)]
        named = [(population(name), rule if isinstance(rule, str) else rule + 1) for name, rule in down]
        choices = numbered(claim["sub_claim"])
        made.append(
            {"claim": claim, "down": named, "lines": lines, "dates": dates, "glyphs": GLYPHS, "choices": choices}
        )
    return made


@blueprint.get("/hypotheses")
@blueprint.get("/hypotheses.<suffix>")
def index(suffix: str | None = None) -> Response:
    """All hypotheses with their verdicts in each view; as CSV one row for each criterion and view."""
    found = assessments()
    return answer(
        {
            HTML: lambda: page("hypotheses.html", cards=[summary(a) for a in found]),
            JSON: lambda: as_json({"version": service().version, "hypotheses": found}),
            **_other_forms(found, "biokg-hypotheses"),
        },
        suffix,
    )


def _other_forms(found: list[dict[str, Any]], name: str) -> dict[str, Callable[[], Response]]:
    """How to make the CSV of the criteria of *found* and the Turtle of the hypotheses, sub-claims and criteria."""
    from biokg.web.entity import serialised
    from biokg.web.verdict_pictures import COLUMNS, criteria

    def tabled() -> Response:
        rows = [
            {"hypothesis": Value(a["label"]), "view": Value(v["view"]), "verdict": Value(v["verdict_label"]), **row}
            for a in found
            for v in a["views"]
            for row in criteria(a, v["view"])
        ]
        return table(("hypothesis", "view", "verdict", *COLUMNS), rows, CSV, name)

    def described() -> Response:
        claims = [(a["iri"], claim) for a in found for claim in a["views"][-1]["sub_claims"]]
        iris = [iri for top, c in claims for iri in (top, c["iri"], *(x["iri"] for x in c["criteria"]))]
        return finish(serialised(dict.fromkeys(iris), RDF_TYPES["ttl"]), RDF_TYPES["ttl"])

    return {CSV: tabled, RDF_TYPES["ttl"]: described}


@blueprint.get("/hypotheses/<name>")
def one(name: str) -> Response:
    """One hypothesis: sub-claims, criteria, evidence, robustness, the author's view beside."""
    name, _, suffix = name.partition(".")
    found = next((a for a in assessments() if name.lower() in {a["id"].lower(), a["label"].lower()}), None)
    if found is None:
        known = ", ".join(a["label"] for a in assessments())
        raise NotFound(f"there is no hypothesis {name!r}", fix=f"the hypotheses are {known}")
    held: dict[str, Any] = found
    return answer(
        {
            HTML: lambda: _page(held),
            JSON: lambda: as_json(_full(held, wait=True) or held),
            **_other_forms([held], f"biokg-{held['label']}"),
        },
        suffix or None,
    )


def _full(found: dict[str, Any], *, wait: bool) -> dict[str, Any] | None:
    return next((a for a in detailed(wait=wait) or () if a["id"] == found["id"]), None)


def _page(found: dict[str, Any]) -> Response:
    full = _full(found, wait=False)
    names = [v["view"] for v in found["views"]]
    chosen = request.args.get("view", names[-1])
    if chosen not in names:
        raise NotFound(f"there is no view {chosen!r}", fix="the views are " + ", ".join(names))
    at = names.index(chosen)
    return page("hypothesis.html", h=found, v=found["views"][at], full=full, grids=grids(full, at), at=at)

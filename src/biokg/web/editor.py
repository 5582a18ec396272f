"""The query page: any SPARQL with its answer in the views that fit it. The address is the whole state."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request

from biokg.errors import BioKGError, DeadlineExceeded, NotFound, QuerySyntaxError, UsageError
from biokg.execution.explaining import Explainer, Plan, Step
from biokg.queries import catalogue
from biokg.sparql.guard import check_query
from biokg.sparql.prefixes import with_prefixes
from biokg.sparql.results import SHORT_NAMES
from biokg.terms import VIEWS
from biokg.web.asking import header_of
from biokg.web.clients import client_address, hung_up
from biokg.web.links import compact
from biokg.web.negotiation import answer_types
from biokg.web.pictures import FORMS, in_file
from biokg.web.protocol import Asker, Operation, guard_query, job_of
from biokg.web.query import competency, grouped
from biokg.web.rendering import page
from biokg.web.results.answers import DRAWN, Result, ask, graphs_known
from biokg.web.results.asked import Asked
from biokg.web.results.drawn import Shown, fitting, shown
from biokg.web.service import service
from biokg.web.sparql import respond

if TYPE_CHECKING:
    from biokg.execution.pool import Answer

blueprint = Blueprint("editor", __name__)
DRAWINGS = ("svg", "png")
FORMATS = (*SHORT_NAMES, "parquet")


@dataclass(frozen=True)
class Example:
    """A query to begin with, from `queries/examples/*.rq`: what it finds, its text, and how to show the answer."""

    title: str
    asked: Asked


@cache
def examples() -> tuple[Example, ...]:
    """The examples in their order."""
    found = []
    folder = files("biokg.web") / "queries" / "examples"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        text = file.read_text(encoding="utf-8")
        header = header_of(text)
        body = "\n".join(line for line in text.splitlines() if not line.startswith("# "))
        found.append(Example(header["title"], Asked(body, show=header["show"])))
    return tuple(found)


@blueprint.get("/query")
@blueprint.post("/query")
def editor() -> Response:
    """A box for SPARQL; with ``query=`` the answer below it, with ``plan=yes`` the engine's plan."""
    result, held, plan = None, None, None
    problem: BioKGError | None = None
    asked = Asked(request.values.get("query", ""))
    try:
        asked = Asked.of(request.values)
        if asked.text.strip():
            result = ask(asked)
            held = _shown(result, asked)
    except DeadlineExceeded as error:
        problem = DeadlineExceeded(error.message, fix="narrow it, add LIMIT, or choose a longer time beside Run")
    except BioKGError as error:
        problem = error
    if asked.text.strip() and request.values.get("plan") == "yes" and not isinstance(problem, QuerySyntaxError):
        plan = _plan(asked.text)
    response = _page(asked, result, held, plan, problem)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(
    asked: Asked,
    result: Result | None,
    held: Shown | None,
    plan: Plan | BioKGError | None,
    problem: BioKGError | None,
) -> Response:
    """The query page, or with ``part=answer`` what stands below the box."""
    part = request.values.get("part") == "answer"
    return page(
        "answer.html" if part else "query.html",
        status=problem.status if problem else 200,
        fresh=True,
        asked=asked if asked.text.strip() else None,
        text=asked.text if asked.text.strip() else examples()[0].asked.text,
        text_with_prefixes=with_prefixes(asked.text),
        state=asked,
        views=VIEWS,
        result=result,
        shown=held,
        drawn=held.svg(alone=False) if held and held.drawing else "",
        drawn_from=DRAWN,
        show_as=lambda show: asked.shown_as(show).address + "#result",
        fields=[(k, v) for k, v in asked.fields.items() if k not in {"show", "x", "y"}],
        plan=plan,
        problem=problem,
        times=_times(),
        union=service().settings.union,
        examples=() if part else examples(),
        groups={} if part else grouped(catalogue()),
        competency={} if part else grouped(competency(), by="group"),
    )


def _times() -> list[int]:
    """Seconds that a visitor may choose to wait for an answer, the usual ones first."""
    held = service().settings
    usual = int(held.deadline)
    return [usual, *(s for s in (30, 60) if usual < s <= held.max_deadline)]


def _shown(result: Result, asked: Asked) -> Shown | None:
    """How the answer is shown; yes or no is only said."""
    if result.form == "ASK":
        return None
    return fitting(result.columns, result.rows, (asked.show, asked.x, asked.y), graph=result.triples)


def _plan(text: str) -> Plan | BioKGError:
    """The engine's plan of *text*, or why there is none."""
    explainer: Explainer = current_app.extensions.setdefault("biokg.explainer", Explainer())
    text = with_prefixes(text)
    try:
        guarded = check_query(text, service().guard)
        plan = explainer.plan(text, graph=guarded.form in {"CONSTRUCT", "DESCRIBE"})
    except BioKGError as error:
        return error
    return replace(plan, step=_readable(plan.step, {}))


def _readable(step: Step, fresh: dict[str, str]) -> Step:
    """*step* with known prefixes for IRIs and short names for the engine's own variables."""
    name = re.sub(r"<([^<>\s]+)>", lambda m: short if (short := compact(m[1])) != m[1] else m[0], step.name)
    name = re.sub(r"\?[0-9a-f]{24,32}\b", lambda m: fresh.setdefault(m[0], f"?_{len(fresh) + 1}"), name)
    return Step(name, tuple(_readable(each, fresh) for each in step.inputs))


@blueprint.get("/query.<suffix>")
@blueprint.post("/query.<suffix>")
def download(suffix: str) -> Response:
    """The whole answer in a format, or its picture as SVG or PNG; the same fields as the page."""
    asked = Asked.of(request.values)
    if not asked.text.strip():
        raise UsageError("there is no query", fix="send query=…")
    if suffix in DRAWINGS:
        return _picture(asked, suffix)
    if suffix not in FORMATS:
        raise NotFound(f"there is no format {suffix!r}", fix="one of: " + ", ".join((*FORMATS, *DRAWINGS)))
    text = with_prefixes(asked.text)
    operation = Operation(text, _dataset(asked))
    operation, guarded = guard_query(operation, service())
    said, written = answer_types(guarded.form, accept=None, asked=suffix)
    base = request.host_url + "sparql"
    asker = Asker(client_address(), time.monotonic(), base, hung_up())
    answer: Answer = service().pool.run(job_of(operation, guarded, written, service().settings.union, asker))
    response = respond(answer, said, guarded)
    response.headers["Content-Disposition"] = f'attachment; filename="biokg-answer.{suffix}"'
    return response


def _dataset(asked: Asked) -> tuple[tuple[str, str], ...]:
    """What was asked besides the query, as the protocol's parameters."""
    graphs = tuple(("default-graph-uri", graph) for graph in asked.graphs(graphs_known()) or ())
    return (*graphs, ("timeout", asked.timeout)) if asked.timeout else graphs


def _picture(asked: Asked, suffix: str) -> Response:
    result = ask(asked)
    if result.form == "ASK":
        raise UsageError("yes or no has no picture", fix="ask with SELECT or CONSTRUCT")
    held = shown(result.columns, result.rows, (asked.show, asked.x, asked.y), graph=result.triples)
    text = held.svg(alone=True, view=asked.view, heading=request.values.get("title", "")[:90])
    return in_file(text, FORMS[suffix], f"biokg-{held.show}")

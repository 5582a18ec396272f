"""The query page: any SPARQL with its answer below it, and the canned queries with a form each."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from biokg.errors import BioKGError, UsageError
from biokg.queries import CannedQuery, bind, catalogue, find, run
from biokg.queries.published import competency_questions
from biokg.terms import BASE, VIEWS
from biokg.web import citing
from biokg.web.asking import Row, Value, kept, labelled, labels, query_text
from biokg.web.citing import citation
from biokg.web.clients import client_address, hung_up
from biokg.web.entity import resolve, triples
from biokg.web.rendering import (
    CSV,
    HTML,
    JSON,
    RDF_TYPES,
    TSV,
    as_json,
    finish,
    media_type,
    page,
    plain,
    split_suffix,
    table,
)
from biokg.web.service import service

blueprint = Blueprint("query", __name__)

SHOWN = 500
"""Rows that the page shows at most; the downloads hold all."""
RESULT_JSON = "application/sparql-results+json"
RESERVED = {"view", "format", "run", "q"}


@dataclass(frozen=True)
class Result:
    """An answer as the page shows it; ``complete`` is false when only the first rows are shown."""

    form: str
    columns: tuple[str, ...]
    rows: list[Row]
    total: int
    text: str
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether every row of the answer is shown."""
        return self.total == len(self.rows)

    @property
    def chart(self) -> list[dict[str, Any]]:
        """Bars, where the answer is one label and one non-negative number a row, for 2 to 40 rows; else empty."""
        if len(self.columns) != 2 or not 2 <= len(self.rows) <= 40:
            return []
        pairs = [(row[self.columns[0]], row[self.columns[1]]) for row in self.rows]
        if not all(a and b and b.numeric and not a.numeric and float(b.text) >= 0 for a, b in pairs):
            return []
        most = max(float(b.text) for _, b in pairs if b) or 1.0
        return [{"label": a.text, "value": b.text, "share": float(b.text) / most} for a, b in pairs if a and b]


@blueprint.get("/query")
@blueprint.post("/query")
def editor() -> Response:
    """A box for SPARQL; with ``query=`` the answer below it. The address is the whole state."""
    text = request.values.get("query", "")
    view = request.values.get("view", "all")
    result, problem, status = None, None, 200
    if text.strip():
        try:
            result = ask(text, view)
        except BioKGError as error:
            problem, status = error, error.status
    part = request.values.get("part") == "answer"
    response = page(
        "answer.html" if part else "query.html",
        status=status,
        fresh=True,
        text=text or query_text("example"),
        asked=bool(text.strip()),
        view=view,
        views=VIEWS,
        result=result,
        problem=problem,
        groups=grouped(catalogue()),
        competency=grouped(competency(), by="group"),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def ask(text: str, view: str = "all") -> Result:
    """The answer of *text* in *view*, run in a killable worker under the guard; raises what those raise."""
    from biokg.execution.pool import Job
    from biokg.sparql.guard import check_query
    from biokg.sparql.prefixes import with_prefixes

    if view not in VIEWS:
        raise UsageError(f"there is no view {view!r}", fix="the views are " + ", ".join(VIEWS))
    text = with_prefixes(text)
    guarded = check_query(text, service().guard)
    graph = guarded.form in {"CONSTRUCT", "DESCRIBE"}
    started = time.perf_counter()
    answer = service().pool.run(
        Job(
            text,
            media_type=RDF_TYPES["nt"] if graph else RESULT_JSON,
            default_graphs=VIEWS[view].graphs if view != "all" else None,
            client=client_address(),
            gone=hung_up(),
        )
    )
    try:
        body = answer.read()
    finally:
        answer.close()
    seconds = time.perf_counter() - started
    return _triples(guarded.form, body, seconds) if graph else _bindings(guarded.form, body, seconds)


def _triples(form: str, body: bytes, seconds: float) -> Result:
    from pyoxigraph import RdfFormat, parse

    found = [
        {"subject": q.subject, "property": q.predicate, "object": q.object}
        for _, q in zip(range(SHOWN), parse(body, format=RdfFormat.N_TRIPLES), strict=False)
    ]
    total = body.count(b"\n")
    return Result(form, ("subject", "property", "object"), labelled(found), total, "", seconds)


def _bindings(form: str, body: bytes, seconds: float) -> Result:
    document = json.loads(body)
    if "boolean" in document:
        return Result(form, (), [], 0, "yes" if document["boolean"] else "no", seconds)
    variables = tuple(document["head"]["vars"])
    bindings = document["results"]["bindings"]
    shown = bindings[:SHOWN]
    names = labels({t["value"] for row in shown for t in row.values() if t["type"] == "uri"})
    found = [{v: _value(row.get(v), names) for v in variables} for row in shown]
    return Result(form, variables, found, len(bindings), "", seconds)


def _value(term: dict[str, Any] | None, names: dict[str, str]) -> Value | None:
    from biokg.web.links import compact

    if term is None:
        return None
    if term["type"] == "uri":
        return Value(names.get(term["value"]) or compact(term["value"]), iri=term["value"])
    return Value(str(term["value"]), lang=term.get("xml:lang"), datatype=term.get("datatype"))


def grouped(queries: Mapping[str, CannedQuery], by: str = "hypothesis") -> dict[str, list[CannedQuery]]:
    """*queries* by hypothesis (or another attribute), those of no hypothesis last."""
    found: dict[str, list[CannedQuery]] = {}
    for query in queries.values():
        found.setdefault(str(getattr(query, by)), []).append(query)
    return dict(sorted(found.items(), key=lambda item: (item[0].lower() not in {"h1", "h2", "h3", "h4"}, item[0])))


def named(name: str) -> CannedQuery | None:
    """The canned query or competency question called *name*, if there is one."""
    return catalogue().get(name) or competency().get(name)


def competency() -> Mapping[str, CannedQuery]:
    """The competency questions: what the ontology must be able to answer, by name."""
    memory = kept("competency")
    if not memory:
        memory.update(competency_questions(service().settings.ontology_folder))
    return memory


def given(query: CannedQuery) -> dict[str, str]:
    """The parameters of *query* that the request gives; empty fields count as not given.

    Raises :class:`UsageError` for a name that the query does not have.
    """
    names = {p.name for p in query.parameters}
    unknown = [name for name in request.args if name not in names | RESERVED]
    if unknown:
        known = ", ".join(sorted(names)) or "none"
        raise UsageError(f"{query.name} has no parameter {unknown[0]!r}", fix=f"its parameters: {known}")
    return {name: value for name, value in request.args.items() if name in names and value != ""}


def answer(query: CannedQuery) -> tuple[tuple[str, ...], list[Row]]:
    """Columns and labelled rows of *query* with the parameters and the view of the request."""
    found = run(service().store, query, given(query), view=request.args.get("view", "all"))
    return found.variables, labelled([dict(zip(found.variables, row, strict=True)) for row in found.rows])


@blueprint.get("/query/<name>")
def canned(name: str) -> Response:
    """A canned query: its question, a form for its parameters, its answer, its text; or its description as RDF."""
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in citing.SUFFIXES and named(stem):
        return citing.response(BASE + "query/" + stem, suffix)
    name, asked = split_suffix(name, (*RDF_TYPES, "html", "json", "csv", "tsv"))
    query = named(name)
    if query is None:
        if name in {"canned", "competency"}:
            return resolve(f"query/{name}")
        query = find(name)
    kind = media_type((HTML, JSON, CSV, TSV, *RDF_TYPES.values()), asked)
    if kind in RDF_TYPES.values():
        return finish(triples(query.iri, kind), kind)
    if kind == HTML:
        return canned_page(query)
    columns, found = answer(query)
    return table(columns, found, kind, name) if kind in {CSV, TSV} else as_json(described(query, columns, found))


def described(query: CannedQuery, columns: tuple[str, ...], found: list[Row]) -> dict[str, Any]:
    """An answer as a JSON document that says what was asked of which version."""
    return {
        "query": query.iri,
        "title": query.title,
        "question": query.question,
        "version": service().version,
        "view": request.args.get("view", "all"),
        "parameters": given(query),
        "columns": columns,
        "count": len(found),
        "rows": plain(found),
    }


def canned_page(query: CannedQuery) -> Response:
    """The HTML page of *query*; a bad parameter is shown beside the form with status 400."""
    columns: tuple[str, ...] = ()
    found: list[Row] = []
    problem, status, text = None, 200, query.text
    try:
        values = given(query)
        text = bind(query, values)
        columns, found = answer(query)
    except UsageError as error:
        problem, status = error, error.status
    return page(
        "canned.html",
        status=status,
        query=query,
        values=request.args,
        columns=columns,
        rows=found,
        problem=problem,
        sparql=text,
        views=VIEWS,
        view=request.args.get("view", "all"),
        string=request.query_string.decode(),
        citation=citation(query.iri, query.title),
        path=query.iri.removeprefix(BASE.rstrip("/")),
    )

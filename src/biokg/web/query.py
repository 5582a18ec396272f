"""The canned queries and competency questions: a form, the answer in the views that fit it, the text, as RDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from biokg.errors import UsageError
from biokg.queries import CannedQuery, Table, bind, catalogue, find, run
from biokg.queries.binding import to_term
from biokg.queries.header import Parameter
from biokg.queries.published import competency_questions
from biokg.terms import BASE, VIEWS
from biokg.web import citing
from biokg.web.asking import Row, kept, labelled, labels
from biokg.web.citing import citation
from biokg.web.entity import resolve, triples
from biokg.web.pictures import FORMS, in_file
from biokg.web.rendering import (
    CSV,
    HTML,
    JSON,
    RDF_TYPES,
    SUFFIXES,
    TSV,
    as_json,
    finish,
    page,
    plain,
    split_suffix,
    table,
)
from biokg.web.results.answers import DRAWN, SHOWN
from biokg.web.results.drawn import Shown, fitting
from biokg.web.service import service
from biokg.web.solutions import is_solutions, kind_of, solutions

blueprint = Blueprint("query", __name__)

RESERVED = {"view", "format", "run", "q", "show", "x", "y"}


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


def raw(query: CannedQuery) -> Table:
    """The answer of *query* with the parameters and the view of the request."""
    return run(service().store, query, given(query), view=request.args.get("view", "all"))


def answer(query: CannedQuery) -> tuple[tuple[str, ...], list[Row]]:
    """Columns and labelled rows of *query* with the parameters and the view of the request."""
    found = raw(query)
    return found.variables, labelled([dict(zip(found.variables, row, strict=True)) for row in found.rows])


@blueprint.get("/query/<name>")
def canned(name: str) -> Response:
    """A canned query: its question, a form for its parameters, its answer, its text; or its description as RDF."""
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in citing.SUFFIXES and named(stem):
        return citing.response(BASE + "query/" + stem, suffix)
    if dot and suffix in {"svg", "png"} and named(stem):
        return canned_picture(find_any(stem), suffix)
    name, asked = split_suffix(name, SUFFIXES)
    query = named(name)
    if query is None:
        if name in {"canned", "competency"}:
            return resolve(f"query/{name}")
        query = find(name)
    kind = kind_of((HTML, JSON, CSV, TSV, *RDF_TYPES.values()), asked)
    if kind in RDF_TYPES.values():
        return finish(triples(query.iri, kind), kind)
    if kind == HTML:
        return canned_page(query)
    if is_solutions(kind):
        return solutions(raw(query), kind, name)
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


def find_any(name: str) -> CannedQuery:
    """The canned query or competency question called *name*; raises NotFound with the nearest names."""
    return named(name) or find(name)


def shown_as(query: CannedQuery, columns: tuple[str, ...], rows: list[Row]) -> Shown:
    """How the request wants the answer of *query* shown; a view that does not fit gives way to one that does."""
    wanted = (request.args.get("show", ""), request.args.get("x", ""), request.args.get("y", ""))
    return fitting(columns, rows[:DRAWN], wanted, title=query.title)


def canned_picture(query: CannedQuery, suffix: str) -> Response:
    """The picture of the answer as SVG or PNG."""
    held = shown_as(query, *answer(query))
    text = held.svg(alone=True, view=request.args.get("view", "all"))
    return in_file(text, FORMS[suffix], f"biokg-{query.name}")


def _kept_fields() -> list[tuple[str, str]]:
    """The fields of the request that stay when the answer is shown another way."""
    return [(name, value) for name, value in request.args.items() if name not in {"show", "x", "y"}]


def _repeats(name: str, columns: tuple[str, ...], rows: list[Row]) -> bool:
    """Whether the column *name* only says the label of the things in the column before it, which a page shows."""
    thing = name.removesuffix("Label")
    told = [row[thing] for row in rows] if thing != name and thing in columns else []
    return bool(told) and all(value is None or value.iri for value in told)


def _left_open(name: str, query: CannedQuery, rows: list[Row]) -> bool:
    """Whether the column *name* only repeats a parameter that was left open."""
    return query.parameter(name) is not None and all(row[name] is None for row in rows)


def _options(parameter: Parameter) -> list[tuple[str, str]]:
    """The values that *parameter* allows, each with its label where it is a resource that has one."""
    iris = {value: to_term(parameter.type, value).value for value in parameter.allowed}
    names = labels(iris.values()) if parameter.type == "iri" else {}
    return [(value, names.get(iri, value)) for value, iri in iris.items()]


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
    held = None if problem else shown_as(query, columns, found)
    return page(
        "canned.html",
        status=status,
        shown=held,
        drawn=held.svg(alone=False) if held and held.drawing else "",
        drawn_from=DRAWN,
        show_as=lambda show: f"/query/{query.name}?{urlencode({**dict(_kept_fields()), 'show': show})}#result",
        kept_fields=_kept_fields(),
        query=query,
        values=request.args,
        columns=[c for c in columns if not _repeats(c, columns, found) and not _left_open(c, query, found)],
        options={p.name: _options(p) for p in query.parameters if p.allowed},
        rows=found[:SHOWN],
        total=len(found),
        problem=problem,
        sparql=text,
        views=VIEWS,
        view=request.args.get("view", "all"),
        string=request.query_string.decode(),
        citation=citation(query.iri, query.title),
        path=query.iri.removeprefix(BASE.rstrip("/")),
    )

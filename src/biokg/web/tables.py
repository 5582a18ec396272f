"""Data: the source tables row by row, versions, the validation report, coverage, how to cite."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from biokg.errors import NotFound
from biokg.terms import BASE, PREFIXES, entity, graph
from biokg.web.asking import Row, Value, labels, rows, terms
from biokg.web.citing import citation
from biokg.web.entity import named_graph, serialised
from biokg.web.rendering import CSV, HTML, JSON, RDF_TYPES, TITLE, answer, as_json, finish, page, plain, table
from biokg.web.service import service
from biokg.web.start import size, triples

blueprint = Blueprint("tables", __name__)

SIZE = 50
THINGS = {"links/places": "place"}
"""Tables whose rows are things without a source statement of their own, and the kind of these things."""


@cache
def _read(path: Path, changed: float) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        found = [{k: v for k, v in row.items() if k is not None} for row in reader]
        return list(reader.fieldnames or ()), found


def schemas() -> dict[str, Any]:
    """The tables with their declared columns."""
    from biokg.knowledge.schema import load_schemas

    return dict(load_schemas(service().settings.data_folder))


def table_named(name: str) -> tuple[Any, list[str], list[dict[str, str]]]:
    """Schema, columns and rows of the table *name*; raises NotFound listing the tables."""
    schema = schemas().get(name)
    path = service().settings.data_folder / f"{name}.csv"
    if schema is None or not path.is_file():
        raise NotFound(f"there is no table {name!r}", fix="the tables are " + ", ".join(sorted(schemas())))
    columns, found = _read(path, path.stat().st_mtime)
    return schema, columns, found


@blueprint.get("/data")
@blueprint.get("/data.<suffix>")
def index(suffix: str | None = None) -> Response:
    """Tables, graphs, downloads, coverage, versions, licences and how to cite; as Turtle the catalogue."""
    counted: list[Row] = [
        {"table": Value(n, iri=entity("table", n)), "title": Value(t), "rows": Value(str(c))} for n, t, c in held()
    ]
    return answer(
        {
            HTML: _page,
            JSON: lambda: as_json(
                {"version": service().version, "tables": plain(counted), "graphs": plain(size()), "triples": triples()}
            ),
            CSV: lambda: table(("table", "title", "rows"), counted, CSV, "biokg-tables"),
            RDF_TYPES["ttl"]: lambda: finish(named_graph(graph("catalog"), RDF_TYPES["ttl"]), RDF_TYPES["ttl"]),
        },
        suffix,
    )


def held() -> list[tuple[str, str, int]]:
    """The tables that are here: name, title, number of rows."""
    found = []
    for name, schema in sorted(schemas().items()):
        path = service().settings.data_folder / f"{name}.csv"
        if path.is_file():
            found.append((name, schema.title, len(_read(path, path.stat().st_mtime)[1])))
    return found


def _page() -> Response:
    return page(
        "data.html",
        tables=held(),
        sizes=size(),
        coverage=rows("coverage"),
        missing=rows("missing"),
        identity=rows("identity_links"),
        limits=service().settings,
        citation=citation(BASE, TITLE),
        title=TITLE,
        total=triples(),
    )


@blueprint.get("/data/tables/<path:path>")
def of_table(path: str) -> Response:
    """A table, or one row of it; table names may hold a slash (``links/places``)."""
    known = (name for name in sorted(schemas(), key=len, reverse=True) if path.startswith((f"{name}.", f"{name}/")))
    name = path if path in schemas() else next(known, "")
    rest = path.removeprefix(name)
    if name and rest.startswith("/"):
        return one_row(name, rest[1:])
    if not name:
        name, _, rest = path.partition(".")
    return one_table(name, rest.removeprefix(".") or None)


def one_table(name: str, suffix: str | None) -> Response:
    """One table, page by page, each row linked to what the graph makes of it; or the file itself."""
    schema, columns, found = table_named(name)
    path = service().settings.data_folder / f"{name}.csv"
    return answer(
        {
            HTML: lambda: _pages(name, schema, columns, found),
            CSV: lambda: finish(path.read_bytes(), CSV, filename=path.name),
            JSON: lambda: as_json({"table": name, "title": schema.title, "columns": columns, "rows": found}),
            RDF_TYPES["ttl"]: lambda: _statements(name),
        },
        suffix,
    )


def _pages(name: str, schema: Any, columns: list[str], found: list[dict[str, str]]) -> Response:
    text = request.args.get("q", "").casefold()
    chosen = [row for row in found if not text or any(text in (v or "").casefold() for v in row.values())]
    at = request.args.get("page", "1")
    pages = max(1, -(-len(chosen) // SIZE))
    number = min(max(int(at) if at.isdigit() else 1, 1), pages)
    return page(
        "table.html",
        name=name,
        schema=schema,
        columns=columns,
        rows=chosen[(number - 1) * SIZE : number * SIZE],
        total=len(chosen),
        of_all=len(found),
        number=number,
        pages=pages,
        text=request.args.get("q", ""),
        stated=name in THINGS or bool(rows("table_stated", this=entity("table", name))),
        own=name in THINGS,
    )


def _statements(name: str) -> Response:
    """The source statements of a table, or else the things its rows are, as Turtle; NotFound where it has neither."""
    from pyoxigraph import RdfFormat, Triple, serialize

    held = terms("table_statements", this=entity("table", name))
    if not held and name in THINGS:
        schema, _, found = table_named(name)
        things = [entity(THINGS[name], row[schema.key]) for row in found]
        return finish(serialised(things, RDF_TYPES["ttl"]), RDF_TYPES["ttl"])
    if not held:
        raise NotFound(
            f"the rows of {name} make no statement of their own: they say how other tables are read",
            fix=f"take it as /data/tables/{name}.csv or .json",
        )
    body = serialize((Triple(r["s"], r["p"], r["o"]) for r in held), format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    return finish(body, RDF_TYPES["ttl"])


def one_row(name: str, key: str) -> Response:
    """One row of a table and every thing in the graph that comes from it; as Turtle the descriptions of these."""
    from pyoxigraph import Literal

    schema, columns, found = table_named(name)
    held = next((r for r in found if r.get(schema.key) == key), None)
    suffix = None
    if held is None:
        key, _, suffix = key.rpartition(".")
        held = next((r for r in found if r.get(schema.key) == key), None)
    if held is None:
        raise NotFound(f"table {name} has no row {key!r}", fix=f"see /data/tables/{name}")
    made = rows("row_things", table=entity("table", name), row=Literal(key))
    if not made and name in THINGS:
        made = rows("row_thing", this=entity(THINGS[name], key))
    things = list(dict.fromkeys(v.iri for r in made for v in (r["thing"], r["statement"]) if v and v.iri))
    told: dict[str, str] = held
    return answer(
        {
            HTML: lambda: page(
                "row.html",
                name=name,
                schema=schema,
                key=key,
                columns=columns,
                row=told,
                made=made,
                linked=_links(schema, told),
            ),
            JSON: lambda: as_json({"table": name, "row": told, "statements": plain(made)}),
            CSV: lambda: table(("thing", "class", "asserts", "statement"), made, CSV, f"{name}-{key}"),
            RDF_TYPES["ttl"]: lambda: finish(serialised(things, RDF_TYPES["ttl"]), RDF_TYPES["ttl"]),
        },
        suffix,
    )


def _links(schema: Any, held: dict[str, str]) -> dict[str, list[Value]]:
    """For the columns that refer to organisations, what they refer to."""
    refer = {k.column: k.to_table for k in schema.foreign_keys if k.to_table == "organizations"}
    iris = {c: [entity("organization", v.strip()) for v in (held.get(c) or "").split(";") if v.strip()] for c in refer}
    names = labels(iri for found in iris.values() for iri in found)
    return {c: [Value(names[iri], iri=iri) for iri in found if iri in names] for c, found in iris.items()}

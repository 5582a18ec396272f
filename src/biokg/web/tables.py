"""Data: the source tables row by row, versions, the validation report, coverage, how to cite."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from biokg.errors import NotFound
from biokg.terms import BASE, entity
from biokg.web.asking import Row, Value, labels, rows
from biokg.web.citing import citation
from biokg.web.rendering import CSV, HTML, JSON, TITLE, as_json, finish, media_type, page, plain, split_suffix
from biokg.web.service import service
from biokg.web.start import size

blueprint = Blueprint("tables", __name__, url_prefix="/data")

SIZE = 50
REPORT_SHOWN = 200_000


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


@blueprint.get("")
def index() -> Response:
    """Tables, graphs, downloads, coverage, versions, licences and how to cite."""
    counts = []
    for name, schema in sorted(schemas().items()):
        path = service().settings.data_folder / f"{name}.csv"
        if path.is_file():
            counts.append((name, schema.title, len(_read(path, path.stat().st_mtime)[1])))
    return page(
        "data.html",
        tables=counts,
        sizes=size(),
        coverage=rows("coverage"),
        missing=rows("missing"),
        citation=citation(BASE, TITLE),
        title=TITLE,
        total=sum(int(row["triples"].text) for row in size() if row["triples"]),
    )


@blueprint.get("/tables/<name>")
def one(name: str) -> Response:
    """One table, page by page, each row linked to what the graph makes of it; or the file itself."""
    name, asked = split_suffix(name, ("csv", "json", "html"))
    schema, columns, found = table_named(name)
    kind = media_type((HTML, CSV, JSON), asked)
    if kind == CSV:
        return finish((service().settings.data_folder / f"{name}.csv").read_bytes(), CSV, filename=f"{name}.csv")
    if kind == JSON:
        return as_json({"table": name, "title": schema.title, "columns": columns, "rows": found})
    text = request.args.get("q", "").casefold()
    kept = [row for row in found if not text or any(text in (v or "").casefold() for v in row.values())]
    at = request.args.get("page", "1")
    pages = max(1, -(-len(kept) // SIZE))
    number = min(max(int(at) if at.isdigit() else 1, 1), pages)
    return page(
        "table.html",
        name=name,
        schema=schema,
        columns=columns,
        rows=kept[(number - 1) * SIZE : number * SIZE],
        total=len(kept),
        of_all=len(found),
        number=number,
        pages=pages,
        text=request.args.get("q", ""),
    )


@blueprint.get("/tables/<name>/<path:key>")
def row(name: str, key: str) -> Response:
    """One row of a table and every thing in the graph that comes from it."""
    from pyoxigraph import Literal

    schema, columns, found = table_named(name)
    held = next((r for r in found if r.get(schema.key) == key), None)
    if held is None:
        raise NotFound(f"table {name} has no row {key!r}", fix=f"see /data/tables/{name}")
    made = rows("row_things", table=entity("table", name), row=Literal(key))
    if media_type((HTML, JSON)) == JSON:
        return as_json({"table": name, "row": held, "statements": plain(made)})
    return page(
        "row.html", name=name, schema=schema, key=key, columns=columns, row=held, made=made, linked=_links(schema, held)
    )


def _links(schema: Any, held: dict[str, str]) -> dict[str, list[Value]]:
    """For the columns that refer to organisations, what they refer to."""
    refer = {k.column: k.to_table for k in schema.foreign_keys if k.to_table == "organizations"}
    iris = {c: [entity("organization", v.strip()) for v in (held.get(c) or "").split(";") if v.strip()] for c in refer}
    names = labels(iri for found in iris.values() for iri in found)
    return {c: [Value(names[iri], iri=iri) for iri in found if iri in names] for c, found in iris.items()}


def report_of_version() -> tuple[str, Row | None]:
    """The SHACL report kept with the published version, as text; empty where the version has none."""
    folder = service().settings.state_folder / "versions"
    for path in sorted(folder.glob(f"{service().version[:12]}*/report.txt")) if folder.is_dir() else []:
        return path.read_text(encoding="utf-8")[:REPORT_SHOWN], None
    return "", None


@blueprint.get("/report")
def report() -> Response:
    """The SHACL report of the version that is served."""
    text, _ = report_of_version()
    return page("report.html", text=text)

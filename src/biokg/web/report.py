"""The SHACL report of the version that is served: as a page grouped by shape, as a table, in the W3C vocabulary."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.web.asking import Row, labelled, query_text
from biokg.web.rendering import CSV, HTML, JSON, RDF_TYPES, answer, as_json, finish, page, plain, table
from biokg.web.service import service

blueprint = Blueprint("report", __name__, url_prefix="/data")

COLUMNS = ("severity", "shape", "focus", "path", "value", "message")
SHOWN = 200_000
"""Characters of the report that the page shows; the downloads are whole."""


@blueprint.get("/report")
@blueprint.get("/report.<suffix>")
def index(suffix: str | None = None) -> Response:
    """The report of the version that is served. Raises NotFound for a form of it that was not kept."""
    return answer(
        {
            HTML: _page,
            JSON: lambda: as_json({"version": service().version, "results": plain(results())}),
            CSV: lambda: table(COLUMNS, results(), CSV, "biokg-report"),
            RDF_TYPES["ttl"]: lambda: finish(_kept("report.ttl"), RDF_TYPES["ttl"]),
        },
        suffix,
    )


def results() -> list[Row]:
    """The results of the kept report, the gravest first."""
    from pyoxigraph import RdfFormat, parse

    from biokg.store.memory import MemoryStore

    held = MemoryStore()
    held.add(parse(_kept("report.ttl"), format=RdfFormat.TURTLE))
    found = held.select(query_text("report_results"), union_default_graph=False)
    return labelled([dict(zip(found.variables, row, strict=True)) for row in found.rows])


def _page() -> Response:
    path = _folder() / "report.txt"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    rows = results() if (_folder() / "report.ttl").is_file() else None
    cut = len(text) > SHOWN
    return page("report.html", text=text[:SHOWN], cut=cut, rows=rows, columns=COLUMNS)


def _folder() -> Path:
    return service().settings.state_folder / "versions" / service().version


def _kept(name: str) -> bytes:
    try:
        return (_folder() / name).read_bytes()
    except OSError:
        raise NotFound(
            "no report is kept for this version here", fix="`biokg build --force` or `biokg validate` makes one"
        ) from None

"""The SHACL report of the version that is served: as a page grouped by shape, as a table, in the W3C vocabulary."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.web.asking import Row, labelled
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
    from pyoxigraph import RdfFormat, Store

    from biokg.web.asking import query_text

    held = Store()
    held.load(_kept("report.ttl"), format=RdfFormat.TURTLE)
    solutions = held.query(query_text("report_results"))
    names = [variable.value for variable in solutions.variables]  # type: ignore[union-attr]
    return labelled([{name: row[name] for name in names} for row in solutions])  # type: ignore[union-attr]


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

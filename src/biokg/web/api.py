"""The REST interface: the canned queries by name with typed parameters, and its OpenAPI description."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from biokg.queries import CannedQuery, catalogue, find
from biokg.terms import PREFIXES, VIEWS
from biokg.web import searching
from biokg.web.asking import rows
from biokg.web.openapi import document
from biokg.web.query import answer, competency, described, named, raw
from biokg.web.rendering import CSV, JSON, RESULT_TYPES, TSV, as_json, finish, split_suffix
from biokg.web.solutions import is_solutions, kind_of, solutions

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/queries")
def queries() -> Response:
    """All canned queries with their parameters."""
    return as_json(
        {
            "views": list(VIEWS),
            "queries": [entry(q) for q in catalogue().values()],
            "competency": [entry(q) for q in competency().values()],
        }
    )


def entry(query: CannedQuery) -> dict[str, Any]:
    """One canned query as JSON."""
    return {
        "name": query.name,
        "iri": query.iri,
        "title": query.title,
        "question": query.question,
        "hypothesis": query.hypothesis,
        "role": query.role,
        "parameters": [
            {"name": p.name, "type": p.type, "description": p.description, "default": p.default, "allowed": p.allowed}
            for p in query.parameters
        ],
        "address": f"{request.host_url}api/queries/{query.name}",
    }


@blueprint.get("/queries/<name>")
def query(name: str) -> Response:
    """The answer of a canned query, whole, as JSON, CSV, TSV or a result format of SPARQL, asked for by header,
    ``format`` or suffix.

    JSON has a label beside every IRI; CSV and TSV are those of SPARQL 1.1, as the command line writes them.
    """
    name, asked = split_suffix(name, ("json", "csv", "tsv", *RESULT_TYPES))
    found = named(name) or find(name)
    kind = kind_of((JSON, CSV, TSV), asked)
    if kind == JSON:
        return as_json(described(found, *answer(found)))
    held = raw(found)
    if is_solutions(kind):
        return solutions(held, kind, name)
    text, suffix = (held.to_csv(), "csv") if kind == CSV else (held.to_tsv(), "tsv")
    return finish(text, kind, filename=f"{name}.{suffix}")


@blueprint.get("/search")
def search() -> Response:
    """Things by name, for completion: at most 20."""
    hits = searching.find(request.args.get("q", ""), limit=20, kind=request.args.get("kind") or None)
    return as_json([{"iri": h.value.iri, "label": h.value.text, "matched": h.matched, "kind": h.kind} for h in hits])


@blueprint.get("/terms")
def terms() -> Response:
    """The vocabulary for completion: prefixes, classes, properties and concepts with labels."""
    found = rows("vocabulary")
    named = [
        {
            "iri": row["term"].iri,
            "curie": row["term"].curie,
            "label": row["term"].text,
            "kind": row["kind"].text,
            "definition": row["definition"].text if row["definition"] else "",
        }
        for row in found
        if row["term"] and row["kind"]
    ]
    return as_json({"prefixes": PREFIXES, "terms": named})


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 description of this interface."""
    return as_json(document(request.host_url.rstrip("/")))

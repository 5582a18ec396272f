"""Well-known addresses: the description of the dataset, and the published questions."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("well_known", __name__)


@blueprint.get("/.well-known/void")
def void() -> BaseResponse:
    """Lead to the graph of the catalogue in every form (W3C Interest Group Note on VoID, section 7.2)."""
    return _to("/graph/catalog")


@blueprint.get("/.well-known/sparql-examples")
def sparql_examples() -> BaseResponse:
    """Lead to the graph of canned queries and competency questions as RDF, which answers in every form."""
    return _to("/graph/query")


def _to(path: str) -> BaseResponse:
    response = redirect(path, code=302)
    response.headers["Vary"] = "Accept"
    return response

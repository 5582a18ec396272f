"""``/rdf-graph-store``: SPARQL 1.1 Graph Store HTTP Protocol."""

from __future__ import annotations

from flask import Blueprint, Response

from biokg.errors import Forbidden

blueprint = Blueprint("graph_store", __name__)


@blueprint.route("/rdf-graph-store", methods=["PUT", "POST", "DELETE"])
def write() -> Response:
    """Refused: writes are off."""
    raise Forbidden("writes are switched off here", fix="start with --token-file")

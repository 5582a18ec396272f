"""``/update``: SPARQL 1.1 Protocol, update operation."""

from __future__ import annotations

from flask import Blueprint, Response

from biokg.errors import Forbidden

blueprint = Blueprint("update", __name__)


@blueprint.post("/update")
def update() -> Response:
    """Refused: writes are off."""
    raise Forbidden("writes are switched off here", fix="start with --token-file")

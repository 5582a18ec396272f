"""The address at which a dataset's VoID description is looked for (W3C Interest Group Note on VoID, section 7.2)."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("well_known", __name__)


@blueprint.get("/.well-known/void")
def void() -> BaseResponse:
    """Lead to the graph of the catalogue, which answers in every form."""
    response = redirect("/graph/catalog", code=302)
    response.headers["Vary"] = "Accept"
    return response

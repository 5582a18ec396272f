"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from biokg.execution.pool import Job
from biokg.web.service import service

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """200 as long as the process answers."""
    response = jsonify(status="live")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/health/ready")
def ready() -> Response:
    """200 when a worker answers a query, 503 with a problem document when not."""
    held = service()
    held.pool.run(Job("ASK {}", deadline=2)).read()
    response = jsonify(status="ready", version=held.version)
    response.headers["Cache-Control"] = "no-store"
    return response

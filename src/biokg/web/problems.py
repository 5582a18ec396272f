"""The one table from exceptions to responses: problem documents (RFC 9457), or a page for browsers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, render_template, request
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException

from biokg.errors import BioKGError, Busy, QuerySyntaxError, Unauthorized
from biokg.terms import BASE
from biokg.web.negotiation import prefers_html

if TYPE_CHECKING:
    from biokg.settings import Settings


def document(error: BioKGError, status: int | None = None) -> dict[str, Any]:
    """The problem document of *error*."""
    shown: dict[str, Any] = {
        "type": f"{BASE}problem/{error.slug}",
        "title": error.title,
        "status": status or error.status,
        "detail": error.message,
    }
    if error.fix:
        shown["fix"] = error.fix
    if isinstance(error, QuerySyntaxError) and error.line is not None:
        shown |= {"line": error.line, "column": error.column}
    return shown


def respond(shown: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """*shown* as a problem document, or as a page where the client is a browser."""
    shown.setdefault("instance", f"urn:request:{g.get('request_id', '')}")
    if prefers_html(request.headers.get("Accept")):
        try:
            page = render_template(
                "problem.html",
                status=shown["status"],
                title=shown["title"],
                message=shown["detail"],
                fix=shown.get("fix"),
                near=shown.get("near", []),
            )
            return Response(page, shown["status"], headers, mimetype="text/html")
        except TemplateNotFound:
            pass
    return Response(json.dumps(shown), shown["status"], headers, mimetype="application/problem+json")


def _known(error: BioKGError) -> Response:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="biokg"'
    shown = document(error)
    near = getattr(error, "near", None)
    if near:
        shown["near"] = list(near)
    return respond(shown, headers)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    slug = (error.name or "error").lower().replace(" ", "-")
    shown = {"type": f"{BASE}problem/{slug}", "title": error.name, "status": status, "detail": error.description or ""}
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Location", "Retry-After")}
    return respond(shown, headers)


def _unforeseen(error: Exception) -> Response:
    current_app.logger.exception("unforeseen error", exc_info=error)
    settings: Settings = current_app.extensions["biokg"].settings
    detail = f"{type(error).__name__}: {error}" if settings.debug else "this is a fault of the service; it was logged"
    return respond(document(BioKGError(detail, fix=f"report it with the request id {g.get('request_id', '')}")))


def register(app: Flask) -> None:
    """Have every error of *app* answered here."""
    app.register_error_handler(BioKGError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)

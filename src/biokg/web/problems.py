"""The one table from exceptions to responses: problem documents (RFC 9457), or a page for browsers."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, render_template, request
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException

from biokg.errors import BioKGError, Busy, QuerySyntaxError, StoreError, Unauthorized
from biokg.terms import BASE
from biokg.web.negotiation import prefers_html

if TYPE_CHECKING:
    from biokg.settings import Settings


PLACES = ("/", "/hypotheses", "/explore", "/pictures", "/query", "/data", "/data/validate", "/ontology", "/search")
"""Addresses that a mistyped one may have meant."""


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
    headers = {"Vary": "Accept, Accept-Encoding", **(headers or {})}
    if prefers_html(request.headers.get("Accept")):
        try:
            page = render_template(
                "problem.html",
                status=shown["status"],
                title=shown["title"],
                message=shown["detail"],
                fix=shown.get("fix"),
                near=shown.get("near", []),
                retry_after=headers.get("Retry-After"),
                request_id=g.get("request_id", ""),
            )
            return Response(page, shown["status"], headers, mimetype="text/html")
        except TemplateNotFound:
            pass
    return Response(json.dumps(shown), shown["status"], headers, mimetype="application/problem+json")


def _known(error: BioKGError) -> Response:
    headers = {"Cache-Control": "no-store"}
    forwarder = current_app.extensions["biokg"].forwarder
    if forwarder is not None and isinstance(error, StoreError):
        error = forwarder.fault(error)
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
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Location", "Retry-After")}
    shown: dict[str, Any] = {"type": f"{BASE}problem/{slug}", "title": error.name, "status": status}
    shown |= _told(status, headers) or {"detail": error.description or ""}
    if status == 404:
        found = get_close_matches(request.path, PLACES, n=3, cutoff=0.6)
        shown["near"] = [{"text": path, "iri": BASE + path[1:], "href": path, "curie": path} for path in found]
    return respond({key: value for key, value in shown.items() if value != []}, headers)


def _told(status: int, headers: dict[str, str]) -> dict[str, str]:
    """What happened and what to do, for the errors that the web framework finds."""
    if status == 404:
        return {"detail": f"there is no page {request.path}", "fix": "look it up by name, or start at /"}
    if status == 405:
        allowed = headers.get("Allow", "GET")
        return {"detail": f"{request.path} does not take {request.method}", "fix": f"it takes {allowed}"}
    if status == 413:
        return {"detail": "more was sent than is read here", "fix": "/data#limits says how much is read"}
    return {}


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

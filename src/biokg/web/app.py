"""The Flask application: one factory that is given the service."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import secrets
import time
import uuid
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from biokg.errors import UnsupportedMediaType
from biokg.web import graph_store, health, metrics, problems, sparql, update
from biokg.web.cache import AnswerCache
from biokg.web.critical import SOURCE
from biokg.web.direct import ERROR
from biokg.web.encoding import finish_body

if TYPE_CHECKING:
    from flask import Blueprint

    from biokg.web.service import Service

MACHINE_PATHS = ("/sparql", "/update", "/rdf-graph-store")
ACCESS = logging.getLogger("biokg.access")


def create_app(service: Service, *, pages: bool = True) -> Flask:
    """The application over *service*; without *pages*, the SPARQL endpoint and its health alone."""
    app = Flask("biokg.web")
    app.extensions["biokg"] = service
    if service.metrics is None:
        service.metrics = metrics.Metrics()
    app.before_request(_begin)
    app.after_request(_finish)
    problems.register(app)
    for module in (sparql, update, graph_store, health, metrics):
        app.register_blueprint(module.blueprint)
    for blueprint in _page_blueprints() if pages else []:
        app.register_blueprint(blueprint)
    cached = AnswerCache(app.wsgi_app, service, service.settings.cache_bytes)
    app.wsgi_app = cached  # type: ignore[method-assign]
    return app


def _page_blueprints() -> list[Blueprint]:
    found: list[Blueprint] = []
    if importlib.util.find_spec("biokg.web.pages") is not None:
        found.extend(importlib.import_module("biokg.web.pages").blueprints())
    if importlib.util.find_spec("biokg.web.reconcile") is not None:
        found.append(importlib.import_module("biokg.web.reconcile").blueprint)
    return found


def _begin() -> Response | None:
    g.begun = time.monotonic()
    g.request_id = uuid.uuid4().hex[:16]
    g.csp_nonce = secrets.token_urlsafe(12)
    error = request.environ.get(ERROR)
    if error is not None:
        raise error
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() not in ("", "identity"):
        raise UnsupportedMediaType(f"a body in the encoding {encoding!r} is not read here", fix="send it as it is")
    if request.method == "OPTIONS" and request.path.startswith(MACHINE_PATHS):
        return _options()
    return None


def _options() -> Response:
    allowed = {"/sparql": "GET, HEAD, POST, OPTIONS", "/update": "POST, OPTIONS"}
    methods = allowed.get(request.path, "GET, HEAD, PUT, POST, DELETE, OPTIONS")
    headers = {"Allow": methods}
    if request.path == "/sparql":
        headers |= {
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": "Accept, Content-Type",
            "Access-Control-Max-Age": "86400",
        }
    response = Response(status=204, headers=headers)
    response.headers.remove("Content-Type")
    return response


def _finish(response: Response) -> Response:
    from biokg.web.service import service

    held = service()
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["X-Request-Id"] = g.get("request_id", "")
    headers.setdefault("X-BioKG-Version", held.version)
    if request.path.startswith(MACHINE_PATHS):
        headers.setdefault("Vary", "Accept, Accept-Encoding")
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", _policy())
    if request.method in ("GET", "HEAD", "OPTIONS") or request.path == "/sparql":
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Access-Control-Expose-Headers", "ETag, X-BioKG-Version, X-Request-Id, Retry-After")
    finish_body(response, g.get("tag"))
    seconds = time.monotonic() - g.get("begun", time.monotonic())
    route = request.url_rule.rule if request.url_rule is not None else "none"
    if held.metrics is not None:
        held.metrics.observe(route, response.status_code, seconds)
    ACCESS.info(
        "%s %s %d %.1f ms",
        request.method,
        request.path,
        response.status_code,
        seconds * 1000,
        extra={
            "request_id": g.get("request_id", ""),
            "route": route,
            "status": response.status_code,
            "method": request.method,
            "seconds": round(seconds, 6),
        },
    )
    return response


def _policy() -> str:
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' {SOURCE} 'nonce-{g.csp_nonce}'; "
        "img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )

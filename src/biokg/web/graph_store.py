"""``/rdf-graph-store``: SPARQL 1.1 Graph Store HTTP Protocol."""

from __future__ import annotations

import uuid
from urllib.parse import quote, urljoin

from flask import Blueprint, Response, request

from biokg.errors import TooLarge, UsageError
from biokg.execution.pool import Job
from biokg.execution.writes import DEFAULT_GRAPH, Write
from biokg.rdf.parse import DATASET_FORMATS, format_name
from biokg.sparql.results import ALIASES, GRAPH_TYPES
from biokg.web.access import require_token
from biokg.web.clients import client_address, hung_up
from biokg.web.negotiation import choose
from biokg.web.protocol import media_type_of, pairs, require_iris
from biokg.web.service import service
from biokg.web.sparql import body_of_request, stream

blueprint = Blueprint("graph_store", __name__)
PATH = "/rdf-graph-store"
_UNRESERVED = "/-._~!$&'()*+,;=:@"
"""What stands in the path of an address as it is (RFC 3986); all else is percent-encoded, as clients send it."""
DATASET_TYPES = ("application/trig", "application/n-quads", "application/ld+json")


def named() -> str | None:
    """The graph this request is about: an IRI, ``""`` for the default graph, ``None`` for the whole store.

    Raises :class:`UsageError` when it is said twice, or by no absolute IRI.
    """
    parameters = pairs(request.query_string)
    graphs = [value for name, value in parameters if name == "graph"]
    default = any(name == "default" for name, _ in parameters)
    if len(graphs) + default > 1:
        raise UsageError("more than one graph is named", fix="give graph= once, or default, not both")
    if default:
        return DEFAULT_GRAPH
    if not graphs and request.path.rstrip("/") == PATH:
        return None
    here = request.host_url.rstrip("/") + quote(request.path, safe=_UNRESERVED)
    graph = urljoin(here, graphs[0]) if graphs and graphs[0].startswith("/") else graphs[0] if graphs else here
    require_iris([graph])
    return graph


@blueprint.get(PATH)
@blueprint.get(PATH + "/<path:name>")
def read(name: str = "") -> Response:
    """A graph, or the whole dataset in a format that holds graphs."""
    graph = named()
    offers = DATASET_TYPES if graph is None else (*GRAPH_TYPES, *_OTHER_NAMES)
    said = choose(offers, accept=request.headers.get("Accept"))
    written = said if said in GRAPH_TYPES else ALIASES.get(said, "application/rdf+xml")
    held = service()
    job = Job(graph, written, dump=True, union=held.settings.union, client=client_address(), gone=hung_up())
    return stream(held.pool.run(job), said)


_OTHER_NAMES = ("text/plain", "application/x-turtle", "application/turtle", "application/xml", "text/xml")


@blueprint.route(PATH, methods=["PUT", "POST"])
@blueprint.route(PATH + "/<path:name>", methods=["PUT", "POST"])
def write(name: str = "") -> Response:
    """Replace a graph (PUT) or add to it (POST): 201 when that made it, else 204."""
    require_token()
    graph, parts = named(), _parts()
    location = None
    if graph is None and request.method == "POST" and not _all_datasets(parts):
        location = graph = f"{request.host_url.rstrip('/')}{PATH}/{uuid.uuid4()}"
    base = request.base_url if graph is None or graph == DEFAULT_GRAPH else graph
    done = service().pool.write(Write(request.method.lower(), graph=graph, parts=parts, base=base))
    created = bool(done["created"]) and graph not in (None, DEFAULT_GRAPH)
    response = _nothing(201 if created else 204, done["version"])
    if created:
        response.headers["Location"] = location or request.url
    return response


@blueprint.delete(PATH)
@blueprint.delete(PATH + "/<path:name>")
def delete(name: str = "") -> Response:
    """Remove a graph, or empty the store."""
    require_token()
    done = service().pool.write(Write("delete", graph=named()))
    return _nothing(204, done["version"])


def _nothing(status: int, version: str) -> Response:
    response = Response(status=status, headers={"X-BioKG-Version": version})
    response.headers.remove("Content-Type")
    return response


def _all_datasets(parts: tuple[tuple[str, bytes], ...]) -> bool:
    return all(format_name(kind) in DATASET_FORMATS for kind, _ in parts)


def _parts() -> tuple[tuple[str, bytes], ...]:
    """The documents sent: one, or those of a multipart body."""
    ceiling = service().settings.max_upload_bytes
    if request.mimetype == "multipart/form-data":
        if len(request.get_data(cache=True)) > ceiling:
            raise TooLarge(f"the body is longer than {ceiling} bytes")
        files = [file for _, file in request.files.items(multi=True)]
        if not files:
            raise UsageError("the multipart body has no file", fix="send each document as a file with its type")
        parts = tuple(((file.content_type or _by_name(file.filename)), file.read()) for file in files)
    else:
        if not request.headers.get("Content-Type"):
            raise UsageError("the request does not say what its body is", fix="send Content-Type: text/turtle")
        parts = ((media_type_of(request.headers["Content-Type"]), body_of_request(ceiling)),)
    for kind, _ in parts:
        format_name(kind)
    return parts


def _by_name(name: str | None) -> str:
    suffixes = {"ttl": "text/turtle", "nt": "application/n-triples", "rdf": "application/rdf+xml"}
    suffixes |= {"jsonld": "application/ld+json", "trig": "application/trig", "nq": "application/n-quads"}
    return suffixes.get((name or "").rpartition(".")[2], "")

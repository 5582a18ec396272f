"""``/reconcile``: the W3C reconciliation service API, version 0.2 as OpenRefine speaks it.

The 1.0 draft is in :mod:`biokg.web.reconcile_draft`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request

import biokg
from biokg.errors import TooLarge, UnsupportedMediaType, UsageError
from biokg.linking.lexicon import IDENTIFIER_SPACE, SCHEMA_SPACE, Fact, Lexicon, Named, short_id
from biokg.linking.reconciling import Answer, Condition, Question, Reconciler, Value, texts
from biokg.web.service import service

blueprint = Blueprint("reconcile", __name__)
BATCH = 200
"""The most queries, or ids to extend, of one request."""

FRAMED = "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'"
"""A preview is made to be framed by the client's page; it holds no script and no link."""

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,99}(?:\.[A-Za-z_$][\w$]{0,99}){0,4}", re.ASCII)
_BUILDING = Lock()


def reconciler() -> Reconciler:
    """The reconciler of the version that is served, made once."""
    held = service()
    with _BUILDING:
        kept: tuple[str, Reconciler] | None = current_app.extensions.get("biokg.reconciler")
        if kept is None or kept[0] != held.version:
            kept = (held.version, Reconciler(Lexicon.of(held.store)))
            current_app.extensions["biokg.reconciler"] = kept
    return kept[1]


@blueprint.after_request
def _open(response: Response) -> Response:
    """Reconciliation only reads, also when posted: any page may ask, also one that loads it as a script (JSONP)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    callback = request.args.get("callback", "")
    if callback and request.method == "GET" and response.status_code == 200 and response.is_json:
        response.set_data(f"/**/{callback}({response.get_data(as_text=True).strip()});")
        response.mimetype = "application/javascript"
    return response


@blueprint.before_request
def _preflight() -> Response | None:
    """What a browser asks before it posts; a ``callback`` that is none is refused."""
    callback = request.args.get("callback")
    if callback and not _CALLBACK.fullmatch(callback):
        raise UsageError("callback is no name of a function", fix="letters, digits, _ and $, parts joined by points")
    if request.method != "OPTIONS":
        return None
    headers = {
        "Allow": "GET, HEAD, POST, OPTIONS",
        "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
        "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, X-Requested-With",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status=204, headers=headers)


def _root() -> str:
    return request.url_root.rstrip("/")


@blueprint.route("/reconcile", methods=["GET", "POST"])
@blueprint.route("/reconcile/", methods=["GET", "POST"])
def endpoint() -> Response:
    """The 0.2 endpoint: manifest, query batch (``queries``) or data extension (``extend``)."""
    if request.is_json:
        raise UnsupportedMediaType(
            "version 0.2 takes a form: queries=… or extend=…", fix="for JSON bodies see version 1.0 at /reconcile/1.0"
        )
    if "queries" in request.values:
        return _match_02(_parsed("queries"))
    if "extend" in request.values:
        return _extend_02(_parsed("extend"))
    if "query" in request.values:
        raw = request.values["query"]
        single = _parsed("query") if raw.lstrip().startswith("{") else {"query": raw}
        if request.values.get("type"):
            single.setdefault("type", request.values["type"])
        return jsonify(
            result=[shown_candidate(answer) for answer in reconciler().candidates(_question_02("query", single))]
        )
    return jsonify(_manifest_02())


def _parsed(name: str) -> dict[str, Any]:
    raw = request.values[name]
    if len(raw) > service().settings.max_upload_bytes:
        raise TooLarge(f"{name} is longer than {service().settings.max_upload_bytes} bytes")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{name} must be a JSON object")
    return value


def _manifest_02() -> dict[str, Any]:
    root = _root()
    here = f"{root}/reconcile"
    suggest = {
        kind: {"service_url": here, "service_path": f"/suggest/{kind}",
               "flyout_service_url": here, "flyout_service_path": f"/flyout/{kind}?id=${{id}}"}
        for kind in ("entity", "type", "property")
    }  # fmt: skip
    return {
        "versions": ["0.2"],
        "name": "BioKG",
        "identifierSpace": IDENTIFIER_SPACE,
        "schemaSpace": SCHEMA_SPACE,
        "serviceVersion": biokg.__version__,
        "defaultTypes": [shown_named(kind) for kind in reconciler().lexicon.types.values()],
        "view": {"url": f"{root}/{{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": 430, "height": 300},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/properties"},
            "property_settings": [
                {"name": "limit", "label": "Limit", "type": "number", "default": 0,
                 "help_text": "The most values per cell (0: all)"}
            ],
        },
    }  # fmt: skip


def _match_02(batch: dict[str, Any]) -> Response:
    check_size(batch)
    held = reconciler()
    return jsonify(
        {
            key: {"result": [shown_candidate(answer) for answer in held.candidates(_question_02(key, query))]}
            for key, query in batch.items()
        }
    )


def check_size(batch: Iterable[Any]) -> None:
    """Refuse a batch that is too long."""
    count = len(list(batch))
    if count > BATCH:
        raise TooLarge(f"{count} queries in one batch; the most is {BATCH}", fix="send smaller batches")


def _question_02(key: str, query: object) -> Question:
    if not isinstance(query, dict):
        raise UsageError(f"query {key!r} must be an object")
    kinds = query.get("type") or ()
    conditions = []
    for item in _list([] if query.get("properties") is None else query["properties"], key, "properties"):
        if not isinstance(item, dict) or "pid" not in item or "v" not in item:
            raise UsageError(f"query {key!r}: each property needs pid and v")
        conditions.append(Condition(str(item["pid"]), values_of(item["v"])))
    name = query.get("query", "")
    if not isinstance(name, str) or not ({"query", "properties"} & set(query)):
        raise UsageError(f"query {key!r}: give a query (text), properties, or both")
    return Question(name, type_ids(kinds, key), limit_of(query.get("limit"), key), tuple(conditions))


def _list(value: object, key: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"query {key!r}: {what} must be a list")
    return value


def type_ids(kinds: object, key: object) -> tuple[str, ...]:
    """The type ids of a query: one or several, as text or as objects with an id."""
    listed = kinds if isinstance(kinds, list | tuple) else [kinds]
    found = []
    for kind in listed:
        value = kind.get("id") if isinstance(kind, dict) else kind
        if not isinstance(value, str):
            raise UsageError(f"query {key!r}: a type is an id, as text")
        found.append(value.removeprefix(SCHEMA_SPACE))
    return tuple(found)


def limit_of(value: object, key: object) -> int:
    """The number of candidates asked for, 10 if not said; at most 100."""
    if value is None:
        return 10
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 1:
        raise UsageError(f"query {key!r}: limit must be a positive number")
    return int(min(value, 100))


def values_of(value: object) -> tuple[Value, ...]:
    """The value or values of a property of a query, as text."""
    listed = value if isinstance(value, list) else [value]
    if any(isinstance(item, dict) and "id" not in item for item in listed):
        raise UsageError("a value that is an object needs an id")
    return texts(listed)


def shown_named(item: Named, *, described: bool = False) -> dict[str, str]:
    """A type or property as JSON."""
    shown = {"id": item.id, "name": item.name}
    if described and item.description:
        shown["description"] = item.description
    return shown


def shown_candidate(answer: Answer, *, with_names: bool = False) -> dict[str, Any]:
    """A candidate as JSON; the 1.0 draft wants features with names."""
    features = [
        {"id": id_, "name": name, "value": value} if with_names else {"id": id_, "value": value}
        for id_, name, value in answer.features
    ]
    return {
        "id": answer.id,
        "name": answer.name,
        "description": answer.description,
        "type": [shown_named(kind) for kind in answer.types],
        "score": answer.score,
        "match": answer.match,
        "features": features,
    }


def shown_cell(fact: Fact) -> dict[str, Any]:
    """One value as the extension protocol gives it."""
    if fact.iri:
        known = fact.iri.startswith((IDENTIFIER_SPACE + "id/", IDENTIFIER_SPACE + "scheme/"))
        return {"id": short_id(fact.iri), "name": fact.text} if known else {"str": fact.iri}
    kind = fact.datatype.rsplit("#", 1)[-1]
    try:
        if kind in ("integer", "int", "long", "gYear"):
            return {"int": int(fact.text)}
        if kind in ("decimal", "double", "float"):
            return {"float": float(fact.text)}
    except ValueError:
        return {"str": fact.text}
    if kind == "date":
        return {"date": f"{fact.text[:10]}T00:00:00Z"}
    return {"date": fact.text} if kind == "dateTime" else {"str": fact.text}


def wanted_properties(items: object) -> list[tuple[str, int | None]]:
    """Ids of the properties to extend with, each with the most values wanted."""
    wanted = []
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise UsageError("each property to extend with needs an id")
        settings = item.get("settings") or {}
        limit = settings.get("limit") if isinstance(settings, dict) else None
        try:
            wanted.append((item["id"], int(limit) if limit and int(limit) > 0 else None))
        except (TypeError, ValueError):
            raise UsageError("the setting limit must be a number") from None
    if not wanted:
        raise UsageError("give the properties to extend with, as a list of objects with an id")
    return wanted


def wanted_ids(query: Mapping[str, Any]) -> list[str]:
    """Ids of the things to extend."""
    ids = query.get("ids")
    if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
        raise UsageError("ids must be a list of ids")
    check_size(ids)
    return ids


def shown_meta(wanted: list[tuple[str, int | None]]) -> list[dict[str, str]]:
    """Names of the properties of an extension."""
    names = {prop.id: prop.name for prop in reconciler().lexicon.properties(None)}
    return [{"id": id_, "name": names.get(id_, id_)} for id_, _ in wanted]


def _extend_02(query: dict[str, Any]) -> Response:
    ids, wanted = wanted_ids(query), wanted_properties(query.get("properties"))
    held = reconciler()
    rows = {
        id_: {prop: [shown_cell(fact) for fact in held.values(id_, prop, limit=limit)] for prop, limit in wanted}
        for id_ in ids
    }
    return jsonify(meta=shown_meta(wanted), rows=rows)


def _suggestions(kind: str) -> list[dict[str, Any]]:
    prefix = request.args.get("prefix", "")
    held = reconciler()
    if kind == "entity":
        cursor = request.args.get("cursor", "0")
        if not cursor.isdecimal():
            raise UsageError("cursor must be a whole number")
        return [
            {"id": answer.id, "name": answer.name, "description": answer.description,
             "notable": [shown_named(item) for item in answer.types]}
            for answer in held.suggest(prefix, cursor=int(cursor))
        ]  # fmt: skip
    found = held.suggest_types(prefix) if kind == "type" else held.suggest_properties(prefix)
    return [shown_named(item, described=True) for item in found]


@blueprint.get("/reconcile/suggest/<any(entity, type, property):kind>")
@blueprint.get("/reconcile/1.0/suggest/<any(entity, type, property):kind>")
def suggest(kind: str) -> Response:
    """Completions of ``prefix``."""
    return jsonify(result=_suggestions(kind))


@blueprint.get("/reconcile/flyout/<any(entity, type, property):kind>")
def flyout(kind: str) -> Response:
    """A line about a thing, type or property, as text in HTML."""
    from markupsafe import escape

    id_ = request.args.get("id", "")
    if kind == "entity":
        entity = reconciler().entity(id_)
        name, text = entity.label, reconciler().lexicon.describe(entity)
    else:
        lexicon = reconciler().lexicon
        named = lexicon.types.values() if kind == "type" else lexicon.properties(None)
        found = next((item for item in named if item.id == id_), None)
        if found is None:
            raise UsageError(f"no {kind} has the id {id_!r}")
        name, text = found.name, found.description
    return jsonify(id=id_, html=f"<p><b>{escape(name)}</b></p><p>{escape(text)}</p>")


@blueprint.get("/reconcile/preview")
@blueprint.get("/reconcile/1.0/preview")
def preview() -> Response:
    """A small page about one thing, to be shown in a frame."""
    id_ = request.args.get("id", "")
    held = reconciler()
    entity = held.entity(id_)
    shown = [
        (fact.property, fact.text)
        for fact in held.facts(id_)
        if fact.property not in ("statedIn", "rdfs:label", "rdf:type", "hasState", "hasEvent", "playsRole")
    ][:12]
    nonce = g.get("csp_nonce", "")
    page = render_template(
        "reconcile/preview.html", id=id_, label=entity.label, description=held.lexicon.describe(entity), facts=shown,
        nonce=nonce,
    )  # fmt: skip
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": FRAMED.format(nonce=nonce)})


@blueprint.get("/reconcile/properties")
def properties() -> Response:
    """Properties that things of ``type`` have (0.2)."""
    return jsonify(proposal())


def proposal() -> dict[str, Any]:
    """Properties proposed for the type asked for."""
    kind = request.args.get("type") or None
    limit = request.args.get("limit", "50")
    if not limit.isdecimal():
        raise UsageError("limit must be a whole number")
    found = list(reconciler().lexicon.properties(kind))[: int(limit)]
    shown: dict[str, Any] = {"limit": int(limit), "properties": [shown_named(prop) for prop in found]}
    if kind:
        shown["type"] = kind
    return shown


from biokg.web import reconcile_draft  # noqa: E402,F401  (adds the routes of the 1.0 draft to the blueprint)

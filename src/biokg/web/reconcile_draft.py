"""The 1.0 draft of the reconciliation API, under ``/reconcile/1.0``."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

import biokg
from biokg.errors import UnsupportedMediaType, UsageError
from biokg.linking.lexicon import IDENTIFIER_SPACE, SCHEMA_SPACE
from biokg.linking.reconciling import Condition, Question, Value
from biokg.web import reconcile as parts
from biokg.web.reconcile import blueprint

QUANTIFIERS = ("any", "all", "none")


@blueprint.get("/reconcile/1.0")
def manifest() -> Response:
    """What this service can do."""
    root = request.url_root.rstrip("/")
    return jsonify(
        {
            "versions": ["1.0-draft"],
            "name": "BioKG",
            "identifierSpace": IDENTIFIER_SPACE,
            "schemaSpace": SCHEMA_SPACE,
            "serviceVersion": biokg.__version__,
            "defaultTypes": [parts.shown_named(kind) for kind in parts.reconciler().lexicon.types.values()],
            "view": {"url": f"{root}/{{id}}"},
            "preview": {"width": 430, "height": 300},
            "suggest": {"entity": True, "property": True, "type": True},
            "extend": {
                "proposeProperties": True,
                "propertySettings": [
                    {"id": "limit", "name": "Limit", "type": "number", "default": 0, "helpText": "Most values (0: all)"}
                ],
            },
            "standardizedScore": True,
        }
    )


def _body() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("the 1.0 draft takes JSON", fix="send Content-Type: application/json")
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise UsageError("the body must be a JSON object")
    return value


@blueprint.post("/reconcile/1.0/match")
def match() -> Response:
    """Candidates for each query, in order."""
    queries = _body().get("queries")
    if not isinstance(queries, list):
        raise UsageError("queries must be a list")
    parts.check_size(queries)
    held = parts.reconciler()
    results = []
    for number, query in enumerate(queries):
        answers = held.any_of(_questions(number, query))
        results.append({"candidates": [parts.shown_candidate(answer, with_names=True) for answer in answers]})
    return jsonify(results=results)


def _questions(number: int, query: object) -> list[Question]:
    """One question per name that the thing may bear."""
    if not isinstance(query, dict):
        raise UsageError(f"query {number} must be an object")
    conditions = query.get("conditions")
    if not isinstance(conditions, list) or not conditions:
        raise UsageError(f"query {number}: conditions must be a list with at least one condition")
    names: list[Value] = []
    kept: list[Condition] = []
    for condition in conditions:
        if not isinstance(condition, dict):
            raise UsageError(f"query {number}: a condition must be an object")
        value = condition.get("v", condition.get("propertyValue"))
        if value is None:
            raise UsageError(f"query {number}: a condition needs v")
        kind = condition.get("matchType")
        if kind == "name":
            names.extend(parts.values_of(value))
        elif kind == "property":
            kept.append(_condition(number, condition, value))
        else:
            raise UsageError(f"query {number}: matchType must be name or property")
    if isinstance(query.get("type"), list):
        raise UsageError(f"query {number}: the 1.0 draft takes one type")
    types = parts.type_ids(query.get("type") or (), number)
    limit = parts.limit_of(query.get("limit"), number)
    return [Question(name[-1], types, limit, tuple(kept)) for name in names or [("",)]]


def _condition(number: int, condition: dict[str, Any], value: object) -> Condition:
    pid = condition.get("pid", condition.get("propertyId"))
    if not isinstance(pid, str):
        raise UsageError(f"query {number}: a property condition needs pid")
    quantifier = condition.get("matchQuantifier", "any")
    if quantifier not in QUANTIFIERS:
        raise UsageError(f"query {number}: matchQuantifier must be one of {', '.join(QUANTIFIERS)}")
    return Condition(pid, parts.values_of(value), bool(condition.get("required", False)), quantifier)


@blueprint.post("/reconcile/1.0/extend")
def extend() -> Response:
    """Values of properties of things, as a list of rows."""
    query = _body()
    ids, wanted = parts.wanted_ids(query), parts.wanted_properties(query.get("properties"))
    held = parts.reconciler()
    rows = [
        {
            "id": id_,
            "properties": [
                {"id": prop, "values": [parts.shown_cell(fact) for fact in held.values(id_, prop, limit=limit)]}
                for prop, limit in wanted
            ],
        }
        for id_ in ids
    ]
    return jsonify(meta=parts.shown_meta(wanted), rows=rows)


@blueprint.get("/reconcile/1.0/extend/propose")
def propose() -> Response:
    """Properties that things of ``type`` have."""
    return jsonify(parts.proposal())

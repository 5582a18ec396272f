"""The schemas that the OpenAPI description refers to (JSON Schema 2020-12)."""

from __future__ import annotations

from typing import Any

IRI = r"^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>\"{}|^`\\]*$"
"""An absolute IRI, or a name with a well-known prefix."""
SECONDS = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000}
HEADERS = {
    "X-BioKG-Version": {"description": "hash of the dataset that was asked", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "under which the log has this request", "schema": {"type": "string"}},
}
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of *properties*, and maybe others."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_CELL = {"anyOf": [{"type": ["null", "string", "number", "boolean"]}, _object(iri=_TEXT, label=_TEXT)]}
_PARAMETER = _object(
    name=_TEXT,
    type=_TEXT,
    description=_TEXT,
    default={"type": ["null", "string"]},
    allowed=_list(_TEXT),
)
_QUERY = _object(
    name=_TEXT,
    iri=_TEXT,
    title=_TEXT,
    question=_TEXT,
    hypothesis=_TEXT,
    role=_TEXT,
    parameters=_list(_PARAMETER),
    address=_TEXT,
)
_TERM = _object(type={"enum": ["uri", "literal", "bnode", "triple"]}, value={})
_HYPOTHESIS = _object(
    id=_TEXT,
    iri=_TEXT,
    label=_TEXT,
    wording=_TEXT,
    graph_version=_TEXT,
    author={"type": "object"},
    views=_list(_object(view=_TEXT, verdict=_TEXT, verdict_label=_TEXT, sub_claims=_list({"type": "object"}))),
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "Answer": _object(
        query=_TEXT,
        title=_TEXT,
        question=_TEXT,
        version=_TEXT,
        view=_TEXT,
        parameters={"type": "object", "additionalProperties": _TEXT},
        columns=_list(_TEXT),
        count=_COUNT,
        rows=_list({"type": "object", "additionalProperties": _CELL}),
    ),
    "Document": {"type": ["object", "array"]},
    "Hits": _list(_object(iri=_TEXT, label=_TEXT, matched=_TEXT, kind=_TEXT)),
    "Hypotheses": _object(version=_TEXT, hypotheses=_list(_HYPOTHESIS)),
    "Hypothesis": _HYPOTHESIS,
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
            "fix": {"type": "string", "description": "what to do about it"},
            "line": {"type": "integer", "minimum": 1},
            "column": {"type": "integer", "minimum": 1},
            "instance": {"type": "string", "format": "uri"},
            "near": {"type": "array"},
        },
    },
    "Queries": _object(views=_list(_TEXT), queries=_list(_QUERY), competency=_list(_QUERY)),
    "Solutions": {
        "type": "object",
        "required": ["head"],
        "properties": {
            "head": {"type": "object", "properties": {"vars": _list(_TEXT)}},
            "boolean": {"type": "boolean"},
            "results": _object(bindings=_list({"type": "object", "additionalProperties": _TERM})),
        },
        "oneOf": [{"required": ["boolean"]}, {"required": ["results"]}],
    },
    "Vocabulary": _object(
        prefixes={"type": "object", "additionalProperties": _TEXT},
        terms=_list(_object(iri=_TEXT, label=_TEXT, kind=_TEXT, definition=_TEXT)),
    ),
}

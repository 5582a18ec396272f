"""Search over every name in the graph; accents and typing errors are forgiven."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, request

from biokg.web.rendering import HTML, JSON, as_json, media_type, page
from biokg.web.searching import find

blueprint = Blueprint("search", __name__)

LIMIT = 200


@blueprint.get("/search")
def index() -> Response:
    """Things by name, best first."""
    text = request.args.get("q", "").strip()[:200]
    hits = find(text, limit=LIMIT)
    kinds = Counter(hit.kind for hit in hits)
    only = request.args.get("kind")
    shown = [hit for hit in hits if only in {None, "", hit.kind}]
    if media_type((HTML, JSON)) == JSON:
        return as_json(
            [{"iri": h.value.iri, "label": h.value.text, "matched": h.matched, "kind": h.kind} for h in shown]
        )
    return page("search.html", text=text, hits=shown, kinds=kinds.most_common(), only=only, cut=len(hits) == LIMIT)

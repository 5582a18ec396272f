"""Search over every name in the graph; accents and typing errors are forgiven."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, request

from biokg.web.questions import answering
from biokg.web.rendering import HTML, JSON, as_json, media_type, page
from biokg.web.searching import find

blueprint = Blueprint("search", __name__)

LIMIT, FEW = 200, 10
SCATTERED = 60.0
"""Up to this score no thing holds all the words, and only a few that hold one of them are shown."""
NAMED = 85.0
"""From this score the words are a name rather than a question: things come before questions."""


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
    scattered = bool(hits) and hits[0].score <= SCATTERED
    return page(
        "search.html",
        text=text,
        hits=shown[:FEW] if scattered else shown,
        scattered=scattered,
        kinds=[] if scattered else kinds.most_common(),
        only=only,
        cut=len(hits) == LIMIT,
        answers=[] if only else answering(text),
        named=bool(hits) and hits[0].score >= NAMED,
    )

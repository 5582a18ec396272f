"""The versions of the graph that are kept here, and what changed between two of them."""

from __future__ import annotations

import threading
from typing import Any

from flask import Blueprint, Response, request

from biokg.errors import NotFound, TooLarge
from biokg.knowledge.versions import DATASET, Difference, difference, find_version
from biokg.knowledge.versions import kept as kept_versions
from biokg.web.asking import Row, Value, kept, labels
from biokg.web.links import compact
from biokg.web.rendering import CSV, HTML, JSON, as_json, media_type, page, split_suffix, table
from biokg.web.service import service

blueprint = Blueprint("versions", __name__, url_prefix="/data")

SHOWN = 200
LARGEST = 64 * 2**20
"""Bytes of a version that are compared while a visitor waits; larger ones only by ``biokg diff``."""
_ONE_AT_A_TIME = threading.Lock()


@blueprint.get("/versions")
@blueprint.get("/versions.<suffix>")
def index(suffix: str | None = None) -> Response:
    """The versions; with ``before`` and ``after`` (a version or its first digits) what changed between them."""
    asked = split_suffix(f"versions.{suffix}", ("json", "csv", "html"))[1] if suffix else None
    if suffix and asked is None:
        raise NotFound(f"no page /data/versions.{suffix}", fix="use .json or .csv")
    before, after = request.args.get("before", ""), request.args.get("after", "")
    found = compared(before, after) if before and after else None
    kind = media_type((HTML, JSON, CSV), asked)
    listed = [
        {"version": one.version, "built": one.built, "served": one.version == service().version}
        for one in kept_versions(service().settings.state_folder)
    ]
    if kind == JSON:
        return as_json({"versions": listed} if found is None else told(found))
    if kind == CSV:
        return _as_table(listed, found)
    shown = _shown(found) if found else {}
    return page("versions.html", listed=listed, before=before, after=after, found=found, shown_at_most=SHOWN, **shown)


def compared(before: str, after: str) -> Difference:
    """The difference of two versions; the last one asked for is remembered.

    Raises NotFound for an unknown version and TooLarge for one that is not compared while a visitor waits.
    """
    state = service().settings.state_folder
    first, second = find_version(state, before), find_version(state, after)
    for version in (first, second):
        if (state / "versions" / version / DATASET).stat().st_size > LARGEST:
            raise TooLarge(f"version {version[:12]} is too large to compare here", fix="use `biokg diff BEFORE AFTER`")
    memory = kept("differences")
    with _ONE_AT_A_TIME:
        if (first, second) not in memory:
            found = difference(state, first, second)
            memory.clear()
            memory[first, second] = found
        held: Difference = memory[first, second]
    return held


def told(found: Difference) -> dict[str, Any]:
    """*found* as ``biokg diff --json`` tells it."""
    graphs = {graph: {"removed": gone, "added": come} for graph, (gone, come) in found.by_graph().items()}
    return {"before": found.before, "after": found.after, "graphs": graphs, "things": found.subjects()}


def _as_table(listed: list[dict[str, Any]], found: Difference | None) -> Response:
    """The versions as CSV, or the statements of a difference, each with what happened to it."""
    if found is None:
        return table(tuple(listed[0]), [{k: Value(str(v)) for k, v in one.items()} for one in listed], CSV, "versions")
    lines = (("removed", found.removed), ("added", found.added))
    rows: list[Row] = [{"change": Value(sign), "statement": Value(line)} for sign, held in lines for line in held]
    return table(("change", "statement"), rows, CSV, f"biokg-{found.before[:12]}-{found.after[:12]}")


def _shown(found: Difference) -> dict[str, Any]:
    things = [iri for iri in found.subjects() if not iri.startswith("_:")]
    graphs = found.by_graph()
    names = labels([*things[:SHOWN], *graphs])
    return {
        "things": [Value(names[i], iri=i) if i in names else Value(compact(i)) for i in things[:SHOWN]],
        "all_things": len(things),
        "graphs": [(Value(names.get(g) or compact(g), iri=g), gone, come) for g, (gone, come) in graphs.items()],
    }

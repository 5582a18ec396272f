"""Where the things of a selection stand: for each its documents with the place in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from biokg.web.asking import query_text, terms_of

PART = 500
"""Things asked for at once."""


def sources_of(things: Sequence[str]) -> dict[str, list[str]]:
    """For each of *things* the addresses (or names) of the documents that state it, each with its locator."""
    from pyoxigraph import NamedNode

    found: dict[str, dict[str, None]] = defaultdict(dict)
    for start in range(0, len(things), PART):
        listed = " ".join(str(NamedNode(iri)) for iri in things[start : start + PART])
        query = query_text("stood_on").replace("{things}", listed)
        for row in terms_of(query, view=None, bindings={}):
            document = (row["address"] or row["title"] or row["document"]).value
            place = f" ({row['locator'].value})" if row["locator"] else ""
            found[row["thing"].value][document + place] = None
    return {thing: list(documents) for thing, documents in found.items()}

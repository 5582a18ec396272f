"""Whether an answer depends on how often a triple is met: a union of graphs meets it once in each that holds it."""

from __future__ import annotations

from collections.abc import Sequence

from biokg.sparql.guard import VOLATILE
from biokg.sparql.tokens import Token, query_form, tokens

_COUNTING = frozenset({"COUNT", "SUM", "AVG", "GROUP_CONCAT"})
_AGGREGATES = _COUNTING | {"MIN", "MAX", "SAMPLE"}


def counts_repeats(text: str) -> bool:
    """Whether the rows of a query may change with the number of times that a triple is met; in doubt, yes.

    >>> counts_repeats("SELECT ?s { ?s ?p ?o }"), counts_repeats("SELECT DISTINCT ?s { ?s ?p ?o }")
    (True, False)
    >>> counts_repeats("SELECT ?p (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    True
    >>> counts_repeats("SELECT ?p (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    False
    """
    form = query_form(text)
    found = list(tokens(text))
    if form not in ("SELECT", "ASK") or any(token.word in VOLATILE for token in found):
        return True
    once, depth = form == "ASK", 0
    for place, token in enumerate(found):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        word = token.word
        if word in ("LIMIT", "OFFSET") and (depth or form == "ASK"):
            return True
        if word in _COUNTING and not _is_distinct(found, place + 2):
            return True
        if not depth and (
            word in _AGGREGATES or word == "GROUP" or (word == "SELECT" and _is_distinct(found, place + 1))
        ):
            once = True
    return not once


def _is_distinct(found: Sequence[Token], place: int) -> bool:
    return place < len(found) and found[place].word == "DISTINCT"

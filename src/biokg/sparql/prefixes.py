"""Prefixes that a query uses without declaring them."""

from __future__ import annotations

import re

from biokg.errors import QuerySyntaxError
from biokg.sparql.tokens import tokens
from biokg.terms import PREFIXES


def with_prefixes(text: str) -> str:
    """*text* with a declaration for every well-known prefix it uses but does not declare.

    The declarations stand on the first line, so line numbers in messages stay right. Prefixes that are not
    among :data:`biokg.terms.PREFIXES` are left for the engine to complain about.
    """
    declared: set[str] = set()
    used: dict[str, None] = {}
    after_keyword = False
    for token in tokens(text):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if after_keyword:
                declared.add(prefix)
            else:
                used[prefix] = None
        after_keyword = token.word == "PREFIX"
    missing = [prefix for prefix in used if prefix in PREFIXES and prefix not in declared]
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in missing) + text


def moved(error: QuerySyntaxError, added: int) -> QuerySyntaxError:
    """*error* with its place in the query as it was written, before *added* characters came to its first line."""
    if error.line != 1 or error.column is None or not added:
        return error
    column = max(1, error.column - added)
    message = re.sub(rf"\b1:{error.column}\b", f"1:{column}", error.message)
    return QuerySyntaxError(message, fix=error.fix, line=1, column=column)

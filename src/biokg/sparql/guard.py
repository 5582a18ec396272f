"""What is refused before any parser sees it: too long, too deep, or a form that reaches outside.

Parsers of SPARQL recurse; a query nested a few thousand deep ends the process that parses it. And SERVICE,
LOAD and ``FROM <file:…>`` open sockets or files. All of this is looked for in the token stream, so it is
neither fooled by strings, comments and IRIs nor by letter case or code-point escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from biokg.errors import QueryRefused, QuerySyntaxError, ReachesOutside, TooLarge
from biokg.sparql.tokens import Token, line_and_column, tokens

QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATE_FORMS = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
MAX_CHAIN = 4000
"""Most operators, operands of UNION, and the like in one query; parsers nest them as deep as brackets."""
_CHAINING = frozenset({"UNION", "OPTIONAL", "MINUS", "BIND", "FILTER", "VALUES", "GRAPH"})
_CHAINING_SIGNS = frozenset({"||", "&&", "+", "-", "*", "/", "|", "^", "!", "{"})
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_DATASET_IRI = re.compile(r"<\s*(?:file|ftp|jar|data):", re.IGNORECASE)


@dataclass(frozen=True)
class Guard:
    """The ceilings: ``max_bytes`` of UTF-8, ``max_depth`` of open brackets, ``max_chain`` of operators."""

    max_bytes: int = 256 * 1024
    max_depth: int = 128
    max_chain: int | None = MAX_CHAIN


@dataclass(frozen=True)
class Guarded:
    """A text that passed: its ``form`` (``SELECT``, ``ASK`` … or an update's first word) and its words."""

    form: str
    words: frozenset[str]


def check_query(text: str, guard: Guard) -> Guarded:
    """What kind of query *text* is, if nothing in it is refused.

    Raises :class:`TooLarge`, :class:`QueryRefused`, :class:`ReachesOutside` or, when no query form begins it,
    :class:`QuerySyntaxError`.
    """
    guarded = _check(text, guard)
    if guarded.form in QUERY_FORMS:
        return guarded
    if guarded.form in UPDATE_FORMS:
        raise QuerySyntaxError(f"{guarded.form} is an update", fix="send it to /update by POST, with a token")
    raise QuerySyntaxError(
        "no SELECT, ASK, CONSTRUCT or DESCRIBE was found where the query begins", fix="see /query for examples"
    )


def check_update(text: str, guard: Guard) -> Guarded:
    """The same for an update, which may be empty. SERVICE is refused; LOAD is left to :mod:`biokg.sparql.load`."""
    guarded = _check(text, guard)
    if guarded.form in QUERY_FORMS:
        raise QuerySyntaxError(f"{guarded.form} is a query", fix="send it to /sparql")
    return guarded


def _check(text: str, guard: Guard) -> Guarded:
    if len(text) > guard.max_bytes or len(text.encode("utf-8", "replace")) > guard.max_bytes:
        raise TooLarge(
            f"the query is longer than {guard.max_bytes} bytes",
            fix="send values as a query parameter, or raise max_query_bytes",
        )
    guarded = _scan(text, guard)
    if "\\u" in text or "\\U" in text:
        _scan(_ESCAPE.sub(_unescaped, text), guard)
    return guarded


def _unescaped(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _scan(text: str, guard: Guard) -> Guarded:
    depth = chained = 0
    form = ""
    words: set[str] = set()
    before: Token | None = None
    for token in tokens(text):
        if token.kind == "open":
            depth += 1
            if depth > guard.max_depth:
                raise _refused(text, token, f"brackets are nested deeper than {guard.max_depth}", "flatten the query")
        elif token.kind == "close":
            depth -= 1
        elif token.kind == "word":
            word = token.word
            words.add(word)
            form = form or _form(word, before)
            _check_word(text, token)
        elif token.kind == "iri" and before is not None and before.word in ("FROM", "NAMED"):
            _check_dataset(text, token)
        if token.text in _CHAINING_SIGNS or token.word in _CHAINING:
            chained += 1
            if guard.max_chain is not None and chained > guard.max_chain:
                raise _refused(
                    text, token, f"more than {guard.max_chain} operators and patterns are chained", "split it"
                )
        before = token
    return Guarded(form, frozenset(words))


def _form(word: str, before: Token | None) -> str:
    if before is not None and before.word in ("PREFIX", "BASE", "VERSION"):
        return ""
    return word if word in QUERY_FORMS or word in UPDATE_FORMS else ""


def _check_word(text: str, token: Token) -> None:
    if token.word == "SERVICE":
        fix = "ask that server itself and join the answers"
        raise _reaches(text, token, "SERVICE would reach another server", fix)


def _check_dataset(text: str, token: Token) -> None:
    if _DATASET_IRI.match(token.text):
        raise _reaches(text, token, "FROM names no graph of this store but a file", "name a graph, see /query")


def _reaches(text: str, token: Token, reason: str, fix: str) -> ReachesOutside:
    line, column = line_and_column(text, token.start)
    return ReachesOutside(f"{reason} (line {line}, column {column})", fix=fix)


def _refused(text: str, token: Token, reason: str, fix: str) -> QueryRefused:
    line, column = line_and_column(text, token.start)
    return QueryRefused(f"{reason} (line {line}, column {column})", fix=fix)

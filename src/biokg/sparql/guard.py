"""What is refused before any parser sees it: too long, too deep, or a form that reaches outside.

Parsers of SPARQL recurse; a query nested a few thousand deep ends the process that parses it. And SERVICE,
LOAD and ``FROM <file:…>`` open sockets or files. All of this is looked for in the token stream, so it is
neither fooled by strings, comments and IRIs nor by letter case or code-point escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from biokg.errors import QueryRefused, QuerySyntaxError, ReachesOutside, TooLarge
from biokg.sparql.tokens import QUERY_FORMS, TOKEN, line_and_column, tokens

UPDATE_FORMS = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
MAX_CHAIN = 4000
"""Most operators, operands of UNION, and the like in one query; parsers nest them as deep as brackets."""
_CHAINING = frozenset(
    {"UNION", "OPTIONAL", "MINUS", "BIND", "FILTER", "VALUES", "GRAPH"}
    | {"||", "&&", "+", "-", "*", "/", "|", "^", "!", "{"}
)
_PASSED_OVER = frozenset({"space", "comment", "number", "string", "variable", "name", "blank", "language"})
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SUSPECT = ("\\u", "service", "from", "uuid", "bnode")
_PERHAPS = re.compile(r"(?:now|rand)(?![a-z0-9_])")
"""What makes a query's guard, dataset or caching depend on where it stands, in lower case."""
_PROLOGUE = re.compile(
    r"(?:[ \t\r\n]++|#[^\r\n]*+|(?:PREFIX[ \t]++[A-Za-z0-9_-]*+:|BASE)[ \t]*+<[^<>\"{}|^`\x00-\x20]*+>)*+"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![A-Za-z0-9_:.-])",
    re.IGNORECASE,
)
_WORDS = {form: frozenset({form}) for form in QUERY_FORMS}
_BLANK = r"(?:[ \t\r\n]|#[^\r\n]*)*+"
_GROUP_FOLLOWS = re.compile(
    rf"{_BLANK}(?:SILENT)?{_BLANK}(?:[?$]\w+|<[^<>]*>|[^\s{{}}()<>?$#\"';,:]*:[^\s{{}}()<>?$#\"';,]*+)?{_BLANK}\{{",
    re.IGNORECASE,
)
VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
"""Functions whose answer differs from call to call: such answers are neither tagged nor cached."""
_DATASET_IRI = re.compile(r"<\s*(?:file|ftp|jar|data):", re.IGNORECASE)


@dataclass(frozen=True)
class Guard:
    """The ceilings: ``max_bytes`` of UTF-8, ``max_depth`` of open brackets, ``max_chain`` of operators."""

    max_bytes: int = 256 * 1024
    max_depth: int = 128
    max_chain: int | None = MAX_CHAIN
    service: bool = False
    """Let SERVICE pass, for a caller that leads it through an allow-list."""


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
    raise _formless(text)


def _formless(text: str) -> QuerySyntaxError:
    from biokg.sparql.faults import fault_in

    first = next(tokens(text), None)
    line, column = line_and_column(text, first.start if first else 0)
    said = "no SELECT, ASK, CONSTRUCT or DESCRIBE was found where the query begins"
    plain = QuerySyntaxError(said, fix="see /query for examples", line=line, column=column)
    return (fault_in(text) if first else None) or plain


def check_update(text: str, guard: Guard) -> Guarded:
    """The same for an update, which may be empty. SERVICE is refused; LOAD is left to :mod:`biokg.sparql.load`."""
    guarded = _check(text, guard)
    if guarded.form in QUERY_FORMS:
        raise QuerySyntaxError(f"{guarded.form} is a query", fix="send it to /sparql")
    return guarded


def _plain(text: str, guard: Guard) -> Guarded | None:
    """The answer for a text too short and too plain to hold anything that is refused; ``None`` for every other.

    Its size, and how often each bracket stands anywhere in it, bound depth and chain from above; a word that would
    matter cannot be hidden where none of :data:`_SUSPECT` stands in the text, escapes included.
    """
    if len(text) * 4 > guard.max_bytes or (guard.max_chain is not None and len(text) > guard.max_chain):
        return None
    if text.count("{") + text.count("(") + text.count("[") + text.count("<<") > guard.max_depth:
        return None
    lowered = text.lower()
    for word in _SUSPECT:
        if word in lowered:
            return None
    if ("now" in lowered or "rand" in lowered) and _PERHAPS.search(lowered):
        return None
    begins = _PROLOGUE.match(text)
    if begins is None:
        return None
    form = begins.group(1).upper()
    return Guarded(form, frozenset({form, "GRAPH"}) if "graph" in lowered else _WORDS[form])


def _check(text: str, guard: Guard) -> Guarded:
    plain = _plain(text, guard)
    if plain is not None:
        return plain
    if len(text) > guard.max_bytes or len(text.encode("utf-8", "replace")) > guard.max_bytes:
        raise TooLarge(
            f"the query is longer than {guard.max_bytes} bytes",
            fix="send values as a query parameter, or raise max_query_bytes",
        )
    guarded = _scan(text, guard)
    if "\\u" in text or "\\U" in text:
        _scan(_ESCAPE.sub(_unescaped, text), replace(guard, service=False))
    return guarded


def _unescaped(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _scan(text: str, guard: Guard) -> Guarded:
    depth = chained = 0
    form = before = ""
    words: set[str] = set()
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in _PASSED_OVER:
            if kind == "name" and _hides_service(text, match):
                raise _reaches(text, match, "SERVICE would reach another server", "put a space after each keyword")
            continue
        said = match.group()
        if kind == "open":
            depth += 1
            if depth > guard.max_depth:
                raise _refused(text, match, f"brackets are nested deeper than {guard.max_depth}", "flatten the query")
        elif kind == "close":
            depth -= 1
        elif kind == "word":
            said = said.upper()
            words.add(said)
            form = form or _form(said, before)
            words.update(volatile for volatile in VOLATILE if volatile in said)
            if "SERVICE" in said and not (guard.service and said == "SERVICE"):
                fix = "ask that server itself and join the answers"
                raise _reaches(text, match, "SERVICE would reach another server", fix)
        elif kind == "iri" and before in ("FROM", "NAMED") and _DATASET_IRI.match(said):
            raise _reaches(text, match, "FROM names no graph of this store but a file", "name a graph, see /query")
        if said in _CHAINING:
            chained += 1
            if guard.max_chain is not None and chained > guard.max_chain:
                reason = f"more than {guard.max_chain} operators and patterns are chained"
                raise _refused(text, match, reason, "split the query")
        before = said
    return Guarded(form, frozenset(words))


def _hides_service(text: str, match: re.Match[str]) -> bool:
    """Whether the engine may read a name as the keyword SERVICE and the rest: it wants no space after keywords.

    ``SERVICEe:x {`` and ``trueSERVICEe:x {`` do, where a prefix is not declared; a group follows in either case.
    """
    return "service" in match.group().lower() and _GROUP_FOLLOWS.match(text, match.end()) is not None


def _form(word: str, before: str) -> str:
    if before in ("PREFIX", "BASE", "VERSION"):
        return ""
    return word if word in QUERY_FORMS or word in UPDATE_FORMS else ""


def _reaches(text: str, match: re.Match[str], reason: str, fix: str) -> ReachesOutside:
    line, column = line_and_column(text, match.start())
    return ReachesOutside(f"{reason} (line {line}, column {column})", fix=fix)


def _refused(text: str, match: re.Match[str], reason: str, fix: str) -> QueryRefused:
    line, column = line_and_column(text, match.start())
    return QueryRefused(f"{reason} (line {line}, column {column})", fix=fix)

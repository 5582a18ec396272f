"""The dataset a text asks for: FROM clauses read, and the protocol's ``using-graph-uri`` written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from biokg.errors import QueryRefused
from biokg.sparql.tokens import Token, may_say, tokens


@dataclass(frozen=True)
class DatasetClause:
    """Graphs of FROM and of FROM NAMED, as absolute IRIs."""

    default: tuple[str, ...]
    named: tuple[str, ...]


def dataset_clause(text: str, base: str | None = None) -> DatasetClause | None:
    """The FROM clauses of a query, or ``None`` when it has none or one cannot be resolved here.

    >>> dataset_clause("PREFIX e: <http://e/> SELECT * FROM e:a FROM NAMED <http://e/b> { ?s ?p ?o }")
    DatasetClause(default=('http://e/a',), named=('http://e/b',))
    """
    if not may_say(text, "FROM"):
        return None
    default: list[str] = []
    named: list[str] = []
    prefixes: dict[str, str] = {}
    before: list[Token] = []
    for token in tokens(text):
        if token.text == "{":
            break
        last = before[-1].word if before else ""
        if token.kind == "iri" and last == "BASE":
            base = urljoin(base or "", token.text[1:-1])
        elif token.kind == "iri" and len(before) > 1 and before[-2].word == "PREFIX":
            prefixes[before[-1].text] = urljoin(base or "", token.text[1:-1])
        elif last in ("FROM", "NAMED") and token.word != "NAMED":
            graph = _resolved(token, prefixes, base)
            if graph is None:
                return None
            (named if last == "NAMED" else default).append(graph)
        before.append(token)
    return DatasetClause(tuple(default), tuple(named)) if default or named else None


def _resolved(token: Token, prefixes: dict[str, str], base: str | None) -> str | None:
    if "\\" in token.text:
        return None
    if token.kind == "iri":
        return urljoin(base, token.text[1:-1]) if base else token.text[1:-1]
    prefix, colon, local = token.text.partition(":")
    return prefixes[prefix + colon] + local if colon and prefix + colon in prefixes else None


def with_using(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """The update *text* with a USING clause for the protocol's dataset in every operation that has a WHERE.

    Raises :class:`QueryRefused` where the text has USING or WITH itself, as the protocol demands.
    """
    if not default and not named:
        return text
    clause = "".join(f" USING <{graph}>" for graph in default) + "".join(f" USING NAMED <{graph}>" for graph in named)
    out: list[str] = []
    position = depth = 0
    held = list(tokens(text))
    for index, token in enumerate(held):
        if token.text in ("{", "}"):
            depth += 1 if token.text == "{" else -1
        if depth or token.kind != "word":
            continue
        if token.word in ("USING", "WITH"):
            raise QueryRefused(
                f"the update says {token.word} and the request names graphs too", fix="give the dataset in one place"
            )
        if token.word == "WHERE":
            out.append(text[position : token.start])
            if index and held[index - 1].word == "DELETE":
                out.append(_pattern(text, held, index))
            out.append(clause + " ")
            position = token.start
    return "".join(out) + text[position:]


def _pattern(text: str, held: Sequence[Token], index: int) -> str:
    """The group after the WHERE at *index*: the template that ``DELETE WHERE`` leaves out."""
    depth = 0
    for token in held[index + 1 :]:
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0:
            return " " + text[held[index + 1].start : token.end]
    return ""

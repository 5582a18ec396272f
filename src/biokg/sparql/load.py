"""LOAD without loading: what the specification lets a service do that fetches nothing.

``LOAD SILENT`` may fail without a word, so it becomes an operation that changes nothing. A plain LOAD is
refused, but only once the rest of the text is known to be SPARQL.
"""

from __future__ import annotations

from dataclasses import dataclass

from biokg.errors import QuerySyntaxError, ReachesOutside
from biokg.sparql.tokens import Token, line_and_column, tokens

NOTHING = "INSERT DATA { }"


@dataclass(frozen=True)
class Unloaded:
    """An update whose LOAD operations are replaced by nothing; ``refused`` when one was not SILENT."""

    text: str
    refused: bool


def without_load(text: str) -> Unloaded:
    """*text* with every ``LOAD [SILENT] iri [INTO GRAPH iri]`` replaced.

    >>> without_load("LOAD SILENT <http://e/a> INTO GRAPH <http://e/g> ; CLEAR ALL")
    Unloaded(text='INSERT DATA { } ; CLEAR ALL', refused=False)

    Raises :class:`QuerySyntaxError` for a LOAD that is not formed so, :class:`ReachesOutside` for a hidden one.
    """
    held = list(tokens(text))
    out: list[str] = []
    position = index = 0
    refused = False
    while index < len(held):
        token = held[index]
        if token.word != "LOAD" and _hides_load(held, index):
            raise _hidden(text, token)
        if token.word != "LOAD":
            index += 1
            continue
        end, silent = _operation(text, held, index)
        refused = refused or not silent
        out.append(text[position : token.start] + NOTHING)
        position = held[end - 1].end
        index = end
    return Unloaded("".join(out) + text[position:], refused)


def _hides_load(held: list[Token], index: int) -> bool:
    """Whether an operation begins with LOAD written into the next word or name; the engine wants no space there."""
    token = held[index]
    if token.kind not in ("word", "name") or not token.text.upper().startswith("LOAD"):
        return False
    before = held[index - 1] if index else None
    return before is None or before.text in (";", "}") or before.kind == "iri"


def _hidden(text: str, token: Token) -> ReachesOutside:
    line, column = line_and_column(text, token.start)
    return ReachesOutside(
        f"LOAD would fetch a document (line {line}, column {column})", fix="put a space after each keyword"
    )


def _operation(text: str, held: list[Token], start: int) -> tuple[int, bool]:
    """Index after the operation that begins at *start*, and whether it is SILENT."""
    index = start + 1
    silent = _word(held, index) == "SILENT"
    index += silent
    index = _iri(text, held, index)
    if _word(held, index) == "INTO":
        if _word(held, index + 1) != "GRAPH":
            raise _broken(text, held[index])
        index = _iri(text, held, index + 2)
    return index, silent


def _word(held: list[Token], index: int) -> str:
    return held[index].word if index < len(held) else ""


def _iri(text: str, held: list[Token], index: int) -> int:
    if index >= len(held) or held[index].kind not in ("iri", "name"):
        raise _broken(text, held[min(index, len(held) - 1)])
    return index + 1


def _broken(text: str, token: Token) -> QuerySyntaxError:
    line, column = line_and_column(text, token.start)
    return QuerySyntaxError("LOAD needs the address of a document", line=line, column=column)

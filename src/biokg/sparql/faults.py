"""Common mistakes in a query that the engine refused, found where they are and said plainly.

The engine's parser often notices a wrong bracket only at the end of the text, and names an unknown prefix or a
misspelled keyword by what it would have accepted instead. Nothing here decides whether a query is valid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from biokg.errors import BioKGError, NotSupported, QuerySyntaxError
from biokg.sparql import mistakes
from biokg.sparql.prefixes import moved
from biokg.sparql.tokens import Token, line_and_column, tokens
from biokg.terms import PREFIXES

WORDS = frozenset(
    """
    A ABS ADD ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT CONTAINS COPY COUNT
    CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM
    GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG
    LANGMATCHES LATERAL LCASE LIMIT LOAD MAX MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT NOW OFFSET OPTIONAL ORDER
    PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384
    SHA512 SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR SUM TIMEZONE TO TRUE
    TZ UCASE UNDEF UNION URI USING UUID VALUES WHERE WITH YEAR
    ADJUST HASLANG HASLANGDIR ISTRIPLE LANGDIR OBJECT PREDICATE STRLANGDIR SUBJECT TRIPLE VERSION
    """.split()  # noqa: SIM905
)
"""Keywords and functions of SPARQL 1.1, and those of 1.2 that the engine has, in capitals."""
MEANT = {
    "AND": "&&",
    "OR": "||",
    "LENGTH": "STRLEN(…)",
    "LEN": "STRLEN(…)",
    "LIKE": "CONTAINS(…) or REGEX(…)",
    "MATCHES": "REGEX(…)",
    "SUBSTRING": "SUBSTR(…)",
    "UPPER": "UCASE(…)",
    "LOWER": "LCASE(…)",
    "TOLOWER": "LCASE(…)",
    "TOUPPER": "UCASE(…)",
    "STARTSWITH": "STRSTARTS(…)",
    "ENDSWITH": "STRENDS(…)",
    "IFNULL": "COALESCE(…)",
    "ISNULL": "!BOUND(?x)",
    "NULL": "UNDEF, or OPTIONAL with !BOUND(?x)",
    "TOP": "LIMIT at the end",
    "CAST": "xsd:integer(…), xsd:decimal(…), xsd:string(…)",
}
"""What people of other languages mean by a word that SPARQL has not."""
PAIRS = {"(": ")", "[": "]", "{": "}", "{|": "|}", "<<": ">>", "<<(": ")>>"}


def fault_in(text: str, known: Mapping[str, str] = PREFIXES) -> QuerySyntaxError | None:
    """The first common mistake of *text*, which the engine refused; ``None`` where it is another one.

    *known* are the prefixes that need no declaration where the text was asked.
    """
    held = list(tokens(text))
    return (
        _of(text, mistakes.of_characters(held, text))
        or bracket_fault(text)
        or _of(text, mistakes.of_prologue(held))
        or prefix_fault(text, known)
        or word_fault(text)
        or _of(text, next(filter(None, (look(held) for look in _STRUCTURE)), None))
    )


_STRUCTURE = (
    mistakes.of_operators,
    mistakes.of_select,
    mistakes.of_binding,
    mistakes.of_blank_nodes,
    mistakes.of_triples,
)


def told(error: BioKGError, text: str) -> BioKGError:
    """What to say of *error*, for which the engine refused *text*, sent as it stands: no prefix is known there."""
    if isinstance(error, QuerySyntaxError):
        plain = QuerySyntaxError(error.message, fix=error.fix or NEARBY, line=error.line, column=error.column)
        return fault_in(text, {}) or plain
    function = _CUSTOM.search(error.message)
    if function is None:
        return error
    token = next((token for token in tokens(text) if token.text == f"<{function[1]}>"), None)
    said = f"there is no function <{function[1]}>"
    fix = "SPARQL's own functions stand without an IRI; casts are xsd:integer(…) and the like"
    if token is not None:
        said += " (line {}, column {})".format(*line_and_column(text, token.start))
    return NotSupported(said, fix=fix)


NEARBY = "look at what stands before this place; /query has examples that run"
_CUSTOM = re.compile(r"[Tt]he custom (?:aggregate )?function <([^<>]*)> is not supported")


def _of(text: str, mistake: mistakes.Mistake | None) -> QuerySyntaxError | None:
    return None if mistake is None else _at(text, mistake.token, mistake.said, mistake.fix)


def explained(error: QuerySyntaxError, text: str, declared: str) -> QuerySyntaxError:
    """What to say of *error*, which the engine found in *declared*: *text* with prefixes declared before it."""
    return fault_in(text) or moved(error, len(declared) - len(text))


def prefix_fault(text: str, known: Mapping[str, str] = PREFIXES) -> QuerySyntaxError | None:
    """The first name of *text* whose prefix is neither declared nor *known*.

    >>> prefix_fault("ASK { ?a foo:bar ?b }").message
    'the prefix foo: is not declared'
    >>> prefix_fault("ASK { ?a rdf:type ?b }", {}).fix
    'write PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> at the top'
    """
    declared = set(known)
    names = []
    after_keyword = False
    for token in tokens(text):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            declared.update({prefix} if after_keyword else ())
            names.append((prefix, token))
        after_keyword = token.word == "PREFIX"
    for prefix, token in names:
        if prefix not in declared:
            fix = f"write PREFIX {prefix}: <{PREFIXES.get(prefix, '…')}> at the top"
            if known:
                fix += "; known without declaring: " + ", ".join(f"{name}:" for name in sorted(known))
            return _at(text, token, f"the prefix {prefix}: is not declared", fix)
    return None


def word_fault(text: str) -> QuerySyntaxError | None:
    """The first word of *text* that is none of SPARQL.

    >>> word_fault("SELECT * { ?a ?b ?c } LIMT 3").fix
    'LIMIT?'
    """
    for token in tokens(text):
        if token.word and token.word not in WORDS:
            near = [MEANT[token.word]] if token.word in MEANT else []
            near = near or get_close_matches(token.word, sorted(WORDS), n=1, cutoff=0.7)
            fix = f"{near[0]}?" if near else "a variable begins with ?, a text stands in quotes, a name has a prefix"
            return _at(text, token, f"{token.text} is no word of SPARQL", fix)
    return None


def bracket_fault(text: str) -> QuerySyntaxError | None:
    """The first bracket of *text* that closes nothing or is never closed; ``None`` where all match.

    >>> bracket_fault("ASK { ?a ?b ?c ) }").message
    'this ) closes nothing; open is the { of line 1'
    """
    opened: list[Token] = []
    for token in tokens(text):
        if token.kind == "open":
            opened.append(token)
        elif token.kind == "close":
            if not opened:
                return _at(text, token, f"this {token.text} closes nothing", "remove it, or open one before")
            if PAIRS.get(opened[-1].text) != token.text:
                line = line_and_column(text, opened[-1].start)[0]
                said = f"this {token.text} closes nothing; open is the {opened[-1].text} of line {line}"
                return _at(text, token, said, f"write {PAIRS.get(opened[-1].text, '}')} or remove it")
            opened.pop()
    if opened:
        return _at(text, opened[-1], f"this {opened[-1].text} is never closed", f"add {PAIRS[opened[-1].text]}")
    return None


def _at(text: str, token: Token, said: str, fix: str) -> QuerySyntaxError:
    line, column = line_and_column(text, token.start)
    return QuerySyntaxError(said, fix=fix, line=line, column=column)

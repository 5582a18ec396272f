"""Common mistakes in a query that the engine refused, found where they are and said plainly.

The engine's parser often notices a wrong bracket only at the end of the text, and names an unknown prefix or a
misspelled keyword by what it would have accepted instead. Nothing here decides whether a query is valid.
"""

from __future__ import annotations

from difflib import get_close_matches

from biokg.errors import QuerySyntaxError
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
    """.split()  # noqa: SIM905
)
"""Keywords and functions of SPARQL 1.1, in capitals."""
PAIRS = {"(": ")", "[": "]", "{": "}", "{|": "|}", "<<": ">>", "<<(": ")>>"}


def fault_in(text: str) -> QuerySyntaxError | None:
    """The first common mistake of *text*, which the engine refused; ``None`` where it is another one."""
    return bracket_fault(text) or prefix_fault(text) or word_fault(text)


def explained(error: QuerySyntaxError, text: str, declared: str) -> QuerySyntaxError:
    """What to say of *error*, which the engine found in *declared*: *text* with prefixes declared before it."""
    return fault_in(text) or moved(error, len(declared) - len(text))


def prefix_fault(text: str) -> QuerySyntaxError | None:
    """The first name of *text* whose prefix is neither declared nor well known.

    >>> prefix_fault("ASK { ?a foo:bar ?b }").message
    'the prefix foo: is not declared'
    """
    declared = set(PREFIXES)
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
            known = ", ".join(f"{name}:" for name in sorted(PREFIXES))
            fix = f"write PREFIX {prefix}: <…> before it; known without declaring: {known}"
            return _at(text, token, f"the prefix {prefix}: is not declared", fix)
    return None


def word_fault(text: str) -> QuerySyntaxError | None:
    """The first word of *text* that is none of SPARQL.

    >>> word_fault("SELECT * { ?a ?b ?c } LIMT 3").fix
    'LIMIT?'
    """
    for token in tokens(text):
        if token.word and token.word not in WORDS:
            near = get_close_matches(token.word, sorted(WORDS), n=1, cutoff=0.7)
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

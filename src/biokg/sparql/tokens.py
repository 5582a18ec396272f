"""SPARQL's lexical grammar: enough to see keywords, variables and brackets where they really are.

Nothing here decides whether a query is valid; that stays with the engine. Text that fits no token comes
out as a token of kind ``other``, so a scan never fails and never skips a character silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PN_CHARS_BASE = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_PN_CHARS = _PN_CHARS_BASE + r"0-9_\-\u00B7\u0300-\u036F\u203F-\u2040"
_VARNAME = rf"[{_PN_CHARS_BASE}_0-9][{_PN_CHARS_BASE}0-9_\u00B7\u0300-\u036F\u203F-\u2040]*"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_PREFIX = rf"[{_PN_CHARS_BASE}](?:[{_PN_CHARS}.]*[{_PN_CHARS}])?"
_LOCAL = rf"(?:[{_PN_CHARS}:]|{_PLX})(?:(?:[{_PN_CHARS}.:]|{_PLX})*(?:[{_PN_CHARS}:]|{_PLX}))?"
_LONG_QUOTED = r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""'
_LONG_APOSTROPHE = r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''"

TOKEN = re.compile(
    "|".join(
        (
            r"(?P<space>[ \t\r\n]+)",
            r"(?P<comment>\#[^\r\n]*)",
            r"(?P<iri><[^<>\"{}|^`\x00-\x20]*>)",
            rf"(?P<string>{_LONG_QUOTED}|{_LONG_APOSTROPHE}"
            r"|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*')",
            rf"(?P<variable>[?$]{_VARNAME})",
            rf"(?P<blank>_:{_VARNAME})",
            rf"(?P<name>(?:{_PREFIX})?:(?:{_LOCAL})?)",
            r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)",
            r"(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)",
            r"(?P<word>[A-Za-z_][A-Za-z0-9_]*)",
            r"(?P<open>\{\||<<\(|<<|[({\[])",
            r"(?P<close>\|\}|\)>>|>>|[)}\]])",
            r"(?P<operator>\^\^|&&|\|\||!=|<=|>=|[-+*/|^!=<>.,;?~])",
            r"(?P<other>.)",
        )
    ),
    re.DOTALL,
)


QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
GRAPH_FORMS = frozenset({"CONSTRUCT", "DESCRIBE"})
"""Forms whose answer is a graph."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``kind`` is the name of its group in :data:`TOKEN`, ``start`` its place in the text."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """The keyword in capitals, or an empty string for every other kind."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """Place after the last character."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of *text* in order, without white space and comments.

    >>> [token.text for token in tokens("ASK { ?s a 'SERVICE {' } # LOAD")]
    ['ASK', '{', '?s', 'a', "'SERVICE {'", '}']
    """
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


def may_say(text: str, *words: str) -> bool:
    """Whether *text* may have one of the keywords *words*; certainly not where it is false. A variable is no keyword.

    >>> may_say("SELECT ?from { ?s ?from ?o }", "FROM"), may_say("SELECT *FROM<http://e/g>{}", "FROM")
    (False, True)
    """
    return re.search(rf"(?<![?$A-Za-z_])(?:{'|'.join(words)})", text, re.IGNORECASE) is not None


def query_form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE, whichever the query *text* says first; SELECT where it says none.

    >>> query_form("PREFIX ask: <http://e/> CONSTRUCT WHERE { ?s ask:ed ?o }")
    'CONSTRUCT'
    """
    return next((token.word for token in tokens(text) if token.word in QUERY_FORMS), "SELECT")


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """1-based line and column of *position* in *text*.

    >>> line_and_column("ab\\ncd", 4)
    (2, 2)
    """
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1

"""SERVICE SILENT where no server may be reached: by the specification it then fails without a word.

SPARQL 1.1 Federated Query, section 2.4: a failing SERVICE SILENT is a single solution without bindings. An OPTIONAL
that never matches says just that, and leaves the variables of the pattern in scope.
"""

from __future__ import annotations

from collections.abc import Sequence

from biokg.sparql.tokens import Token, tokens

_NEVER = "OPTIONAL{FILTER(false)"


def without_silent_services(text: str) -> str:
    """*text* with every ``SERVICE SILENT … { … }`` as an OPTIONAL that never matches.

    >>> without_silent_services("SELECT * { ?s ?p ?o SERVICE SILENT <http://e/> { ?s ?q ?x } }")
    'SELECT * { ?s ?p ?o OPTIONAL{FILTER(false){ ?s ?q ?x }} }'
    """
    lowered = text.lower()
    if "service" not in lowered or "silent" not in lowered:
        return text
    held = list(tokens(text))
    out: list[str] = []
    position = 0
    closes: list[int] = []
    depth = 0
    for index, token in enumerate(held):
        if token.text in ("{", "}"):
            depth += 1 if token.text == "{" else -1
        if token.text == "}" and closes and closes[-1] == depth:
            closes.pop()
            out.append(text[position : token.end] + "}")
            position = token.end
        elif _begins(held, index):
            closes.append(depth)
            out.append(text[position : token.start] + _NEVER)
            position = held[index + 3].start
    return "".join(out) + text[position:]


def _begins(held: Sequence[Token], index: int) -> bool:
    """Whether ``SERVICE SILENT place {`` stands at *index*."""
    if held[index].word != "SERVICE" or index + 3 >= len(held):
        return False
    silent, place, group = held[index + 1 : index + 4]
    return silent.word == "SILENT" and place.kind in ("iri", "name", "variable") and group.text == "{"

"""Making a SPARQL-based constraint set-wise: the focus nodes are put into the query as a pattern.

SHACL defines ``$this`` as pre-bound, one query per focus node. Where ``$this`` is used only in the outermost
group (or in a nested group that binds it by a triple pattern), putting the pattern of all focus nodes in front
of that group gives the same rows for all focus nodes at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|\s+)
      | (?P<string>\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<iri><[^<>"{}|^`\\\s]*>)
      | (?P<variable>[?$][A-Za-z_]\w*)
      | (?P<word>[A-Za-z_][\w.-]*(?::[\w.-]*)?|:[\w.-]*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in {"skip", None}:
            yield str(match.lastgroup), match.group(), match.start()


def why_not_embeddable(text: str) -> str | None:
    """Why the query cannot be made set-wise by :func:`embed`, in words, or ``None`` if it can."""
    tokens = list(_tokens(text))
    words = {word.upper() for kind, word, _ in tokens if kind == "word"}
    variables = {word[1:] for kind, word, _ in tokens if kind == "variable"}
    for word in ("SERVICE", "MINUS", "VALUES", "LIMIT", "OFFSET"):
        if word in words:
            return word
    if variables & {"shapesGraph", "currentShape"}:
        return "$shapesGraph or $currentShape"
    if "this" not in variables:
        return "no $this"
    selects = [i for i, (kind, word, _) in enumerate(tokens) if kind == "word" and word.upper() == "SELECT"]
    if len(selects) > 1:
        return "a nested SELECT"
    head = [word for _, word, _ in tokens[selects[0] : _body(tokens)]] if selects else []
    if not selects or ("$this" not in head and "?this" not in head):
        return "a SELECT that does not return $this"
    if _as_this(tokens):
        return "$this bound anew"
    return _nested_filter(tokens)


def _body(tokens: list[tuple[str, str, int]]) -> int:
    return next((i for i, (_, word, _) in enumerate(tokens) if word == "{"), len(tokens))


def _as_this(tokens: list[tuple[str, str, int]]) -> bool:
    return any(a[1].upper() == "AS" and b[1] in {"?this", "$this"} for a, b in pairwise(tokens))


def _nested_filter(tokens: list[tuple[str, str, int]]) -> str | None:
    """A UNION branch (or bare nested group) in which $this stands in no triple pattern cannot see the pattern."""
    if not any(word.upper() == "UNION" for _, word, _ in tokens):
        return None
    stack: list[list[int]] = []
    for i, (_, word, _) in enumerate(tokens):
        if word == "{":
            stack.append([i])
        elif word == "}" and stack:
            start = stack.pop()[0]
            around = {tokens[start - 1][1].upper(), tokens[i + 1][1].upper() if i + 1 < len(tokens) else ""}
            inside = tokens[start + 1 : i]
            if "UNION" in around and not (inside and inside[0][1] in {"?this", "$this"}):
                return "a UNION branch that does not begin with $this"
    return None


def embed(text: str, pattern: str, path: str | None = None) -> str:
    """The query with *pattern* (which binds ``?this``) at the head of its outermost group and ``$PATH`` replaced."""
    out: list[str] = []
    last = 0
    opened = False
    for kind, word, start in _tokens(text):
        new = word
        if kind == "variable" and word.startswith("$"):
            new = path if word == "$PATH" and path else f"?{word[1:]}"
        elif word == "{" and not opened:
            opened = True
            new = "{ " + pattern + " "
        out += [text[last:start], new]
        last = start + len(word)
    return "".join([*out, text[last:]])


def patterns(text: str) -> tuple[tuple[str, str, str], ...]:
    """The triple patterns of the outermost group that have a variable as subject; ``$x`` is written ``?x``.

    Only patterns written ``?subject predicate object .`` are seen, which is how the project's own rules are written.
    """
    found = []
    depth = 0
    tokens = list(_tokens(text))
    for before, (kind, word, _), after, value in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        depth += {"{": 1, "}": -1}.get(before[1], 0)
        starts = before[1] in {"{", "}", ".", ")"}
        if depth == 1 and kind == "variable" and starts and after[0] in {"word", "iri"} and after[1].upper() != "AS":
            given = f"?{value[1][1:]}" if value[0] == "variable" else value[1]
            found.append((f"?{word[1:]}", after[1], given))
    return tuple(found)


def subjects(found: Iterable[tuple[str, str, str]]) -> dict[str, frozenset[str]]:
    """The variables that are subjects of the patterns *found*, with what is asked of them."""
    asked: dict[str, set[str]] = {}
    for subject, name, value in found:
        asked.setdefault(subject, set()).add(f"a {value}" if name == "a" else f"{name} ?any")
    return {name: frozenset(predicates) for name, predicates in asked.items()}


def chain(found: Sequence[tuple[str, str, str]], start: str, end: str) -> str | None:
    """The patterns of *found* that lead from one variable to another in the fewest steps; ``None`` if none do.

    A variable that is no subject is no step on the way: it may stand for a code that everything shares.
    """
    known = {subject for subject, _, _ in found}
    ways: dict[str, tuple[str, ...]] = {start: ()}
    todo = [start]
    while todo and end not in ways:
        here = todo.pop(0)
        for subject, name, value in found:
            there = {subject: value, value: subject}.get(here)
            if there in known and there not in ways:
                ways[there] = (*ways[here], f"{subject} {name} {value} .")
                todo.append(there)
    return " ".join(ways[end]) if end in ways else None

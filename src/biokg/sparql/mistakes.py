"""Mistakes in the build of a query: characters, the SELECT clause, its groups, triples that run into each other.

Like :mod:`biokg.sparql.faults` this looks at a text that the engine refused, to say what people meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from biokg.sparql.tokens import Token

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_AFTER_PATTERN = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"})
_QUOTES = "“”„‟‘’‚‛«»‹›″′"
_TERMS = frozenset({"iri", "name", "variable", "string", "number", "blank"})
_SCHEMES = ("http:", "https:", "urn:", "mailto:")


@dataclass(frozen=True)
class Mistake:
    """What is wrong with ``token``, and what to write instead."""

    token: Token
    said: str
    fix: str


def of_characters(held: Sequence[Token], text: str) -> Mistake | None:
    """A quotation mark that is none, a text or an IRI that is never closed, a character that SPARQL has not."""
    for token in held:
        if token.kind == "operator" and token.text == "<" and text.startswith(_SCHEMES, token.end):
            return Mistake(token, "this IRI is not closed or holds a space", "write <…> without spaces in it")
        if token.kind != "other":
            continue
        if token.text in _QUOTES:
            return Mistake(token, f"{token.text} is a typographic quotation mark", "write \" or ' instead")
        if token.text in "\"'":
            return Mistake(token, "the text that begins here is never closed", f"write {token.text} at its end")
        if token.text.isspace() or token.text in "\u200b\ufeff":
            return Mistake(token, f"U+{ord(token.text):04X} is no space in SPARQL", "write an ordinary space")
        return Mistake(token, f"{token.text} has no meaning here", "remove it, or put it into quotes")
    return None


def of_prologue(held: Sequence[Token]) -> Mistake | None:
    """Turtle's ``@prefix`` or its full stop, a prefix without its colon, or one that stands after the query."""
    begun = False
    for at, token in enumerate(held):
        begun = begun or token.text == "{"
        if token.text.lower() in ("@prefix", "@base"):
            word = token.text[1:].upper()
            return Mistake(token, f"{token.text} is Turtle", f"write {word}, and no full stop at the end of the line")
        if token.word not in ("PREFIX", "BASE"):
            continue
        if begun:
            return Mistake(token, f"{token.word} stands after the query has begun", "put it at the top")
        after = held[at + 1 : at + 4]
        if token.word == "PREFIX" and after and after[0].kind != "name":
            return Mistake(after[0], "the name of a prefix ends with a colon", "write PREFIX ex: <http://…>")
        place = 2 if token.word == "PREFIX" else 1
        if len(after) > place and after[place].text == ".":
            return Mistake(after[place], f"no full stop follows {token.word} in SPARQL", "remove it")
    return None


def of_operators(held: Sequence[Token]) -> Mistake | None:
    """``==``, FILTER without brackets, a LIMIT that is no number, commas between variables or in GROUP_CONCAT."""
    depth = 0
    for at, token in enumerate(held):
        after = held[at + 1] if at + 1 < len(held) else None
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if token.text == "," and depth == 0:
            return Mistake(token, "variables stand here without commas between them", "remove the comma")
        if after is None:
            break
        if token.text == after.text == "=" and token.end == after.start:
            return Mistake(token, "SPARQL compares with one =", "write =")
        if token.word == "FILTER" and after.kind in {"variable", "string", "number"}:
            return Mistake(after, "a condition stands in brackets", "write FILTER (…)")
        if token.word in ("LIMIT", "OFFSET") and after.kind != "number":
            return Mistake(after, f"{token.word} takes a whole number", f"for instance {token.word} 100")
        if token.word == "GROUP_CONCAT":
            comma = next((t for t, level in _inside(held, at + 1) if t.text == "," and level == 1), None)
            if comma is not None:
                return Mistake(comma, "GROUP_CONCAT takes one expression", 'write ; separator="…" after it')
    return None


def of_blank_nodes(held: Sequence[Token]) -> Mistake | None:
    """A blank node that stands in two groups of a query; the templates of an update may share one."""
    if any(token.word in ("INSERT", "DELETE", "CONSTRUCT") for token in held):
        return None
    groups: list[int] = [0]
    first: dict[str, int] = {}
    for at, token in enumerate(held):
        if token.text == "{":
            groups.append(at)
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.kind == "blank" and first.setdefault(token.text, groups[-1]) != groups[-1]:
            return Mistake(token, f"{token.text} stands in two groups", f"write a variable: ?{token.text[2:]}")
    return None


def of_triples(held: Sequence[Token]) -> Mistake | None:
    """A triple that begins before the one before it has ended."""
    for at, token in enumerate(held):
        if token.text == "{" and (at == 0 or held[at - 1].kind != "variable" or held[at - 2].word != "VALUES"):
            found = _running_on(held, at + 1)
            if found is not None:
                return Mistake(found, "the triple before this one is not ended", "write a full stop (.) before it")
    return None


def _running_on(held: Sequence[Token], at: int) -> Token | None:
    """The first term from *at* on that follows a whole triple of simple terms; ``None`` where something else comes."""
    part = 0
    while at < len(held):
        token = held[at]
        if token.kind in _TERMS or (token.text == "a" and part == 1):
            if part == 3:
                return token
            part += 1
            at += 1
            while at < len(held) and (held[at].text == "^^" or held[at].kind == "language"):
                at += 1 if held[at].kind == "language" else 2
        elif token.text in (".", ";", ",") and part in (0, 3):
            part = {".": 0, ";": 1, ",": 2}[token.text]
            at += 1
        elif token.text in {1: ("^", "!"), 2: ("*", "+", "?")}.get(part, ()):
            at += 1
        elif part == 2 and token.text in ("/", "|"):
            part, at = 1, at + 1
        else:
            return None
    return None


@dataclass(frozen=True)
class Select:
    """One SELECT: its clause (tokens with their depth, 0 outside brackets), pattern and what follows the pattern."""

    clause: tuple[tuple[Token, int], ...]
    pattern: tuple[Token, ...]
    after: tuple[tuple[Token, int], ...]


def selects(held: Sequence[Token]) -> Iterator[Select]:
    """The SELECTs of a query whose brackets match, outer ones first."""
    for at, token in enumerate(held):
        if token.word != "SELECT":
            continue
        opened = next((n for n in range(at, len(held)) if held[n].text == "{"), None)
        if opened is None:
            return
        closed = opened + sum(1 for _ in _inside(held, opened))
        end, depth = closed + 1, 0
        while end < len(held) and depth >= 0:
            depth += {"open": 1, "close": -1}.get(held[end].kind, 0)
            end += 1
        after = held[closed + 1 : end]
        yield Select(tuple(_levels(held[at + 1 : opened])), tuple(held[opened + 1 : closed]), tuple(_levels(after)))


def _levels(held: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    depth = 0
    for token in held:
        depth -= token.kind == "close"
        yield token, depth
        depth += token.kind == "open"


def _inside(held: Sequence[Token], at: int) -> Iterator[tuple[Token, int]]:
    """The tokens from the opening bracket at *at* to before the one that closes it, each with its depth."""
    depth = 0
    for token in held[at:]:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth <= 0:
            return
        yield token, depth


def of_select(held: Sequence[Token]) -> Mistake | None:
    """An expression without brackets or name, a name given twice, a variable that is not grouped, a misplaced ORDER."""
    for select in selects(held):
        found = _expression(select) or _named(select) or _ungrouped(select)
        if found is not None:
            return found
    return None


def _expression(select: Select) -> Mistake | None:
    words = [(token, depth) for token, depth in select.clause if token.kind in {"word", "name"}]
    for token, depth in words:
        if depth == 0 and token.word in _AFTER_PATTERN:
            return Mistake(token, f"{token.word} stands before the pattern", "put it after the closing }")
        if depth == 0 and token.word in AGGREGATES:
            return Mistake(token, "an expression of SELECT stands in brackets with a name", "write (… AS ?name)")
    opened = [n for n, (token, depth) in enumerate(select.clause) if token.text == "(" and depth == 0]
    for at in opened:
        inside = _inside([token for token, _ in select.clause], at)
        if not any(token.word == "AS" and depth == 1 for token, depth in inside):
            token = select.clause[at][0]
            return Mistake(token, "an expression of SELECT needs a name", "write AS ?name before its closing bracket")
    return None


def _names(select: Select) -> list[Token]:
    """The variables that the clause selects or names."""
    clause = select.clause
    return [
        token
        for at, (token, depth) in enumerate(clause)
        if token.kind == "variable" and (depth == 0 or (at and clause[at - 1][0].word == "AS" and depth == 1))
    ]


def _after_as(select: Select) -> list[Token]:
    return [named for (word, _), (named, _) in pairwise(select.clause) if word.word == "AS"]


def _named(select: Select) -> Mistake | None:
    seen: set[str] = set()
    told = {token.text[1:] for token in select.pattern if token.kind == "variable"}
    after_as = {token.start for token in _after_as(select)}
    for token in _names(select):
        name = token.text[1:]
        if token.start in after_as and name in seen:
            return Mistake(token, f"?{name} is named twice", "choose another name after AS")
        if token.start in after_as and name in told:
            return Mistake(token, f"?{name} has a value from the pattern already", "choose another name after AS")
        seen.add(name)
    return None


def _ungrouped(select: Select) -> Mistake | None:
    words = [token.word for token, depth in select.after if depth == 0]
    grouped = "GROUP" in words
    clause = [token for token, _ in select.clause]
    if not grouped and "HAVING" not in words and not any(token.word in AGGREGATES for token in clause):
        return None
    star = next((token for token, depth in select.clause if token.text == "*" and depth == 0), None)
    if star is not None and grouped:
        return Mistake(star, "SELECT * takes no GROUP BY", "name the variables: those grouped, and aggregates")
    keys = _keys(select)
    for at, (token, depth) in enumerate(select.clause):
        if token.kind != "variable" or token.text[1:] in keys or (at and clause[at - 1].word == "AS"):
            continue
        if depth == 0 or not _aggregated(select, at):
            said = f"{token.text} is selected beside an aggregate but not grouped"
            key = "add it to GROUP BY" if grouped else f"add GROUP BY {token.text} after the pattern"
            return Mistake(token, said, f"{key}, or select (SAMPLE({token.text}) AS ?one)")
    return None


def _keys(select: Select) -> set[str]:
    """The variables of GROUP BY, and those that the clause names."""
    words = [token.word if depth == 0 else "" for token, depth in select.after]
    begin = words.index("GROUP") if "GROUP" in words else len(words)
    end = next((n for n in range(begin + 1, len(words)) if words[n] in {"HAVING", "ORDER", "LIMIT", "OFFSET"}), None)
    named = {token.text[1:] for token, _ in select.after[begin:end] if token.kind == "variable"}
    return named | {token.text[1:] for token in _after_as(select)}


def _aggregated(select: Select, at: int) -> bool:
    """Whether the token at *at* of the clause stands within the brackets of an aggregate."""
    depth = select.clause[at][1]
    for back in range(at, 0, -1):
        token, level = select.clause[back]
        if token.kind == "open" and level < depth:
            depth = level
            if select.clause[back - 1][0].word in AGGREGATES:
                return True
    return False


def of_binding(held: Sequence[Token]) -> Mistake | None:
    """A BIND to a variable that has a value already."""
    groups: list[set[str]] = [set()]
    conditions = 0
    for at, token in enumerate(held):
        if token.word == "FILTER":
            opened = next((n for n in (at + 1, at + 2) if held[n : n + 1] and held[n].text == "("), at)
            conditions = opened + sum(1 for _ in _inside(held, opened))
        if at < conditions:
            continue
        if token.text == "{":
            groups.append(set())
        elif token.text == "}" and len(groups) > 1:
            inner = groups.pop()
            groups[-1] |= inner
        elif token.kind == "variable":
            name = token.text[1:]
            bound = held[at - 1].word == "AS" and at + 1 < len(held) and held[at + 1].text == ")"
            if bound and len(groups) > 1 and name in groups[-1]:
                return Mistake(token, f"{token.text} has a value already", "choose another name after AS")
            groups[-1].add(name)
    return None

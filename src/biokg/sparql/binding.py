"""Parameters bound as RDF terms: a value can never change a query's algebra.

Every group graph pattern that mentions a parameter gets ``VALUES ?parameter { term }`` at its start, so
the parameter joins as a constant where it stands, in subqueries and unions too, and the engine uses its
indexes. The value is written by the engine's own serialiser, never pasted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biokg.errors import UsageError
from biokg.sparql.tokens import Token, tokens

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode

_NO_GROUP_BEFORE = {"CONSTRUCT", "DATA", "INSERT", "DELETE"}


@dataclass
class _Group:
    opened: Token
    pattern: bool
    outermost: bool
    subselect: bool = False
    mentioned: set[str] = field(default_factory=set)


def written(term: NamedNode | Literal) -> str:
    """*term* in SPARQL syntax. Raises :class:`UsageError` for a blank node or a triple."""
    from pyoxigraph import Literal, NamedNode

    if not isinstance(term, NamedNode | Literal):
        raise UsageError(f"a parameter must be an IRI or a literal, not {type(term).__name__}")
    return str(term)


def parameters_in(text: str) -> frozenset[str]:
    """Names of all variables that *text* mentions, without their sigil."""
    return frozenset(token.text[1:] for token in tokens(text) if token.kind == "variable")


def bind(text: str, bindings: Mapping[str, NamedNode | Literal]) -> str:
    """*text* with every parameter of *bindings* joined as a constant.

    Raises :class:`UsageError` when a parameter is not mentioned in the query, the value is no IRI or
    literal, or the query has no group to hold it.
    """
    if not bindings:
        return text
    values = {name.lstrip("?$"): written(term) for name, term in bindings.items()}
    unknown = set(values) - parameters_in(text)
    if unknown:
        raise UsageError(f"the query has no parameter {', '.join(sorted('?' + name for name in unknown))}")
    groups = _pattern_groups(text, set(values))
    if not any(group.outermost for group in groups):
        raise UsageError("the query has no WHERE group to bind a parameter in", fix="write WHERE { … }")
    out: list[str] = []
    position = 0
    for group in groups:
        names = sorted(values) if group.outermost else sorted(group.mentioned)
        if names:
            out.append(text[position : group.opened.end])
            out.extend(f" VALUES ?{name} {{ {values[name]} }}" for name in names)
            position = group.opened.end
    return "".join(out) + text[position:]


def _pattern_groups(text: str, names: set[str]) -> list[_Group]:
    """Group graph patterns of *text* in order, each with the parameters mentioned directly in it."""
    stack: list[_Group] = []
    found: list[_Group] = []
    before: list[Token] = []
    for token in tokens(text):
        if token.text == "{":
            inside = any(group.pattern for group in stack)
            pattern = not _is_template_or_data(before) and (not stack or inside)
            group = _Group(token, pattern, outermost=pattern and not inside)
            stack.append(group)
            if pattern:
                found.append(group)
        elif token.text == "}":
            if stack:
                stack.pop()
        elif token.kind == "variable" and stack and token.text[1:] in names:
            holder = next((group for group in reversed(stack) if group.pattern), None)
            if holder is not None:
                holder.mentioned.add(token.text[1:])
        elif token.word == "SELECT" and stack and before[-1].text == "{":
            stack[-1].subselect = True
        before.append(token)
        if len(before) > 64:
            del before[:32]
    for index, group in enumerate(found):
        if group.subselect:
            group.mentioned.clear()
            if group.outermost and index + 1 < len(found):
                group.outermost, found[index + 1].outermost = False, True
    return found


def _is_template_or_data(before: list[Token]) -> bool:
    """Whether the brace after *before* opens a template or a data block instead of a pattern."""
    if not before:
        return False
    last = before[-1]
    if last.word in _NO_GROUP_BEFORE:
        return True
    index = len(before) - 1
    if last.kind == "variable":
        return index >= 1 and before[index - 1].word == "VALUES"
    if last.text == ")":
        while index >= 0 and before[index].text != "(":
            if before[index].kind != "variable" and before[index].text != ")":
                return False
            index -= 1
        return index >= 1 and before[index - 1].word == "VALUES"
    return False

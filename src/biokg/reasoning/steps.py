"""In which steps a set of rules is asked about new triples, so that little is asked twice and little is held.

Chains of one-premise rules (sub-classes, inverses …) are composed beforehand: one step gives all that follows from
a triple alone. A premise of another rule that such a chain gives is looked for as what the chain begins with. So the
conclusions of one-premise rules need not be held for another round; those of the others do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from biokg.reasoning.axioms import Atom, Rule


@dataclass(frozen=True)
class Step:
    """If ``new`` holds of a new triple and ``rest`` of any, then ``head`` does; ``held``: ask again about that."""

    head: Atom
    new: Atom
    rest: tuple[Atom, ...]
    held: bool


@dataclass(frozen=True)
class Plan:
    """The steps for triples that were given, and those for triples that the last round concluded and held."""

    given: tuple[Step, ...]
    concluded: tuple[Step, ...]


def plan_of(rules: Iterable[Rule]) -> Plan:
    """The steps that conclude what *rules* do, in rounds: given triples first, then what was held, until none is."""
    known = composed(rules)
    simple = [rule for rule in known if len(rule.body) == 1]
    several = [rule for rule in known if len(rule.body) > 1]
    again = [*several, *_left_open(simple, known)]
    given = [Step(rule.head, rule.body[0], (), _is_held(rule, again)) for rule in simple]
    concluded = []
    for rule in again:
        held = any(atom.may_be(rule.head) for other in again for atom in other.body)
        for new, rest in _each(rule.body):
            concluded.append(Step(rule.head, new, rest, held))
            if rest:
                begins = [_before(new, chain) for chain in simple]
                given += [Step(rule.head, atom, rest, held) for atom in [new, *begins] if atom is not None]
    return Plan(tuple(given), tuple(concluded))


def composed(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """*rules* and what one of them followed by rules of one premise gives: each such conclusion in one step."""
    found = {(rule.head, rule.body): rule for rule in rules}
    simple = [rule for rule in found.values() if len(rule.body) == 1]
    waiting = list(found.values())
    while waiting:
        first = waiting.pop()
        for second in simple:
            head = _after(first.head, second)
            if head is not None and head not in first.body and (head, first.body) not in found:
                rule = Rule(head, first.body, f"{first.because}; {second.because}")
                found[head, first.body] = rule
                waiting.append(rule)
    return tuple(found.values())


def _left_open(simple: Iterable[Rule], rules: Sequence[Rule]) -> list[Rule]:
    """One-premise rules that name a term where a conclusion has a variable: these are not composed with it."""
    return [
        rule
        for rule in simple
        if any(rule.body[0].may_be(other.head) and _after(other.head, rule) is None for other in rules)
    ]


def _is_held(rule: Rule, again: Iterable[Rule]) -> bool:
    """Whether some rule has a premise that the one-premise *rule* gives and that is not looked for at its begin."""
    return any(
        atom.may_be(rule.head) and (len(other.body) == 1 or _before(atom, rule) is None)
        for other in again
        for atom in other.body
    )


def _each(body: tuple[Atom, ...]) -> Iterator[tuple[Atom, tuple[Atom, ...]]]:
    for i, atom in enumerate(body):
        yield atom, (*body[:i], *body[i + 1 :])


def _after(atom: Atom, rule: Rule) -> Atom | None:
    """What *rule*, of one premise, concludes from *atom*; ``None`` where not every triple of *atom* is its premise."""
    return _renamed(rule.body[0], rule.head, atom)


def _before(atom: Atom, rule: Rule) -> Atom | None:
    """The premise from which *rule*, of one premise, concludes *atom*; ``None`` where it concludes no or few of it."""
    return _renamed(rule.head, rule.body[0], atom)


def _renamed(pattern: Atom, other: Atom, atom: Atom) -> Atom | None:
    """*other* with its variables named as *atom* names them where *pattern* has them."""
    named: dict[str, str] = {}
    for mine, given in zip(pattern.terms, atom.terms, strict=True):
        if mine != given and (not mine.startswith("?") or named.get(mine, given) != given):
            return None
        named[mine] = given
    return Atom(*(named.get(term, term) for term in other.terms))

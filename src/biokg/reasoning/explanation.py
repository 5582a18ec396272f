"""Why an inferred triple holds: the axioms and the asserted triples it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biokg.errors import NotFound, UsageError
from biokg.reasoning.axioms import Atom, Rule
from biokg.reasoning.materialisation import premises, rules_of
from biokg.terms import GRAPH, LAYERS, ONTOLOGY_GRAPH, PREFIXES, RDF_TYPE, shorten

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from biokg.store.base import Store

_INFERRED = GRAPH + "inferred/"
_TOKEN = re.compile(r'<[^<>\s]*>|"(?:[^"\\]|\\.)*"\S*|\S+')
_TRIED = 200


@dataclass(frozen=True)
class Explanation:
    """A triple, and how it comes to hold: stated in ``graphs``, or by ``because`` from ``premises``."""

    triple: Triple
    graphs: tuple[str, ...] = ()
    because: str = ""
    premises: tuple[Explanation, ...] = ()

    @property
    def asserted(self) -> tuple[Triple, ...]:
        """The asserted triples at the leaves, each once."""
        if self.graphs:
            return (self.triple,)
        return tuple(dict.fromkeys(triple for part in self.premises for triple in part.asserted))

    def text(self, indent: int = 0) -> str:
        """The tree of reasons, one triple a line."""
        where = " and ".join(graph.removeprefix(GRAPH) for graph in self.graphs)
        reason = f"stated in {where}" if self.graphs else f"because {self.because}"
        terms = " ".join(_shown(t) for t in (self.triple.subject, self.triple.predicate, self.triple.object))
        return "\n".join([f"{'  ' * indent}{terms}   ({reason})", *(p.text(indent + 1) for p in self.premises)])


def _shown(term: object) -> str:
    from pyoxigraph import NamedNode

    return shorten(term.value) if isinstance(term, NamedNode) else str(term)


def parse_triple(text: str) -> Triple:
    """The triple that *text* spells with full IRIs, the project's prefixes or ``a``. Raises UsageError otherwise."""
    from pyoxigraph import Triple

    tokens = _TOKEN.findall(text.strip())
    if tokens and tokens[-1] == ".":
        tokens.pop()
    if len(tokens) != 3:
        raise UsageError(f"{text!r} is not one triple", fix="Write one subject, one predicate and one object.")
    try:
        return Triple(*map(_parse_term, tokens))
    except (TypeError, ValueError, SyntaxError) as error:
        raise UsageError(f"{text!r} is no triple: {error}", fix="Write IRIs in <> or as bkg:Alliance.") from None


def _parse_term(word: str) -> Any:
    from pyoxigraph import NamedNode

    prefix, colon, local = word.partition(":")
    if word == "a":
        return NamedNode(RDF_TYPE)
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return NamedNode(PREFIXES[prefix] + local)
    return _term(f"<{word}>" if word.startswith(("http://", "https://")) else word)


def explain(store: Store, triple: Triple) -> Explanation:
    """From which asserted triples *triple* follows. Raises NotFound if it neither is stated nor follows."""
    found = _Search(store).explain(triple, frozenset())
    if found is None:
        raise NotFound(
            f"nothing states this triple and nothing implies it: {triple.subject} {triple.predicate} {triple.object}",
            fix="Check the three terms; biokg sparql finds what is there.",
        )
    return found


class _Search:
    """Backward search: a stated triple explains itself, another is explained by a rule with explained premises."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rules = rules_of(store)
        self.graphs = tuple(dict.fromkeys([ONTOLOGY_GRAPH, *premises(LAYERS[-1])]))

    def explain(self, triple: Triple, above: frozenset[Triple]) -> Explanation | None:
        """The explanation with no triple of *above* in it, or ``None``."""
        graphs = self._stated(triple)
        if graphs:
            return Explanation(triple, graphs)
        if triple in above:
            return None
        for rule in self.rules:
            binding = _unify(rule.head, triple)
            if binding is None:
                continue
            for body in self._matches(rule, binding):
                parts = [self.explain(part, above | {triple}) for part in body]
                if all(parts):
                    return Explanation(triple, because=rule.because, premises=tuple(p for p in parts if p is not None))
        return None

    def _stated(self, triple: Triple) -> tuple[str, ...]:
        text = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {_spelled(triple)} }} }} ORDER BY ?g"
        from pyoxigraph import NamedNode

        rows = self.store.select(text, union_default_graph=False).rows
        names = (row[0].value for row in rows if isinstance(row[0], NamedNode))
        return tuple(name for name in names if not name.startswith(_INFERRED))

    def _matches(self, rule: Rule, binding: Mapping[str, str]) -> Iterator[Sequence[Triple]]:
        from pyoxigraph import Triple

        body = [[binding.get(t, t if t.startswith("?") else f"<{t}>") for t in _terms(atom)] for atom in rule.body]
        free = sorted({t for atom in body for t in atom if t.startswith("?")})
        patterns = " ".join(" ".join(atom) + " ." for atom in body)
        order = f"ORDER BY {' '.join(free)}" if free else ""
        text = f"SELECT DISTINCT {' '.join(free) or '(1 AS ?one)'} WHERE {{ {patterns} }} {order} LIMIT {_TRIED}"
        for row in self.store.select(text, default_graphs=self.graphs).rows:
            values = dict(zip(free, map(str, row), strict=False))
            yield [Triple(*(_term(values.get(t, t)) for t in atom)) for atom in body]


def _terms(atom: Atom) -> tuple[str, str, str]:
    return atom.subject, atom.predicate, atom.object


def _spelled(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object}"


def _term(text: str) -> Any:
    import pyoxigraph as ox

    return next(iter(ox.parse(f"<s:> <p:> {text} .", format=ox.RdfFormat.TURTLE))).object


def _unify(head: Atom, triple: Triple) -> dict[str, str] | None:
    """Variable → spelled term that makes *head* the triple, or ``None``."""
    binding: dict[str, str] = {}
    for mine, theirs in zip(_terms(head), (triple.subject, triple.predicate, triple.object), strict=True):
        spelled = str(theirs)
        if mine.startswith("?"):
            if binding.setdefault(mine, spelled) != spelled:
                return None
        elif f"<{mine}>" != spelled:
            return None
    return binding

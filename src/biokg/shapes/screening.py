"""Whether a whole dataset breaks a constraint anywhere: one scan of a property, instead of a look at each focus node.

A dataset breaks few constraints, and a scan costs a tenth of as many looks. What a screen lets through is asked again
exactly, at the nodes or values it names, so results are those of the plain queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, NamedNode

from biokg.shapes import compiler
from biokg.shapes.compiler import Dialect, Focus
from biokg.shapes.index import Node
from biokg.shapes.model import Constraint
from biokg.shapes.paths import Path

MOST = 1000
"""Nodes or values that are listed in the exact question; above, all of it is asked."""
DEAR = 4
"""How many scanned triples cost as much as one look at a focus node."""

Rows = Callable[[str], Iterator[Mapping[str, Node]]]


@dataclass
class Screen:
    """The screens over one dataset, each scan made once. *rows* answers a query over it."""

    rows: Rows
    _sizes: dict[str, int] = field(default_factory=dict)
    _some: dict[Path, tuple[Node, ...]] = field(default_factory=dict)
    _several: dict[Path, tuple[Node, ...]] = field(default_factory=dict)
    _breaking: dict[tuple[Path, str], tuple[Node, ...]] = field(default_factory=dict)

    def pays(self, focus: Focus, path: Path | None) -> bool:
        """Whether scanning *path* costs less than looking at each node of *focus*."""
        if focus.nodes is not None or focus.steps or path is None or not _is_one_step(path):
            return False
        return self._size(compiler.all_values(path)) <= DEAR * self._size(focus.pattern())

    def _size(self, pattern: str) -> int:
        if pattern not in self._sizes:
            (row,) = self.rows(compiler.size_query(pattern))
            self._sizes[pattern] = int(row["size"].value)
        return self._sizes[pattern]

    def several(self, path: Path) -> tuple[Node, ...]:
        """Nodes, of any class, with several values of *path*."""
        if path not in self._several:
            self._several[path] = tuple(row["this"] for row in self.rows(compiler.several_query(path)))
        return self._several[path]

    def failing(self, path: Path, tests: Mapping[Constraint, str], dialect: Dialect) -> Sequence[Node]:
        """Values of *path*, of any node, that do not pass one of the *tests* of constraints."""
        bad: list[Node] = []
        rest = []
        for constraint, test in tests.items():
            if constraint.component == "Class" and isinstance(constraint.parameter, NamedNode):
                members = compiler.instance_of(compiler.VALUE, constraint.parameter.value, dialect, "?anyType")
                bad += self.outside(path, members, compiler.broken([test]))
            else:
                rest.append(test)
        return bad + list(self.breaking(path, compiler.broken(rest)) if rest else ())

    def breaking(self, path: Path, broken: str) -> tuple[Node, ...]:
        """Values of *path*, of any node, for which the expression *broken* is true."""
        if (path, broken) not in self._breaking:
            some = self._some_of(path)
            all_of_them = compiler.listed(compiler.VALUE, some) if _can_be_listed(some) else None
            found = self.rows(compiler.breaking_query(path, all_of_them, broken))
            self._breaking[path, broken] = tuple(row["value"] for row in found)
        return self._breaking[path, broken]

    def outside(self, path: Path, members: str, broken: str) -> tuple[Node, ...]:
        """Values of *path*, of any node, that *members* does not bind, which is when *broken* is true of them."""
        if _can_be_listed(self._some_of(path)):
            return self.breaking(path, broken)
        if (path, members) not in self._breaking:
            found = self.rows(compiler.outside_query(path, members))
            self._breaking[path, members] = tuple(row["value"] for row in found)
        return self._breaking[path, members]

    def _some_of(self, path: Path) -> tuple[Node, ...]:
        """The values of *path*, or one more than can be listed."""
        if path not in self._some:
            found = self.rows(compiler.some_values_query(path, MOST + 1))
            self._some[path] = tuple(row["value"] for row in found)
        return self._some[path]

    def missing(self, focus: Focus, path: Path) -> Iterator[Node]:
        """The focus nodes without a value of *path*."""
        return (row["this"] for row in self.rows(compiler.missing_query(focus, path)))


def _is_one_step(path: Path) -> bool:
    if path.kind in ("inversePath", "alternativePath"):
        return all(_is_one_step(part) for part in path.parts)
    return path.kind == "predicate"


def _can_be_listed(nodes: Sequence[Node]) -> bool:
    """Whether *nodes* are not too many and all have a name."""
    return len(nodes) <= MOST and not any(isinstance(node, BlankNode) for node in nodes)


def restricted(focus: Focus, variable: str, nodes: Sequence[Node]) -> Focus | None:
    """*focus* where *variable* is one of *nodes*, all focus nodes if they are too many, ``None`` if there are none."""
    if not nodes:
        return None
    if not _can_be_listed(nodes):
        return focus
    return replace(focus, base=f"{compiler.listed(variable, nodes)} {{ {focus.base} }}")

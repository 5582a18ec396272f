"""Whether a whole dataset breaks a constraint anywhere: one scan of a property, instead of a look at each focus node.

A dataset breaks few constraints, and a scan costs a tenth of as many looks. What a screen lets through is asked again
exactly, at the nodes or values it names, so results are those of the plain queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode

from biokg.shapes.compiler import VALUE, Focus
from biokg.shapes.index import Node
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
    _few: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    _several: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    _breaking: dict[tuple[str, str], tuple[Node, ...]] = field(default_factory=dict)

    def pays(self, focus: Focus, path: Path | None) -> bool:
        """Whether scanning *path* costs less than looking at each node of *focus*."""
        if focus.nodes is not None or focus.steps or path is None or not _is_one_step(path):
            return False
        return self._size(_values(path)) <= DEAR * self._size(focus.pattern())

    def _size(self, pattern: str) -> int:
        if pattern not in self._sizes:
            (row,) = self.rows(f"SELECT (COUNT(*) AS ?size) WHERE {{ {pattern} }}")
            self._sizes[pattern] = int(row["size"].value)
        return self._sizes[pattern]

    def several(self, path: Path) -> tuple[Node, ...]:
        """Nodes, of any class, with several values of *path*."""
        scan = _values(path)
        if scan not in self._several:
            grouped = f"{{ {scan} }} GROUP BY ?this HAVING(COUNT(DISTINCT ?value) > 1)"
            self._several[scan] = tuple(row["this"] for row in self.rows(f"SELECT ?this WHERE {grouped}"))
        return self._several[scan]

    def breaking(self, path: Path, broken: str) -> tuple[Node, ...]:
        """Values of *path*, of any node, for which the expression *broken* is true."""
        scan = _values(path)
        key = (scan, broken)
        if key not in self._breaking:
            if scan not in self._few:
                some = self.rows(f"SELECT DISTINCT ?value WHERE {{ {scan} }} LIMIT {MOST + 1}")
                self._few[scan] = tuple(row["value"] for row in some)
            few = _listed(VALUE, self._few[scan])
            values = f"{{ SELECT DISTINCT ?value WHERE {{ {scan} }} }}" if few is None else few
            found = self.rows(f"SELECT ?value WHERE {{ {values} FILTER({broken}) }}")
            self._breaking[key] = tuple(row["value"] for row in found)
        return self._breaking[key]

    def missing(self, focus: Focus, path: Path) -> Iterator[Node]:
        """The focus nodes without a value of *path*."""
        having = f"MINUS {{ ?this {path.sparql()} ?any }}"
        for row in self.rows(f"SELECT DISTINCT ?this WHERE {{ {focus.pattern()} {having} }}"):
            yield row["this"]


def _is_one_step(path: Path) -> bool:
    if path.kind in ("inversePath", "alternativePath"):
        return all(_is_one_step(part) for part in path.parts)
    return path.kind == "predicate"


def _values(path: Path) -> str:
    return f"?this {path.sparql()} ?value"


def _listed(variable: str, nodes: Sequence[Node]) -> str | None:
    """The pattern that lists *nodes*; ``None`` where they are too many or have no name."""
    if len(nodes) > MOST or any(isinstance(node, BlankNode) for node in nodes):
        return None
    return f"VALUES {variable} {{ {' '.join(map(str, nodes))} }}"


def restricted(focus: Focus, variable: str, nodes: Sequence[Node]) -> Focus | None:
    """*focus* where *variable* is one of *nodes*, all focus nodes if they are too many, ``None`` if there are none."""
    if not nodes:
        return None
    listed = _listed(variable, nodes)
    return focus if listed is None else replace(focus, base=f"{listed} {{ {focus.base} }}")

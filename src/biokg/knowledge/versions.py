"""The versions of a state folder, and what changed between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from biokg.errors import NotFound, StoreError

DATASET = "dataset.nq"


@dataclass(frozen=True)
class Difference:
    """The lines of N-Quads that only one of two versions has, in their order."""

    before: str
    after: str
    removed: tuple[str, ...]
    added: tuple[str, ...]

    def by_graph(self) -> dict[str, tuple[int, int]]:
        """For each graph how many lines were removed and added."""
        gone, come = Counter(map(graph_of, self.removed)), Counter(map(graph_of, self.added))
        return {graph: (gone[graph], come[graph]) for graph in sorted({*gone, *come})}

    def subjects(self) -> list[str]:
        """The things that lines were removed from or added to."""
        return sorted({line.split(" ", 1)[0].strip("<>") for line in (*self.removed, *self.added)})


def graph_of(line: str) -> str:
    """The graph of a line of N-Quads."""
    return line.rsplit(" ", 2)[-2].strip("<>")


def versions(state: Path) -> list[str]:
    """The versions of *state*, the one built last first."""
    places = [place for place in (state / "versions").glob("*") if (place / DATASET).is_file()]
    return [place.name for place in sorted(places, key=lambda place: -place.stat().st_mtime)]


def find_version(state: Path, prefix: str) -> str:
    """The one version that begins with *prefix*. Raises NotFound for none or several."""
    found = [version for version in versions(state) if version.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    here = ", ".join(version[:12] for version in versions(state)) or "none"
    why = "begin with" if found else "there is no version that begins with"
    raise NotFound(f"{'several versions ' if found else ''}{why} {prefix!r}", fix=f"versions here: {here}")


def _lines(state: Path, version: str) -> Iterator[str]:
    path = state / "versions" / version / DATASET
    try:
        with path.open(encoding="utf-8") as lines:
            yield from (line.rstrip("\n") for line in lines)
    except OSError as error:
        raise StoreError(f"{path}: {error}", fix="run biokg build --force") from None


def difference(state: Path, before: str, after: str) -> Difference:
    """What changed from version *before* to version *after* (each a prefix). Raises NotFound for an unknown one."""
    first, second = find_version(state, before), find_version(state, after)
    old = set(_lines(state, first))
    added = tuple(line for line in _lines(state, second) if line not in old)
    old.difference_update(_lines(state, second))
    return Difference(first, second, tuple(sorted(old)), tuple(sorted(added)))

"""The versions of a state folder, and what changed between two of them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from biokg.errors import NotFound, StoreError
from biokg.terms import RDFS_LABEL

DATASET = "dataset.nq"
_SHORT = 16
"""Digits of a version that name its folder of writes."""


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

    def by_thing(self) -> dict[str, tuple[int, int]]:
        """For each thing how many lines were removed from and added to it."""
        gone, come = Counter(map(_subject, self.removed)), Counter(map(_subject, self.added))
        return {thing: (gone[thing], come[thing]) for thing in self.subjects()}

    def subjects(self) -> list[str]:
        """The things that lines were removed from or added to."""
        return sorted({_subject(line) for line in (*self.removed, *self.added)})


@dataclass(frozen=True)
class Kept:
    """A version at hand: when it was built, how many quads it has (None: untold), and whether it is the one in use."""

    version: str
    built: str
    quads: int | None
    in_use: bool


def _subject(line: str) -> str:
    return line.split(" ", 1)[0].strip("<>")


def graph_of(line: str) -> str:
    """The graph of a line of N-Quads."""
    return line.rsplit(" ", 2)[-2].strip("<>")


def versions(state: Path) -> list[str]:
    """The versions of *state*, the one built last first."""
    places = [place for place in (state / "versions").glob("*") if (place / DATASET).is_file()]
    return [place.name for place in sorted(places, key=lambda place: -place.stat().st_mtime)]


def version_in_use(state: Path) -> str | None:
    """The version that is read; None where nothing was built yet."""
    try:
        return str(json.loads((state / "current.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return None


def kept(state: Path) -> list[Kept]:
    """What is known of each version of *state*, the one built last first."""
    read = version_in_use(state)
    found = []
    for version in versions(state):
        place = state / "versions" / version
        built = datetime.fromtimestamp((place / DATASET).stat().st_mtime, UTC)
        found.append(Kept(version, f"{built:%Y-%m-%d %H:%M} UTC", _quads(place), version == read))
    return found


def _quads(place: Path) -> int | None:
    try:
        return int(json.loads((place / "version.json").read_text(encoding="utf-8"))["quads"])
    except (OSError, ValueError, KeyError):
        return None


def prune(state: Path, current: str, keep: int) -> list[str]:
    """Remove all but the newest *keep* versions of *state*; returns those removed, the oldest last.

    The version *current* stays, so does one that writes rest on (``writes/``), and one that a reader holds.
    """
    removed = []
    for version in versions(state)[keep:]:
        place = state / "versions" / version
        if version == current or (state / "writes" / version[:_SHORT]).exists() or _is_held(place):
            continue
        shutil.rmtree(place, ignore_errors=True)
        removed.append(version)
    return removed


@contextmanager
def held(dataset: Path) -> Iterator[None]:
    """Keeps the version of the file *dataset* from being removed meanwhile. Raises StoreError when it is not there."""
    import fcntl

    try:
        with dataset.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
    except OSError as error:
        raise StoreError(f"{dataset}: {error}", fix="run biokg build --force") from None


def _is_held(place: Path) -> bool:
    import fcntl

    try:
        with (place / DATASET).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


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


def names_of(state: Path, version: str, things: set[str]) -> dict[str, str]:
    """The label of each of *things* that has one in *version*."""
    label = f' <{RDFS_LABEL}> "'
    found: dict[str, str] = {}
    for line in _lines(state, version):
        if label in line and (thing := _subject(line)) in things:
            found.setdefault(thing, line.split('"')[1])
    return found

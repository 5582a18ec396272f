"""All canned queries, read from the ``.rq`` files beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from biokg.errors import NotFound, UsageError
from biokg.queries.header import CannedQuery, parse_query
from biokg.queries.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent


def read_folder(folder: Path) -> dict[str, CannedQuery]:
    """Every ``<group>/<name>.rq`` under *folder*, by name; raises :class:`UsageError` for a bad or double one."""
    found: dict[str, CannedQuery] = {}
    for path in sorted(folder.glob("*/*.rq")):
        if path.stem in found:
            raise UsageError(f"two canned queries are called {path.stem}", fix="Rename one of the .rq files.")
        found[path.stem] = parse_query(path.stem, path.parent.name, path.read_text(encoding="utf-8"))
    return found


@cache
def _packaged() -> Mapping[str, CannedQuery]:
    return MappingProxyType(read_folder(FOLDER))


def catalogue() -> dict[str, CannedQuery]:
    """All canned queries by name, in the order of group and name."""
    return dict(_packaged())


def find(name: str) -> CannedQuery:
    """The canned query called *name*; raises :class:`NotFound` naming the nearest one."""
    queries = _packaged()
    if name not in queries:
        guess = nearest(name, queries)
        raise NotFound(
            f"there is no canned query {name!r}",
            fix=f"Did you mean {guess!r}?" if guess else "`biokg query` shows all of them.",
        )
    return queries[name]

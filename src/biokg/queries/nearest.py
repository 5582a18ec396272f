"""The nearest known name to a mistaken one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The name most like *text*, or ``None`` where none is like it.

    >>> nearest("flandres", ["flanders", "wallonia"])
    'flanders'
    """
    found = difflib.get_close_matches(text, list(names), n=1, cutoff=0.5)
    return found[0] if found else None

"""What the query page was asked: the text, which layers to read, and how to show the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from biokg.errors import UsageError
from biokg.terms import VIEWS, asserted
from biokg.web.protocol import deadline

SHOWS = ("table", "chart", "map", "network", "timeline")
"""The ways to show an answer, the table first."""
NAMES = {"table": "Table", "chart": "Chart", "map": "Map", "network": "Network", "timeline": "Timeline"}


@dataclass(frozen=True)
class Asked:
    """The whole state of the query page; its address is made of it. Empty ``show``, ``x`` and ``y`` mean "choose"."""

    text: str
    view: str = "all"
    inferred: bool = True
    show: str = ""
    x: str = ""
    y: str = ""
    timeout: str = ""
    """Seconds that the query may take, if not as long as any."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Asked:
        """What the fields of a request say. Raises :class:`UsageError` for what is no view, way to show or time."""
        view, show = values.get("view") or "all", values.get("show") or ""
        if view not in VIEWS:
            raise UsageError(f"there is no view {view!r}", fix="the views are " + ", ".join(VIEWS))
        if show and show not in SHOWS:
            raise UsageError(f"an answer cannot be shown as {show!r}", fix="one of: " + ", ".join(SHOWS))
        inferred = values.get("inferred", "yes") != "no"
        x, y, timeout = (values.get(name, "") for name in ("x", "y", "timeout"))
        deadline(timeout or None)
        return cls(values.get("query", ""), view, inferred, show, x, y, timeout)

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the address that says the same, without those that say nothing."""
        given = {"query": self.text, "view": self.view, "inferred": "yes" if self.inferred else "no"}
        given |= {"show": self.show, "x": self.x, "y": self.y, "timeout": self.timeout}
        usual = {"view": "all", "inferred": "yes"}
        return {name: value for name, value in given.items() if value and value != usual.get(name)}

    @property
    def address(self) -> str:
        """The address of this state."""
        return "/query?" + urlencode(self.fields)

    def shown_as(self, show: str) -> Asked:
        """The same question with its answer shown another way."""
        return replace(self, show=show, x="", y="")

    def graphs(self, known: tuple[str, ...]) -> tuple[str, ...] | None:
        """The graphs to read, ``None`` for all of them; *known* are the graphs there are."""
        if self.view == "all" and self.inferred:
            return None
        graphs = known if self.view == "all" else VIEWS[self.view].graphs
        return graphs if self.inferred else asserted(graphs)

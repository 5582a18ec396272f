"""Business models, phases and candidates of all firms of which a source states any, in time."""

from __future__ import annotations

from collections.abc import Sequence

from biokg.web.asking import Row, Value
from biokg.web.drawing import history
from biokg.web.drawing.base import Drawing, last, text


def layout(rows: Sequence[Row]) -> Drawing:
    """The picture of an organisation in time, for every firm, each under a heading of its own."""
    firms = {last(row, "firm"): text(row, "firm") for row in rows}
    ordered = dict(sorted(firms.items(), key=lambda item: item[1].casefold()))
    lanes = [{**row, "lane": Value(last(row, "firm"))} for row in rows]
    columns = ("firm", "kind", "of", "event", "year", "until", "source")
    return history.layout(lanes, headings=ordered, columns=columns)

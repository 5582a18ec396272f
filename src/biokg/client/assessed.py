"""An assessed hypothesis in a notebook: verdicts, criteria as a frame, and a chart of intervals."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from biokg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_WIDTH, _ROW, _LEFT, _BAR = 640, 26, 330, 290
_STYLE = "font: 13px system-ui, sans-serif"


class Assessed:
    """One hypothesis with its verdict in each view. ``document`` is the whole assessment as plain values."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.label: str = document["label"]
        self.wording: str = document["wording"]

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{view['view']}: {view['verdict_label']}" for view in self.document["views"])
        return f"<{self.label} {verdicts}>"

    @property
    def views(self) -> tuple[str, ...]:
        """Names of the views assessed."""
        return tuple(view["view"] for view in self.document["views"])

    def verdict(self, view: str = "all") -> str:
        """The verdict over the layers of *view*, in words."""
        return str(self._view(view)["verdict_label"])

    def criteria(self, view: str = "all") -> pd.DataFrame:
        """One row for each criterion: members known to (Y), known not to (X), unknown (U), interval, outcome.

        ``low`` and ``high`` are shares from 0 to 1: every unknown member counted as no, or as yes.
        """
        import pandas as pd

        columns = (
            "criterion",
            "sub_claim",
            "title",
            "N",
            "Y",
            "X",
            "U",
            "low",
            "high",
            "needs",
            "threshold",
            "outcome",
        )
        rows = [
            (
                *(criterion["id"], claim["id"], criterion["title"]),
                *(criterion[key] for key in ("N", "Y", "X", "U", "L", "H", "quantifier", "threshold")),
                criterion["outcome_label"],
            )
            for claim, criterion in self._criteria(view)
        ]
        return pd.DataFrame(rows, columns=list(columns)).set_index("criterion").convert_dtypes()

    def evidence(self, view: str = "all") -> pd.DataFrame:
        """One row for each stated line of evidence: which sub-claim, for or against, weight, text, sources."""
        import pandas as pd

        rows = [
            {
                "sub_claim": claim["id"],
                "stance": line["stance"],
                "weight": line["weight"],
                "text": line["text"],
                "sources": "; ".join(str(source.get("address") or source["label"]) for source in line["sources"]),
            }
            for claim in self._view(view)["sub_claims"]
            for part in ("evidence", "qualifying", "counter_evidence")
            for line in claim.get(part, ())
        ]
        names = ["sub_claim", "stance", "weight", "text", "sources"]
        return pd.DataFrame(rows, columns=names).astype("string")

    def chart(self, view: str = "all") -> str:
        """The intervals of the criteria as SVG: a bar from low to high, a line where the threshold is."""
        drawn = [pair for pair in self._criteria(view) if pair[1]["L"] is not None and pair[1]["H"] is not None]
        height = _ROW * (len(drawn) + 1)
        rows = "".join(_bar(place, criterion) for place, (_, criterion) in enumerate(drawn))
        scale = "".join(
            f'<text x="{_LEFT + _BAR * share:.0f}" y="{height - 6}" text-anchor="middle" fill="currentColor">'
            f"{share:.0%}</text>"
            for share in (0, 0.5, 1)
        )
        title = escape(f"{self.label}: share of members for which each criterion holds")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'role="img" style="{_STYLE}"><title>{title}</title>{rows}{scale}</svg>'
        )

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{escape(view['label'])}</th>" for view in self.document["views"])
        cells = "".join(f"<td><b>{escape(view['verdict_label'])}</b></td>" for view in self.document["views"])
        author = escape(str((self.document.get("author") or {}).get("verdict", "")))
        return (
            f"<p><b>{escape(self.label)}</b> {escape(self.wording)}</p>"
            f"<table><tr><th>the author</th>{heads}</tr><tr><td>{author}</td>{cells}</tr></table>"
            f"<p>{escape(self.document['views'][-1]['label'])}:</p>{self.chart(self.views[-1])}"
        )

    def _view(self, name: str) -> dict[str, Any]:
        for view in self.document["views"]:
            if view["view"] == name:
                found: dict[str, Any] = view
                return found
        raise UsageError(f"{self.label} was not assessed in the view {name!r}", fix=f"one of: {', '.join(self.views)}")

    def _criteria(self, view: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for claim in self._view(view)["sub_claims"]:
            for criterion in claim["criteria"]:
                yield claim, criterion


def _bar(place: int, criterion: dict[str, Any]) -> str:
    """One criterion: title, interval, threshold, and the numbers for those who do not see the bar."""
    top, low, high = place * _ROW, float(criterion["L"]), float(criterion["H"])
    title = criterion["title"] if len(criterion["title"]) <= 48 else criterion["title"][:47] + "…"
    threshold = criterion["threshold"]
    line = ""
    if isinstance(threshold, int | float) and 0 <= threshold <= 1:
        x = _LEFT + _BAR * threshold
        line = (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + 3}" y2="{top + 23}" stroke="currentColor" stroke-width="2"/>'
        )
    return (
        f"<g><title>{escape(criterion['title'])}: {low:.0%} to {high:.0%}, {escape(criterion['outcome_label'])}</title>"
        f'<text x="0" y="{top + 17}" fill="currentColor">{escape(title)}</text>'
        f'<rect x="{_LEFT}" y="{top + 6}" width="{_BAR}" height="14" fill="none" stroke="currentColor" opacity="0.4"/>'
        f'<rect x="{_LEFT + _BAR * low:.1f}" y="{top + 6}" width="{max(3.0, _BAR * (high - low)):.1f}" height="14" '
        f'fill="#4477aa"/>{line}</g>'
    )

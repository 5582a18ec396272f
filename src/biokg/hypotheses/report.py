"""The assessment as a report for a paper's appendix: Markdown, or one HTML file with its figures inside.

The report is told once as a sequence of blocks; Markdown and HTML are two ways to write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from biokg.errors import UsageError
from biokg.hypotheses.figures import curves_svg, intervals_svg, robustness_svg

if TYPE_CHECKING:
    from biokg.hypotheses.assessment import HypothesisAssessment

FORMATS = ("html", "md")
_STYLE = (
    "body{font:15px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:.5rem 0;font-size:13px}td,th{border:1px solid #bbb;padding:.2rem .5rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "figure{margin:1rem 0}svg{max-width:100%;height:auto}h1,h2,h3{line-height:1.2}"
    "@media print{h2{break-before:page}table,svg{break-inside:avoid}}"
)


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Listing:
    """Plain items."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table of plain text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """An SVG figure and its caption; Markdown keeps the caption alone."""

    svg: str
    caption: str


Block = Heading | Paragraph | Listing | Grid | Figure


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _bounds(pair: Sequence[float]) -> str:
    return f"{_percent(pair[0])} to {_percent(pair[1])}"


def _sources(sources: Sequence[dict[str, Any]]) -> str:
    told = []
    for source in sources:
        quote = f", “{source['locator']}”" if source["locator"] else ""
        told.append(f"{source['label']}{quote}")
    return "; ".join(dict.fromkeys(told)) or "no source statement"


def _overview(found: Sequence[dict[str, Any]]) -> Iterator[Block]:
    yield Heading(2, "Verdicts")
    views = [view["view"] for view in found[0]["views"]] if found else []
    rows = []
    for item in found:
        rows.append(
            (item["label"], *(view["verdict_label"] for view in item["views"]), item["author"]["verdict"] or "–")
        )
        for number, claim in enumerate(item["views"][0]["sub_claims"]):
            labels = (view["sub_claims"][number]["verdict_label"] for view in item["views"])
            rows.append((f"{claim['id'].upper()}: {claim['claim']}", *labels, ""))
    yield Grid(("", *views, "the author’s own"), tuple(rows))
    yield Paragraph(
        "Verdicts are computed from the graph; the author’s own stands beside them and is no evidence. A firm without "
        "a row is unknown, never a no. L is the share certain to hold, H the share that may."
    )


def _criteria(claim: dict[str, Any], intervals: dict[str, Any]) -> Iterator[Block]:
    rows = []
    for item in claim["criteria"]:
        rows.append(
            (
                item["title"] + (" (necessary)" if item["necessary"] else ""),
                f"{item['population']['label']}; {item['rule']['label']}",
                f"{item['N']} / {item['Y']} / {item['X']} / {item['U']}",
                f"{_percent(item['L'])} / {_percent(item['H'])}",
                _percent(item["coverage"]),
                f"{item['outcome_label']}: {item['why']}",
            )
        )
    yield Grid(
        ("criterion", "population and rule", "N / yes / no / unknown", "L / H", "coverage", "outcome"), tuple(rows)
    )
    flips = [f"{item['title']}: {item['flip']}" for item in claim["criteria"] if item["flip"]]
    if flips:
        yield Paragraph("Flip points:")
        yield Listing(tuple(flips))
    told = []
    for item in claim["criteria"]:
        pair = intervals.get(item["id"])
        if pair and pair["at_low"] and pair["at_high"]:
            low, high = (
                f"{_bounds(one['clopper_pearson'])} (Wilson {_bounds(one['wilson'])})"
                for one in (pair["at_low"], pair["at_high"])
            )
            told.append(f"{item['title']}: at L {low}; at H {high}")
    if told:
        yield Paragraph("Clopper–Pearson intervals (95 %), as if firms were a random draw, which they are not:")
        yield Listing(tuple(told))


def _lines(title: str, lines: Sequence[dict[str, Any]]) -> Iterator[Block]:
    yield Paragraph(
        f"{title} ({len(lines)}):" if lines else f"{title}: none recorded, which does not say that none exists."
    )
    if lines:
        rows = tuple(
            (
                line["text"],
                f"{line['weight']} ({line['weight_points']})" + (", answered" if line["answered"] else ""),
                _sources(line["sources"]),
            )
            for line in lines
        )
        yield Grid(("statement", "weight", "source"), rows)


def _robustness(found: dict[str, Any]) -> Iterator[Block]:
    yield Paragraph(
        f"Robustness: {found['kept']} of {found['cells']} cells of population × rule × threshold × as-of date keep the "
        f"verdict “{found['verdict'].replace('-', ' ')}”. {found['note']} Leaving out each of "
        f"{found['left_out']['documents']} documents and {found['left_out']['firms']} firms in each cell, "
        f"{len(found['changing']['documents'])} documents and {len(found['changing']['firms'])} firms change some cell."
    )
    missing = found["missing_fact"]
    if missing:
        yield Paragraph(
            f"Missing fact worth most: {missing['title']} — {missing['member']['label']}; {missing['effect']}."
        )
    yield Figure(
        robustness_svg(found, f"Robustness of {found['sub_claim'].upper()}"), "Verdict in every cell of the grid."
    )


def _statistics(told: dict[str, Any]) -> Iterator[Block]:
    for row in told.get("regions", ()):
        groups = ", ".join(f"{name}: {_percent(g['coverage'])} of {g['N']}" for name, g in row["groups"].items())
        p = f" (p {row['p'][0]:.3f} to {row['p'][1]:.3f})" if "p" in row else ""
        yield Paragraph(f"By region, {row['criterion']}: coverage {groups}. {row['result']}{p}: {row['why']}.")
    rates = told.get("founding_rates", ())
    if rates:
        rows = tuple(
            (
                row["region"],
                row["instrument"],
                str(row["year"]),
                f"{row['before']} / {row['after']}",
                f"{row['ratio']:.1f} ({row['interval'][0]:.1f} to {row['interval'][1]:.1f})"
                if "ratio" in row
                else row["result"],
            )
            for row in rates
        )
        yield Paragraph(f"Foundings in the ten years before and after each dated instrument; {rates[0]['caption']}.")
        yield Grid(("region", "instrument", "year", "before / after", "rate ratio (95 %)"), rows)
    if "first_alliance" in told:
        yield from _first_alliance(told["first_alliance"])
    if told.get("exits", {}).get("result") == "range":
        yield from _exits(told["exits"])


def _first_alliance(told: dict[str, Any]) -> Iterator[Block]:
    curve = [(float(row["years"]), row["low"] or 0.0) for row in told["curve"]]
    caption = f"Share of {told['N']} firms known to have an alliance within t years of founding; {told['caption']}."
    yield Figure(curves_svg({"certain share": curve}, "Time to the first alliance", "years since founding"), caption)


def _exits(told: dict[str, Any]) -> Iterator[Block]:
    curves = {
        f"{name.replace('_', ' ')}, {words}": [(row["years"], row["share"]) for row in told[part][name]]
        for part, words in (
            ("silent_firms_independent", "silent firms independent"),
            ("stated_exits_only", "stated exits"),
        )
        for name in ("acquired_or_merged", "insolvent")
    }
    caption = (
        f"{told['estimator']}; {told['N']} firms, to {told['last_year']}; {told['caption']}. The truth lies between."
    )
    yield Figure(curves_svg(curves, "Exits after 2016", "years since the end of 2016"), caption)


def _hypothesis(item: dict[str, Any]) -> Iterator[Block]:
    yield Heading(2, f"{item['label']}: {item['wording']}")
    for number, view in enumerate(item["views"]):
        yield Heading(3, f"{item['label']} in the view of {view['label']}: {view['verdict_label']}")
        yield Paragraph(f"{view['why'].capitalize()}.")
        told = item["statistics"][number] if item["statistics"] else {"intervals": {}}
        grids = item["robustness"]["views"][number]["sub_claims"] if item["robustness"] else []
        for place, claim in enumerate(view["sub_claims"]):
            yield Heading(4, f"{claim['id'].upper()}: {claim['claim']} — {claim['verdict_label']}")
            yield Paragraph(f"{claim['why'].capitalize()}. The claim needs {claim['design_needed']} data.")
            yield from _criteria(claim, told["intervals"])
            yield Figure(
                intervals_svg(claim["criteria"], f"Certain and possible shares, {claim['id'].upper()}"),
                "L to H; the line is the threshold.",
            )
            yield from _lines("Evidence", claim["evidence"])
            yield from _lines("Counter-evidence", claim["counter_evidence"])
            yield from _lines("Qualifications", claim["qualifying"])
            if grids:
                yield from _robustness(grids[place])
        yield from _statistics(told)
    author = item["author"]
    basis = author["basis"] or "no basis stated"
    yield Paragraph(f"The author’s own verdict: {author['verdict'] or 'none stated'} ({basis}).")
    yield Paragraph("What makes the dissertation’s own evidence strong:")
    yield Listing(tuple(item["strengths"]))
    yield Paragraph("and weak:")
    yield Listing(tuple(item["weaknesses"]))


def blocks(assessments: Sequence[HypothesisAssessment], *, robustness: bool = True) -> Iterator[Block]:
    """The report as blocks."""
    found = [item.to_dict(statistics=True, robustness=robustness) for item in assessments]
    yield Heading(1, "The four hypotheses, assessed")
    if found:
        first = found[0]
        yield Paragraph(
            f"Graph version {first['graph_version'] or 'unversioned'}; definitions {first['definitions_version']}; "
            f"{first['software']}. To reproduce: install that version, then `biokg report`."
        )
    yield from _overview(found)
    for item in found:
        yield from _hypothesis(item)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_cell(block.text)}\n"
    if isinstance(block, Paragraph):
        return f"{_cell(block.text)}\n"
    if isinstance(block, Listing):
        return "".join(f"- {_cell(item)}\n" for item in block.items)
    if isinstance(block, Grid):
        lines = [block.head, tuple("---" for _ in block.head), *block.rows]
        return "".join(f"| {' | '.join(_cell(value) for value in row)} |\n" for row in lines)
    return f"*{_cell(block.caption)}*\n"


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Listing):
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Grid):
        head = "".join(f"<th>{escape(value)}</th>" for value in block.head)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in block.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<figure>{block.svg}<figcaption>{escape(block.caption)}</figcaption></figure>"


def report(assessments: Sequence[HypothesisAssessment], format: str = "html", *, robustness: bool = True) -> str:
    """The report in *format* (``html``: one file that needs nothing else; ``md``).

    The same assessments give the same text. Raises :class:`UsageError` for another format.
    """
    if format not in FORMATS:
        raise UsageError(f"there is no report format {format!r}", fix=f"Formats: {', '.join(FORMATS)}.")
    told = blocks(assessments, robustness=robustness)
    if format == "md":
        return "\n".join(map(_markdown, told))
    body = "\n".join(map(_html, told))
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>The four hypotheses</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'

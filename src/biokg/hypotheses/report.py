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

FORMATS = ("html", "md", "pdf-ready")
_STYLE = (
    "body{font:15px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:.5rem 0;font-size:13px}td,th{border:1px solid #bbb;padding:.2rem .5rem;"
    "text-align:left;vertical-align:top}td{overflow-wrap:anywhere}"
    "figure{margin:1rem 0}svg{max-width:100%;height:auto}h1,h2,h3{line-height:1.2}"
    "caption,figcaption{text-align:left;font-size:13px;padding:.2rem 0;caption-side:top}"
    "thead{display:table-header-group}"
    "@page{size:A4;margin:18mm 15mm;@bottom-center{content:counter(page)}}"
    "@media print{body{font-size:10pt;margin:0;max-width:none;padding:0}"
    "h2{break-before:page}h2:first-of-type{break-before:auto}h1,h2,h3,h4{break-after:avoid}"
    "table{font-size:8pt;width:100%}tr,svg,figure{break-inside:avoid}}"
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
    """A table of plain text; tables are numbered in the order in which they stand."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str


@dataclass(frozen=True)
class Figure:
    """An SVG figure and its caption; Markdown names the file that holds it, or keeps the caption alone."""

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
    yield Grid(("", *views, "the author’s own"), tuple(rows), "Verdicts on hypotheses and sub-claims by view.")
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
                _percent(item["coverage"]),
                f"{item['N']} / {item['Y']} / {item['X']} / {item['U']}",
                f"{_percent(item['L'])} / {_percent(item['H'])}",
                f"{item['outcome_label']}: {item['why']}",
            )
        )
    yield Grid(
        ("criterion", "population and rule", "coverage", "N / yes / no / unknown", "L / H", "outcome"),
        tuple(rows),
        f"Criteria of {claim['id'].upper()}: what is known, and what follows.",
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
        yield Grid(("statement", "weight", "source"), rows, f"{title}.")


def _robustness(found: dict[str, Any]) -> Iterator[Block]:
    few = "Fewer than half of the choices keep the verdict. " if 2 * found["kept"] < found["cells"] else ""
    yield Paragraph(
        f"Robustness: {few}{found['kept']} of {found['cells']} cells of population × rule × threshold × as-of date "
        f"keep the verdict “{found['verdict'].replace('-', ' ')}”. {found['note']} Leaving out each of "
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


def _compared(row: dict[str, Any]) -> str:
    """Coverage of both groups first, then what the test allows to say."""
    groups = ", ".join(
        f"{name}: {_percent(group['coverage'])} of {group['N']}" for name, group in row["groups"].items()
    )
    p = f" (p {row['p'][0]:.3f} to {row['p'][1]:.3f})" if "p" in row else ""
    return f"outcome known of {groups}. {row['result'].capitalize()}{p}: {row['why']}."


def _statistics(told: dict[str, Any]) -> Iterator[Block]:
    for row in told.get("comparisons", ()):
        yield Paragraph(f"{row['title']}: {_compared(row)} {row['unknown_exposure']} are in neither group.")
    for row in told.get("regions", ()):
        yield Paragraph(f"By region, {row['criterion']}: {_compared(row)}")
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
        head = ("region", "instrument", "year", "before / after", "rate ratio (95 %)")
        yield Grid(head, rows, "Foundings ten years before and after each dated instrument.")
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
            yield from _lines(f"Evidence on {claim['id'].upper()}", claim["evidence"])
            yield from _lines(f"Counter-evidence on {claim['id'].upper()}", claim["counter_evidence"])
            yield from _lines(f"Qualifications on {claim['id'].upper()}", claim["qualifying"])
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


def _bibliography(found: Sequence[dict[str, Any]]) -> Iterator[Block]:
    """Every document that an evidence line or a counted fact stands in, with how many of them do."""
    cited: dict[str, set[str]] = {}
    for claim in (claim for item in found for view in item["views"] for claim in view["sub_claims"]):
        lines = (*claim["evidence"], *claim["counter_evidence"], *claim["qualifying"])
        facts = (fact for one in claim["criteria"] for member in one["members"] for fact in member["facts"])
        for told in (*lines, *facts):
            for source in told["sources"]:
                cited.setdefault(source["label"], set()).add(told["iri"])
    yield Heading(2, "Sources")
    rows = tuple((label, str(len(cited[label]))) for label in sorted(cited))
    yield Grid(("document", "facts and lines"), rows, "Documents that the evidence and the counted facts stand in.")


def blocks(assessments: Sequence[HypothesisAssessment], *, robustness: bool = True) -> Iterator[Block]:
    """The report as blocks."""
    found = [item.to_dict(statistics=True, robustness=robustness) for item in assessments]
    yield Heading(1, "The four hypotheses, assessed")
    if found:
        first = found[0]
        views = " ".join(f"--view {view['view']}" for view in first["views"])
        yield Paragraph(
            f"Graph version {first['graph_version'] or 'unversioned'}; definitions {first['definitions_version']}; "
            f"{first['software']}. To reproduce: install that version and check that `biokg build` prints this "
            f"version of the graph, then `biokg report {views}{'' if robustness else ' --without-robustness'}`, with "
            f"the same files of definitions where others than those of the project were used."
        )
    yield from _overview(found)
    for item in found:
        yield from _hypothesis(item)
    yield from _bibliography(found)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _markdown(block: Block, number: int, figures: str) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_cell(block.text)}\n"
    if isinstance(block, Paragraph):
        return f"{_cell(block.text)}\n"
    if isinstance(block, Listing):
        return "".join(f"- {_cell(item)}\n" for item in block.items)
    if isinstance(block, Grid):
        lines = [block.head, tuple("---" for _ in block.head), *block.rows]
        rows = "".join(f"| {' | '.join(_cell(value) for value in row)} |\n" for row in lines)
        return f"**Table {number}.** {_cell(block.caption)}\n\n{rows}"
    shown = f"![Figure {number}]({figures}/{figure_name(number)}.svg)\n\n" if figures else ""
    return f"{shown}**Figure {number}.** {_cell(block.caption)}\n"


def _html(block: Block, number: int, _figures: str) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Listing):
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Grid):
        head = "".join(f"<th>{escape(value)}</th>" for value in block.head)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in block.rows)
        caption = f"<caption><b>Table {number}.</b> {escape(block.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    caption = f"<figcaption><b>Figure {number}.</b> {escape(block.caption)}</figcaption>"
    return f"<figure>{block.svg}{caption}</figure>"


def figure_name(number: int) -> str:
    """The name of the file of a figure, without its suffix."""
    return f"figure-{number:02d}"


def figures(told: Sequence[Block]) -> dict[str, str]:
    """The SVG text of every figure of a report, by :func:`figure_name`."""
    shown = (block for block in told if isinstance(block, Figure))
    return {figure_name(number): block.svg for number, block in enumerate(shown, start=1)}


def _numbered(told: Sequence[Block]) -> Iterator[tuple[Block, int]]:
    """Each block with its number among the tables or the figures."""
    counted: dict[type, int] = {}
    for block in told:
        counted[type(block)] = counted.get(type(block), 0) + 1
        yield block, counted[type(block)]


def write_report(told: Sequence[Block], format: str = "html", *, figures: str = "") -> str:
    """*told* in *format* (``html`` and ``pdf-ready``: one file that needs nothing else; ``md``).

    *figures* is the folder, as Markdown shall name it, that holds the figures. Raises :class:`UsageError` for
    another format.
    """
    if format not in FORMATS:
        raise UsageError(f"there is no report format {format!r}", fix=f"Formats: {', '.join(FORMATS)}.")
    write = _markdown if format == "md" else _html
    body = "\n".join(write(block, number, figures) for block, number in _numbered(told))
    if format == "md":
        return body
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>The four hypotheses</title><style>{_STYLE}</style>"
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def report(assessments: Sequence[HypothesisAssessment], format: str = "html", *, robustness: bool = True) -> str:
    """The report in *format*; the same assessments give the same text. Raises as :func:`write_report` does."""
    return write_report(tuple(blocks(assessments, robustness=robustness)), format)

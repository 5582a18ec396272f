"""A benchmark as a dated page: what was run, on what machine, with which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from biokg.scale.bench import Grown, Measured, MixQuery
from biokg.scale.measuring import fitted_exponent, geometric_mean, percentile

Comparison = dict[str, dict[str, Measured]]


def milliseconds(seconds: float | None) -> str:
    """Three significant digits, in milliseconds."""
    return "–" if seconds is None or isnan(seconds) else f"{seconds * 1000:.3g}"


def comparison_table(found: Comparison, queries: Sequence[MixQuery], names: Sequence[str]) -> str:
    """Median and 99th percentile in ms, processor time a request, and the ratio of medians to the first target."""
    head = ["query", "kind", "rows"]
    for name in names:
        head += [f"{name} p50", "p99", "cpu"] + ([f"ratio to {names[0]}"] if name != names[0] else [])
    lines = [_row(head), _row(["---"] * 3 + ["---:"] * (len(head) - 3))]
    for query in queries:
        base = found[query.name][names[0]]
        cells = [query.name, query.kind, str(base.rows) if base.spread else "–"]
        for name in names:
            cells += _cells(found[query.name][name], base, first=name == names[0])
        lines.append(_row(cells))
    return "\n".join(lines)


def _cells(measured: Measured, base: Measured, *, first: bool) -> list[str]:
    if measured.spread is None:
        return [f"failed: {measured.error}", "", ""] + ([] if first else ["–"])
    differs = " (other rows!)" if base.spread and measured.digest != base.digest else ""
    cells = [
        milliseconds(measured.spread.p50) + differs,
        milliseconds(measured.spread.p99),
        milliseconds(measured.processor),
    ]
    if not first:
        ratio = measured.spread.p50 / base.spread.p50 if base.spread and base.spread.p50 else None
        cells.append("–" if ratio is None else f"{ratio:.2f}")
    return cells


def summary_table(found: Comparison, queries: Sequence[MixQuery], names: Sequence[str]) -> str:
    """The geometric mean of the medians over the queries that every target answered."""
    common = [q.name for q in queries if all(found[q.name][name].spread is not None for name in names)]
    lines = [_row(["target", "geometric mean of p50 (ms)", f"ratio to {names[0]}", "answered"]), _row(["---"] * 4)]
    first = None
    for name in names:
        mean = geometric_mean([_p50(found[query][name]) for query in common])
        first = mean if first is None else first
        answered = sum(found[q.name][name].spread is not None for q in queries)
        lines.append(_row([name, milliseconds(mean), f"{mean / first:.2f}", f"{answered} of {len(queries)}"]))
    return "\n".join(lines)


def kinds_table(found: Comparison, queries: Sequence[MixQuery], names: Sequence[str]) -> str:
    """Each kind of query at each target: how many were answered, the median of the medians, and the slowest."""
    lines = [_row(["kind", "target", "answered", "median of p50 (ms)", "slowest p50 (ms)"]), _row(["---"] * 5)]
    for kind in dict.fromkeys(query.kind for query in queries):
        of_kind = [query.name for query in queries if query.kind == kind]
        for name in names:
            times = sorted((_p50(found[query][name]), query) for query in of_kind if found[query][name].spread)
            slowest = f"{milliseconds(times[-1][0])} {times[-1][1]}" if times else "–"
            middle = milliseconds(percentile([time for time, _ in times], 0.5))
            lines.append(_row([kind, name, f"{len(times)} of {len(of_kind)}", middle, slowest]))
    return "\n".join(lines)


def _p50(measured: Measured) -> float:
    return measured.spread.p50 if measured.spread else float("nan")


def growth_table(sizes: Sequence[Grown]) -> str:
    """Cost at each size with the exponent b of cost = a·quads^b (1: cost grows as size does; 0: not at all)."""
    quads = [grown.quads for grown in sizes]
    lines = [
        _row(["", *(f"{count:,} quads" for count in quads), "exponent"]),
        _row(["---", *("---:" for _ in quads), "---:"]),
        _grown_row("load and compact (s)", quads, [grown.load for grown in sizes], "{:.2f}"),
        _grown_row("load and compact, processor (s)", quads, [grown.load_processor for grown in sizes], "{:.2f}"),
        _grown_row("peak memory of loading (MB)", quads, [grown.load_memory for grown in sizes], "{:.0f}"),
        _grown_row("on disk (MB)", quads, [grown.disk for grown in sizes], "{:.1f}"),
        _grown_row("first question after opening (s)", quads, [grown.first for grown in sizes], "{:.3g}"),
        _grown_row("peak memory of the queries (MB)", quads, [grown.query_memory for grown in sizes], "{:.0f}"),
    ]
    for name in sizes[0].queries:
        found = [grown.queries[name] for grown in sizes]
        costs = [measured.spread.p50 * 1000 if measured.spread else None for measured in found]
        lines.append(_grown_row(f"{name} (p50, ms)", quads, costs, "{:.3g}"))
        used = [measured.processor * 1000 if measured.processor else None for measured in found]
        lines.append(_grown_row(f"{name} (processor, ms)", quads, used, "{:.3g}"))
    return "\n".join(lines)


def _grown_row(label: str, quads: Sequence[int], costs: Sequence[float | None], form: str) -> str:
    known = [(size, cost) for size, cost in zip(quads, costs, strict=True) if cost]
    exponent = fitted_exponent([size for size, _ in known], [cost for _, cost in known])
    cells = ["–" if cost is None else form.format(cost) for cost in costs]
    return _row([label, *cells, "–" if exponent is None else f"{exponent:.2f}"])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

"""Measuring: time, processor time, memory; and how cost grows."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Spread:
    """Times in seconds: how many, the median and the 99th percentile."""

    count: int
    p50: float
    p99: float

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        """The spread of *times*; both percentiles by nearest rank.

        >>> Spread.of([3.0, 1.0, 2.0])
        Spread(count=3, p50=2.0, p99=3.0)
        """
        return cls(len(times), percentile(times, 0.5), percentile(times, 0.99))


def percentile(times: Sequence[float], part: float) -> float:
    """The *part* (0 to 1) percentile of *times* by nearest rank; not a number where there are none."""
    ordered = sorted(times)
    return ordered[max(0, ceil(part * len(ordered)) - 1)] if ordered else float("nan")


def fitted_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float | None:
    """The exponent b of cost = a·size^b, by least squares on logarithms; ``None`` for fewer than two sizes.

    >>> round(fitted_exponent([10, 100, 1000], [2, 20, 200]), 6)
    1.0
    """
    points = [(log(size), log(cost)) for size, cost in zip(sizes, costs, strict=True) if size > 0 and cost > 0]
    if len({x for x, _ in points}) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    over = sum((x - mean_x) * (y - mean_y) for x, y in points)
    under = sum((x - mean_x) ** 2 for x, _ in points)
    return over / under


def geometric_mean(values: Sequence[float]) -> float:
    """The geometric mean of positive *values*; not a number for none."""
    kept = [value for value in values if value > 0]
    return exp(sum(map(log, kept)) / len(kept)) if kept else float("nan")


def forget_peak() -> bool:
    """Start this process's peak memory anew (Linux); whether that was possible."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def peak_memory(pid: int | None = None) -> float | None:
    """Peak resident memory of a process in MB (10^6 bytes), this one by default; ``None`` where it cannot be read."""
    try:
        lines = Path(f"/proc/{pid or 'self'}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), None)


def processor_time(pid: int) -> float | None:
    """Seconds of processor time of a process and its children, living or ended; ``None`` if it is gone."""
    pids, total = [pid], 0.0
    while pids:
        current = pids.pop()
        try:
            fields = Path(f"/proc/{current}/stat").read_text().rpartition(")")[2].split()
            for task in Path(f"/proc/{current}/task").iterdir():
                pids.extend(int(child) for child in (task / "children").read_text().split())
        except OSError:
            if current == pid:
                return None
            continue
        total += sum(map(int, fields[11:15])) / TICKS
    return total


def machine() -> str:
    """Processor, number of cores, system, Python and what else is running, in one line."""
    model = "unknown processor"
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        model = platform.processor() or model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )

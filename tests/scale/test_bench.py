"""The benchmark asks real targets the same queries, notices other rows, and fits growth."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biokg.cli.main import main
from biokg.queries.catalogue import catalogue
from biokg.scale.bench import canned, compare, measure, mix
from biokg.scale.faults import generate
from biokg.scale.measuring import Spread, fitted_exponent, peak_memory, processor_time
from biokg.scale.reporting import comparison_table, summary_table
from biokg.scale.targets import OwnStore, RdflibStore
from biokg.scale.world import World
from biokg.store.memory import MemoryStore


@pytest.fixture(scope="module")
def world() -> bytes:
    return "".join(lines for lines, _ in generate(World(120, 2))).encode()


def test_every_query_of_the_mix_gives_the_same_rows_as_rdflib(world: bytes) -> None:
    store = MemoryStore()
    store.load_nquads(world)
    ours, theirs = OwnStore("ours", store), RdflibStore.of(world)
    answered = 0
    for query in mix():
        one, two = ours.ask(query.text), theirs.ask(query.text)
        assert (one.rows, one.digest) == (two.rows, two.digest), query.name
        answered += one.rows > 0
    assert answered >= len(mix()) - 1


def test_other_rows_are_marked_and_failures_told(world: bytes) -> None:
    full, part = MemoryStore(), MemoryStore()
    full.load_nquads(world)
    part.load_nquads(world[: world.rindex(b"\n", 0, len(world) // 2) + 1])
    targets = [OwnStore("full", full), OwnStore("part", part)]
    queries = mix()
    found = compare(targets, queries, requests=1, budget=0.1, report=lambda _: None)
    table = comparison_table(found, queries, ["full", "part"])
    assert "other rows!" in table
    assert "ratio to full" in summary_table(found, queries, ["full", "part"])
    broken = type(queries[0])("broken", "none", "SELECT nonsense")
    assert measure(targets[0], broken, requests=1, budget=0.1).error


@given(st.floats(-1, 3), st.floats(0.001, 1000))
def test_the_exponent_of_a_power_is_found(exponent: float, factor: float) -> None:
    sizes = [10.0, 100.0, 1000.0, 20_000.0]
    assert fitted_exponent(sizes, [factor * size**exponent for size in sizes]) == pytest.approx(exponent, abs=1e-6)
    assert fitted_exponent([10.0], [1.0]) is None


@given(st.lists(st.floats(0, 100), min_size=1))
def test_percentiles_are_among_the_values(times: list[float]) -> None:
    spread = Spread.of(times)
    assert spread.p50 in times
    assert spread.p99 in times
    assert min(times) <= spread.p50 <= spread.p99 <= max(times)


def test_this_process_can_be_measured() -> None:
    import os

    assert (peak_memory() or 0) > 10
    assert (processor_time(os.getpid()) or 0) > 0
    assert processor_time(2**22 + 1) is None


def test_the_report_names_the_command_the_machine_and_the_growth(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    arguments = ["bench", "--sizes", "5000,20000", "--requests", "2", "--budget", "0.2", "--output", str(report)]
    assert main(arguments) == 0
    text = report.read_text()
    assert "exponent" in text
    assert "cores" in text
    assert "busiest-partners" in text
    assert main(["bench", "--sizes", "many"]) == 2
    assert main(["bench", "--url", "nonsense"]) == 2


def test_a_store_is_asked_every_canned_query_with_values_that_its_world_holds(tmp_path: Path, world: bytes) -> None:
    (tmp_path / "world.nq").write_bytes(world)
    folder, report = str(tmp_path / "store"), tmp_path / "report.md"
    assert main(["load", str(tmp_path / "world.nq"), "--store", folder]) == 0
    arguments = ["--store", folder, "--canned", "--requests", "1", "--budget", "0.1", "--output", str(report)]
    assert main(["bench", *arguments]) == 0
    text = report.read_text()
    assert "failed" not in text
    assert {query.name for query in canned()} >= set(catalogue())
    for query in canned():
        assert f"| {query.name} | {query.kind} |" in text
    assert "| canned, one firm | this process | 1 of 1 |" in text

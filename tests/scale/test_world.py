"""A generated world can be repeated, streams, resembles the real data, and holds the errors it says it holds."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from biokg.cli.main import main
from biokg.linking.registry import read_registry
from biokg.scale.draw import fraction, skewed, word
from biokg.scale.faults import generate
from biokg.scale.matching import measure as measure_matching
from biokg.scale.matching import report as matching_report
from biokg.scale.registry import ror_records
from biokg.scale.world import World, partner_of
from biokg.settings import Settings
from biokg.shapes import validate
from biokg.store.base import Store
from biokg.store.memory import MemoryStore
from biokg.terms import ID, ONTOLOGY_GRAPH, SCHEME_GRAPH, term


def written(world: World) -> str:
    return "".join(lines for lines, _ in generate(world))


@hypothesis_settings(max_examples=8, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10**9))
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(firms: int, seed: int) -> None:
    text = written(World(firms, seed))
    assert text == written(World(firms, seed))
    assert text != written(World(firms, seed + 1))
    store = ox.Store()
    store.load(text.encode(), ox.RdfFormat.N_QUADS)
    assert len(store) == text.count("\n"), "no quad is written twice"


def test_a_smaller_world_is_no_prefix_but_each_firm_is_made_alone() -> None:
    produced = generate(World(10**9, 1))
    for _ in range(World(10**9, 1).countries + 5):
        next(produced)


@pytest.mark.parametrize("seed", [1, 77])
def test_exactly_the_seeded_errors_are_found(store: Store, seed: int) -> None:
    world = World(500, seed, 0.08)
    target = MemoryStore()
    for graph in (ONTOLOGY_GRAPH, SCHEME_GRAPH):
        target.add(list(store.quads(graph)))
    faults = set()
    parts = []
    for lines, fault in generate(world):
        parts.append(lines)
        if fault is not None:
            faults.add((fault.focus, fault.shape))
    target.load_nquads("".join(parts).encode())
    found = {
        (str(result.focus).strip("<>"), str(result.shape).strip("<>").rsplit("/", 1)[-1])
        for result in validate(target).of("Violation")
    }
    assert len(faults) > 20
    assert found == faults


def test_degrees_and_kinds_resemble_the_real_data(settings: Settings) -> None:
    with (settings.data_folder / "alliances.csv").open(encoding="utf-8") as stream:
        real = list(csv.DictReader(stream))
    with (settings.data_folder / "organizations.csv").open(encoding="utf-8") as stream:
        organizations = list(csv.DictReader(stream))
    young = sum(row["type"] == "nbf" for row in organizations)
    world = World(3230, 11, 0.0)
    store = ox.Store()
    store.load(written(world).encode(), ox.RdfFormat.N_QUADS)

    def count(kind: str) -> int:
        pattern = store.quads_for_pattern(None, None, ox.NamedNode(term(kind)), None)
        return sum(1 for _ in pattern)

    new_firms = sum(world.kind(firm) == "nbf" for firm in range(world.firms))
    assert new_firms / world.firms == pytest.approx(young / len(organizations), abs=0.05)
    assert count("Alliance") / new_firms == pytest.approx(len(real) / young, rel=0.2)
    partners = Counter(row["partner_id"] for row in real)
    small = World(len(organizations), 11, 0.0)
    made = Counter(
        partner_of(small, firm, number)
        for firm in range(small.firms)
        if small.kind(firm) == "nbf"
        for number in range(3)
    )
    assert partners.most_common(1)[0][1] / len(real) == pytest.approx(
        made.most_common(1)[0][1] / made.total(), abs=0.05
    )
    assert count("FinancingEvent") / new_firms == pytest.approx(73 / 65, rel=0.3)


def test_signings_never_come_before_the_founding_of_a_player() -> None:
    world = World(300, 5, 0.0)
    store = ox.Store()
    store.load(written(world).encode(), ox.RdfFormat.N_QUADS)
    years = {
        quad.subject.value: int(quad.object.value)  # type: ignore[union-attr]
        for quad in store.quads_for_pattern(None, ox.NamedNode(term("year")), None, None)
    }
    checked = 0
    for quad in store.quads_for_pattern(None, ox.NamedNode(term("playedBy")), None, None):
        role, player = quad.subject.value, quad.object.value  # type: ignore[union-attr]
        alliance = role.partition("/role/")[0]
        if f"{alliance}/event/signing" in years:
            firm = int(player.removeprefix(f"{ID}organization/w"))
            assert years[f"{alliance}/event/signing"] >= world.founded(firm)
            checked += 1
    assert checked > 100


def test_generate_writes_the_file_and_the_list_of_errors(tmp_path: Path) -> None:
    out, errors = tmp_path / "w.nq", tmp_path / "e.tsv"
    arguments = ["generate", "--firms", "120", "--seed", "3", "--error-share", "0.2"]
    assert main([*arguments, "--output", str(out), "--errors", str(errors)]) == 0
    listed = errors.read_text().splitlines()[1:]
    assert len(listed) == sum(fraction(3, firm, 40) < 0.2 for firm in range(120))
    assert main([*arguments, "--output", str(tmp_path / "again.nq.gz")]) == 0
    assert main(["generate", "--firms", "1"]) == 2
    loaded = tmp_path / "store"
    assert main(["load", str(tmp_path / "again.nq.gz"), "--store", str(loaded)]) == 0
    quads = json.loads((loaded / "current.json").read_text())["quads"]
    assert quads == out.read_text().count("\n")


def test_a_bad_file_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    good, bad, folder = tmp_path / "g.nq", tmp_path / "b.nq", tmp_path / "store"
    good.write_text("<http://e/a> <http://e/p> <http://e/b> <http://e/g> .\n")
    bad.write_text("<http://e/c> <http://e/p> <http://e/d> <http://e/g> .\nthis is no quad\n")
    assert main(["load", str(good), "--store", str(folder)]) == 0
    before = (folder / "current.json").read_bytes()
    assert main(["load", str(bad), "--store", str(folder)]) != 0
    assert (folder / "current.json").read_bytes() == before
    assert main(["load", str(good), "--store", str(folder)]) == 0
    assert json.loads((folder / "current.json").read_text())["quads"] == 1


def test_words_are_all_different_and_skew_stays_inside() -> None:
    assert len({word(number) for number in range(50_000)}) == 50_000
    assert {skewed(part / 1000, 7, 1.5) for part in range(1000)} == set(range(7))


def test_the_made_up_registry_is_read_as_a_ror_dump(tmp_path: Path) -> None:
    path = tmp_path / "ror.json"
    path.write_text(json.dumps(list(ror_records(500, 4))))
    entities = read_registry(path)
    assert len({entity.id for entity in entities}) == 500
    assert any(entity.successors for entity in entities)


def test_matching_is_measured_with_its_answers() -> None:
    cost = measure_matching(600, 100, seed=3)
    assert cost.names == 100
    assert cost.absent == 10
    assert cost.right > 60
    assert cost.wrong + cost.false <= 2
    assert f"{cost.right} led to the record" in matching_report(cost)

"""The version of a bulk load is the same however it is summed, and `load` leaves a store that can be validated."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from biokg.cli.main import main
from biokg.rdf.fingerprint import Blocks, DatasetHash
from biokg.scale import summing
from biokg.scale.faults import generate
from biokg.scale.world import World

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
literals = st.one_of(
    texts.map(ox.Literal),
    texts.map(lambda text: ox.Literal(text, language="en")),
    texts.map(lambda text: ox.Literal(text, datatype=ox.NamedNode("http://e/type"))),
)
graphs = st.sampled_from([ox.DefaultGraph(), ox.NamedNode("http://e/g"), ox.NamedNode("http://e/é")])


@hypothesis_settings(max_examples=60)
@given(st.lists(st.builds(ox.Quad, st.just(ox.NamedNode("http://e/s")), st.just(ox.NamedNode("http://e/p")), literals,
                          graphs)))  # fmt: skip
def test_the_engines_dump_gives_the_version_that_its_quads_give(quads: list[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(quads)
    one, two = DatasetHash().add(set(quads)), DatasetHash().add_dump(store)
    assert (one.version, one.quads) == (two.version, two.quads)


@given(st.lists(st.binary(min_size=1, max_size=9).map(lambda line: line.replace(b"\n", b"")), max_size=30), st.data())
def test_blocks_hold_whole_lines_wherever_a_write_ends(lines: list[bytes], data: st.DataObject) -> None:
    taken: list[bytes] = []
    blocks = Blocks(taken.append)
    document = b"".join(line + b"\n" for line in lines)
    while document:
        size = data.draw(st.integers(1, len(document)))
        blocks.write(document[:size])
        document = document[size:]
        if data.draw(st.booleans()):
            blocks.flush()
    blocks.flush()
    assert all(block.endswith(b"\n") for block in taken)
    assert b"".join(taken).split(b"\n")[:-1] == lines


def test_several_processes_sum_what_one_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    store = ox.Store()
    document = "".join(lines for lines, _ in generate(World(150, 4)))
    store.bulk_load(document.encode(), ox.RdfFormat.N_QUADS)
    alone = summing.version_of(store)
    monkeypatch.setattr(summing, "ALONE_UP_TO", 0)
    together = summing.version_of(store)
    assert (together.version, together.quads) == (alone.version, alone.quads)
    assert alone.quads == document.count("\n")


def test_a_generated_file_is_loaded_and_validated_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, errors, store = tmp_path / "w.nq", tmp_path / "e.tsv", tmp_path / "store"
    generated = ["generate", "--firms", "150", "--seed", "8", "--error-share", "0.1"]
    assert main([*generated, "--output", str(world), "--errors", str(errors)]) == 0
    assert main(["load", str(world), "--store", str(store)]) == 0
    capsys.readouterr()
    assert main(["validate", "--store", str(store)]) == 3
    report = capsys.readouterr().out
    with errors.open(encoding="utf-8") as stream:
        seeded = Counter(row["shape"] for row in csv.DictReader(stream, delimiter="\t"))
    groups = [line.split() for line in report.splitlines() if line.startswith(("Violation", "Warning"))]
    assert {name.removeprefix("bksh:"): int(count.strip("():")) for _, name, count, *_ in groups} == seeded
    assert main(["generate", "--firms", "5", "--no-vocabulary", "--output", str(world)]) == 0
    assert "rdf-schema#subClassOf" not in world.read_text()

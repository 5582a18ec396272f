"""The version of a bulk load is the same however it is summed, and `load` leaves a store that can be validated."""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from biokg.cli.main import main
from biokg.rdf import fingerprint
from biokg.rdf.fingerprint import Blocks, DatasetHash
from biokg.scale import loading, summing
from biokg.scale.faults import generate
from biokg.scale.world import World
from biokg.store.folder import StoreFolder

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


XSD = "http://www.w3.org/2001/XMLSchema#"
REWRITTEN = [
    *(f'"{text}"^^<{XSD}{kind}>' for text, kind in [
        ("01", "integer"), ("-0", "integer"), ("99999999999999999999999", "integer"), ("1.50", "decimal"),
        (".5", "decimal"), ("1e0", "double"), ("1", "boolean"), ("maybe", "boolean"), ("2020-01-01+00:00", "date"),
        ("2020-02-30", "date"), ("2020-01-01T24:00:00Z", "dateTime"), ("P12M", "duration"), ("x", "string"),
    ]),
    '"x"@EN-gb', r'"\u00e9\t\'\u007F\b"', "<HTTP://E/%7e/../b>", '<<( <a:a> <a:b> "1"@EN )>>', "_:b",
]  # fmt: skip
"""Objects that the engine keeps in another form, or seemingly might."""
documents = st.lists(
    st.builds(
        "<http://e/s{}> <http://e/p> {} {} .\n".format,
        st.integers(0, 3),
        st.one_of(literals.map(str), st.sampled_from(REWRITTEN)),
        graphs.map(lambda graph: "" if graph == ox.DefaultGraph() else str(graph)),
    )
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(documents, documents, st.integers(1, 300), st.integers(1, 3))
def test_a_sum_of_files_is_the_version_of_their_store_unless_its_count_tells_otherwise(
    one: list[str], two: list[str], block: int, number: int
) -> None:
    store = ox.Store()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(fingerprint, "BLOCK", block)
        paths = [Path(folder) / "one.nq", Path(folder) / "two.nq"]
        for path, lines in zip(paths, (one, two), strict=True):
            path.write_text("".join(lines).removesuffix("\n"), encoding="utf-8", newline="")
            store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
        shares = [summing.share_of(paths, turn, number) for turn in range(number)]
    known = [share for share in shares if share is not None]
    if len(known) < number:
        assert any("_:" in line for line in one + two)
        return
    total = DatasetHash()
    for share in known:
        total.merge(share.state, share.quads)
    expected = DatasetHash().add_dump(store)
    assert total.quads >= expected.quads == len(store)
    if total.quads == expected.quads:
        assert total.version == expected.version


@pytest.mark.parametrize("packed", [False, True])
def test_loads_give_the_version_of_the_store_whether_summed_beside_or_after(
    packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summing, "BESIDE_FROM", 0)
    lines = "".join(lines for lines, _ in generate(World(150, 4)))
    cut = lines.index("\n", len(lines) // 2) + 1
    first, second, again = (tmp_path / f"{n}.nq{'.gz' * packed}" for n in range(3))
    for path, text in ((first, lines[:cut]), (second, lines[cut:]), (again, lines[cut - 1 :] + "\n" + lines[:9000])):
        data = text.rpartition("\n")[0].encode()
        path.write_bytes(gzip.compress(data) if packed else data)
    passes: list[int] = []
    after = loading.version_of
    monkeypatch.setattr(loading, "version_of", lambda *given: passes.append(1) or after(*given))
    folder = StoreFolder(tmp_path / "store")
    for path, passes_by_then in ((first, 0), (second, 0), (again, 1)):
        quads = loading.load_files(folder.path, [path])
        found = folder.served()
        expected = DatasetHash().add_dump(folder.reader().engine)
        assert (found.version.version, quads) == (expected.version, expected.quads)
        assert len(passes) == passes_by_then
    assert expected.quads == lines.count("\n")


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

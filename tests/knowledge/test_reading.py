"""A bad cell is refused by file, row and column, with the nearest good value; nothing is half-loaded."""

from __future__ import annotations

import csv
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biokg.errors import DataError, ValidationFailed
from biokg.knowledge.build import open_published, publish
from biokg.knowledge.cells import cell_problem
from biokg.knowledge.schema import Column, load_schemas
from biokg.knowledge.tables import read_tables
from biokg.settings import load_settings


@pytest.fixture
def data(tmp_path, repository):
    """A copy of the tables that a test may spoil."""
    return shutil.copytree(repository / "data", tmp_path / "data")


def change(folder, table, key, column, value):
    """Set one cell; returns the line number of the row."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    place = rows[0].index(column)
    number = next(i for i, row in enumerate(rows) if row[0] == key)
    rows[number][place] = value
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)
    return number + 1


def add_row(folder, table, **cells):
    """Append a row."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines))
    with path.open("a", encoding="utf-8", newline="") as lines:
        csv.DictWriter(lines, header, lineterminator="\n").writerow(cells)


FAULTS = [
    ("alliances", "argenx-abbvie-2016", "nbf_id", "argennx", "not in organizations.csv", "argenx"),
    ("alliances", "argenx-abbvie-2016", "year", "2106", "more than 2030", None),
    ("alliances", "argenx-abbvie-2016", "year", "1206", "less than 1850", None),
    ("alliances", "argenx-abbvie-2016", "year", "MMXVI", "not a number", None),
    ("alliances", "argenx-abbvie-2016", "source", "", "source is required", None),
    (
        "alliances",
        "argenx-abbvie-2016",
        "source",
        "heard it somewhere",
        "a source is “dissertation” or a web address",
        None,
    ),
    ("alliances", "argenx-abbvie-2016", "kind", "licencing_out", "not in alliance_types.csv", "licensing_out"),
    ("alliances", "argenx-abbvie-2016", "oi_flow", "outbond", "not one of", "outbound"),
    ("alliances", "argenx-abbvie-2016", "upfront_amount_m", "40 million", "not a number", "40"),
    ("alliances", "argenx-abbvie-2016", "currency", "", "given without a currency", None),
    ("alliances", "argenx-abbvie-2016", "date", "2016-02-31", "no such day in the calendar", "2016-02-29"),
    ("organizations", "argenx", "region", "flandres", "not one of", "flanders"),
    ("organizations", "argenx", "id", "galapagos", "stands in line", None),
    ("org_facts", "of-001", "attribute", "founded_yaer", "not in attributes.csv", "founded_year"),
    ("policies", "marshall-plan-1", "year_end", "1999", "is before year_start", None),
    ("indicators", "ind-001", "value", "22,5", "not a number", "22.5"),
    ("drug_stages", "stage-phase-1", "order", "6.5", "not a whole number", "6"),
]


@pytest.mark.parametrize(("table", "key", "column", "value", "reason", "nearest"), FAULTS)
def test_a_bad_cell_is_named(data, table, key, column, value, reason, nearest):
    line = change(data, table, key, column, value)
    with pytest.raises(DataError) as refused:
        read_tables(data)
    found = [p for p in refused.value.problems if (p.file, p.column) == (f"{table}.csv", column) and reason in p.reason]
    assert found, str(refused.value)
    if column != "id":
        assert found[0].row == line
    assert found[0].nearest == nearest


def test_every_bad_cell_is_named_not_only_the_first(data):
    change(data, "alliances", "argenx-abbvie-2016", "year", "2106")
    change(data, "alliances", "ablynx-wyeth-2006", "partner_id", "wyet")
    change(data, "policies", "athena", "source", "")
    with pytest.raises(DataError) as refused:
        read_tables(data)
    assert {(p.file, p.column) for p in refused.value.problems} == {
        ("alliances.csv", "year"),
        ("alliances.csv", "date"),
        ("alliances.csv", "partner_id"),
        ("policies.csv", "source"),
    }


def test_a_broken_file_is_named(data):
    (data / "clusters.csv").write_text("id,name\nx\n", encoding="utf-8")
    (data / "efqm.csv").write_bytes(b"\xff\xfe")
    (data / "roles.csv").unlink()
    with pytest.raises(DataError) as refused:
        read_tables(data)
    assert {"clusters.csv", "efqm.csv", "roles.csv"} <= {p.file for p in refused.value.problems}


def test_a_bad_row_leaves_the_last_good_graph_published(data, tmp_path):
    settings = load_settings({"data_dir": data, "state_dir": tmp_path / "state"}, environ={})
    good = publish(settings)
    assert good.built
    assert good.problem is None
    line = change(data, "alliances", "argenx-abbvie-2016", "nbf_id", "argennx")
    kept = publish(settings)
    assert (kept.version, kept.built) == (good.version, False)
    assert f"alliances.csv:{line}:nbf_id" in kept.problem
    assert open_published(kept).ask("ASK { GRAPH ?g { ?s ?p ?o } }")
    change(data, "alliances", "argenx-abbvie-2016", "nbf_id", "argenx")
    again = publish(settings)
    assert (again.version, again.built, again.problem) == (good.version, False, None)


def test_a_bad_row_without_an_earlier_graph_is_an_error(data, tmp_path):
    change(data, "alliances", "argenx-abbvie-2016", "year", "20166")
    with pytest.raises(DataError):
        publish(load_settings({"data_dir": data, "state_dir": tmp_path / "state"}, environ={}))


def test_the_metadata_is_csvw_that_another_reader_accepts(repository):
    from csvw import TableGroup

    group = TableGroup.from_file(str(repository / "data" / "metadata.json"))
    for table in group.tables:
        assert list(table.iterdicts(strict=True))
    assert group.check_referential_integrity()


def test_every_column_left_out_says_why(repository):
    unmapped = {
        (name, column.name): column.unmapped
        for name, schema in load_schemas(repository / "data").items()
        for column in schema.columns
        if column.unmapped is not None
    }
    assert set(unmapped) == {("references", "cited_in_files"), ("references", "cited_by_ids")}
    assert all(len(reason) > 20 for reason in unmapped.values())


@given(st.integers(min_value=-9999, max_value=9999))
def test_a_year_is_taken_exactly_within_its_bounds(year):
    column = Column("year", base="integer", minimum=1850, maximum=2030)
    reason, _ = cell_problem(column, str(year))
    assert (reason == "") == (1850 <= year <= 2030)


@given(st.text(max_size=12))
def test_any_text_is_judged_without_a_crash(text):
    reason, _ = cell_problem(Column("value", base="decimal"), text)
    if not reason:
        float(text)
    cell_problem(Column("date"), text)


def test_a_broken_shape_refuses_the_build(data, tmp_path):
    add_row(
        data,
        "alliances",
        id="too-early",
        nbf_id="argenx",
        partner_id="pfizer",
        partner_class="big_pharma",
        year="1990",
        kind="joint_venture",
        nbf_role="partner",
        oi_flow="coupled",
        within_2016="yes",
        cross_regional="no",
        dissertation_mention="no",
        source="https://example.org/x",
    )
    with pytest.raises(ValidationFailed, match="before every founding date"):
        publish(load_settings({"data_dir": data, "state_dir": tmp_path / "state"}, environ={}))

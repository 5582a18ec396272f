"""Tables with seeded faults: every fault is named as file:row:column with its reason and the nearest good value."""

from __future__ import annotations

import csv
import io

import pytest

from biokg.errors import DataError, UsageError
from biokg.knowledge.imports import compare, read_rows, table_of
from biokg.knowledge.tables import read_tables
from biokg.knowledge.templates import TEMPLATES, import_schemas

PAGE = "https://example.org/page"
GOOD = {
    "organizations": {
        "id": "catbio",
        "name": "Catalan Bio",
        "type": "nbf",
        "region": "flanders",
        "founded_year": "2005",
        "ipo_year": "2010",
        "founded_by_2016": "yes",
        "origin_parents": "ku-leuven",
        "source": PAGE,
        "note": "",
    },
    "events": {
        "id": "argenx-step",
        "org_id": "argenx",
        "event_class": "StatusEvent",
        "earliest": "2014-03-01",
        "latest": "2014-03-31",
        "description": "a step",
        "amount_m": "5",
        "currency": "EUR",
        "source": PAGE,
    },
    "alliances": {
        "id": "argenx-pfizer-2014",
        "nbf_id": "argenx",
        "partner_id": "pfizer",
        "partner_class": "big_pharma",
        "year": "2014",
        "date": "2014-03-12",
        "kind": "licensing_out",
        "oi_flow": "outbound",
        "upfront": "yes",
        "upfront_amount_m": "5",
        "total_max_m": "50",
        "currency": "EUR",
        "source": PAGE,
    },
    "policies": {
        "id": "new-plan",
        "name": "A new plan",
        "kind": "cluster_policy",
        "level": "regional",
        "region": "flanders",
        "year_start": "2010",
        "year_end": "2014",
        "actors": "vlaio",
        "source": PAGE,
    },
    "practices": {
        "id": "oi-new",
        "name": "A new practice",
        "actor_ids": "argenx; pfizer",
        "actor_side": "nbf",
        "flow": "coupled",
        "mechanism": "data_sharing",
        "year": "2014",
        "source": PAGE,
    },
    "observations": {
        "id": "ind-new",
        "name": "Share of firms",
        "subject": "biotech firms",
        "region": "flanders",
        "value": "12.5",
        "unit": "%",
        "year": "2014",
        "source": PAGE,
    },
}


@pytest.fixture(scope="module")
def known(repository):
    return read_tables(repository / "data")


def text_of(template, *rows):
    lines = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(lines, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue()


def problems(repository, known, path, template=None):
    """What is wrong with a file, as (row, column, reason, nearest)."""
    table = TEMPLATES[template] if template else table_of(path, import_schemas(repository / "data"))
    try:
        read_rows(repository / "data", [(path, table)], known)
    except DataError as refused:
        return [(p.row, p.column, p.reason, p.nearest) for p in refused.problems if p.file == path.name]
    return []


@pytest.mark.parametrize("template", GOOD)
def test_a_good_row_is_taken(repository, known, tmp_path, template):
    path = tmp_path / "mine.csv"
    path.write_text(text_of(template, GOOD[template]), encoding="utf-8")
    assert table_of(path, import_schemas(repository / "data")) == TEMPLATES[template]
    assert problems(repository, known, path) == []


CELLS = [
    ("organizations", "id", "Catalan Bio", "lower-case", "catalan-bio"),
    ("organizations", "id", "", "id is required", None),
    ("organizations", "name", "", "name is required", None),
    ("organizations", "name", "   ", "name is required", None),
    ("organizations", "type", "NBF", "not one of", "nbf"),
    ("organizations", "type", "universty", "not one of", "university"),
    ("organizations", "region", "Flandres", "not one of", "flanders"),
    ("organizations", "region", "atlantis", "not one of", None),
    ("organizations", "founded_year", "12/05/2005", "not a number", "2005"),
    ("organizations", "founded_year", "2005.5", "not a whole number", "2005"),
    ("organizations", "founded_year", "20005", "more than 2030", None),
    ("organizations", "founded_year", "-2005", "less than 1850", "2005"),
    ("organizations", "founded_year", "2005?", "not a number", "2005"),
    ("organizations", "founded_year", "two thousand", "not a number", None),
    ("organizations", "ipo_year", "2001", "before founded_year 2005", None),
    ("organizations", "founded_by_2016", "true", "not one of", "yes"),
    ("organizations", "founded_by_2016", "no", "founded_year is 2005", "yes"),
    ("organizations", "origin_parents", "ku-leuvn", "not in organizations.csv", "ku-leuven"),
    ("organizations", "origin_parents", "catbio", "names the organisation itself", None),
    ("organizations", "source", "", "source is required", None),
    ("organizations", "source", "www.example.org/page", "web address", "https://www.example.org/page"),
    ("organizations", "source", "a colleague", "web address", None),
    ("organizations", "source", "javascript:alert(1)", "web address", None),
    ("organizations", "name", '=HYPERLINK("http://evil.example","x")', "formula", None),
    ("organizations", "note", "@SUM(1+1)*cmd|' /C calc'!A0", "formula", None),
    ("organizations", "note", "-2+3+cmd|' /C calc'!A0", "formula", None),
    ("organizations", "name", "Cat\x00alan", "U+0000", "Catalan"),
    ("organizations", "name", "Cat\x07alan", "U+0007", "Catalan"),
    ("organizations", "name", "Catal\ufffdn", "U+FFFD", None),
    ("organizations", "name", "GalÃ¡pagos", "another encoding", "Galápagos"),
    ("organizations", "note", "x" * 40_000, "longer than 32,767 characters", None),
    ("organizations", "note", "x" * 200_000, "longer than 32,767 characters", None),
    ("events", "org_id", "argennx", "not in organizations.csv", "argenx"),
    ("events", "org_id", "Argenx", "not in organizations.csv", "argenx"),
    ("events", "event_class", "statusevent", "not one of", "StatusEvent"),
    ("events", "earliest", "31/03/2014", "YYYY", "2014-03-31"),
    ("events", "earliest", "03/04/2014", "YYYY", None),
    ("events", "earliest", "March 2014", "YYYY", "2014-03"),
    ("events", "earliest", "1 March 2014", "YYYY", "2014-03-01"),
    ("events", "earliest", "2014/03/01", "YYYY", "2014-03-01"),
    ("events", "earliest", "20140301", "YYYY", "2014-03-01"),
    ("events", "earliest", "2014-3-1", "YYYY", "2014-03-01"),
    ("events", "earliest", "2014-03-01T00:00:00", "YYYY", "2014-03-01"),
    ("events", "latest", "2013-02-30", "no such day", "2013-02-28"),
    ("events", "latest", "2014-13-01", "no such day", "2014-01-13"),
    ("events", "latest", "2014-02", "latest is before earliest", None),
    ("events", "latest", "9999-01-01", "not within 1850–2030", None),
    ("events", "amount_m", "-5", "less than 0", "5"),
    ("events", "amount_m", "5,5", "not a number", "5.5"),
    ("events", "amount_m", "1,234.5", "not a number", "1234.5"),
    ("events", "amount_m", "EUR 5 million", "not a number", "5"),
    ("events", "amount_m", "NaN", "not a number", None),
    ("events", "amount_m", "1e3", "not a number", None),
    ("events", "amount_m", "5-10", "not a number", None),
    ("events", "currency", "", "without a currency", None),
    ("events", "currency", "eur", "three-letter code", "EUR"),
    ("events", "currency", "€", "three-letter code", "EUR"),
    ("events", "currency", "EUO", "no currency", "EUR"),
    ("events", "description", "", "description is required", None),
    ("alliances", "nbf_id", "argen-x", "not in organizations.csv", "argenx"),
    ("alliances", "partner_id", "pfzer", "not in organizations.csv", "pfizer"),
    ("alliances", "partner_id", "nobody-knows-it", "not in organizations.csv", None),
    ("alliances", "partner_id", "argenx", "two different players", None),
    ("alliances", "kind", "licencing_out", "not in alliance_types.csv", "licensing_out"),
    ("alliances", "oi_flow", "outbund", "not one of", "outbound"),
    ("alliances", "date", "2015-03-12", "not in the year 2014", None),
    ("alliances", "upfront", "no", "must be yes", "yes"),
    ("alliances", "upfront", "maybe", "not one of", None),
    ("alliances", "total_max_m", "2", "less than upfront_amount_m", None),
    ("alliances", "currency", "", "without a currency", None),
    ("alliances", "partner_class", "bigpharma", "not one of", "big_pharma"),
    ("policies", "level", "regionl", "not one of", "regional"),
    ("policies", "region", "Flandern", "not one of", "flanders"),
    ("policies", "year_end", "2004", "before year_start 2010", None),
    ("policies", "year_start", "10", "less than 1850", None),
    ("policies", "locator", "word " * 26, "a quote of 26 words", None),
    ("policies", "date_start", "2011-05", "not in the year 2010", None),
    ("policies", "actors", "vlaoi", "not in organizations.csv", "vlaio"),
    ("policies", "kind", "", "kind is required", None),
    ("practices", "mechanism", "data_sharin", "not one of", "data_sharing"),
    ("practices", "actor_ids", "argenx; pfizr", "not in organizations.csv", "pfizer"),
    ("practices", "actor_side", "nfb", "not one of", None),
    ("practices", "flow", "in-bound", "not one of", "inbound"),
    ("observations", "value", "122.5", "at most 100", None),
    ("observations", "value", "-12.5", "less than 0", "12.5"),
    ("observations", "value", "12,5", "not a number", "12.5"),
    ("observations", "value", "12.5%", "not a number", "12.5"),
    ("observations", "value", "", "one of value, value_text and rank", None),
    ("observations", "year", "2014-2016", "a year is", "2014–2016"),
    ("observations", "unit", "percent", "not one of", None),
    ("observations", "region", "flandres", "not in regions.csv", "flanders"),
]


@pytest.mark.parametrize(("template", "column", "value", "reason", "nearest"), CELLS)
def test_a_seeded_fault_is_named(repository, known, tmp_path, template, column, value, reason, nearest):
    good = GOOD[template]
    first = {**good, "id": "first"} | ({"name": "Another name"} if "name" in good else {})
    path = tmp_path / "mine.csv"
    path.write_text(text_of(template, first, {**good, column: value}), encoding="utf-8", newline="")
    ((row, named, why, near),) = problems(repository, known, path, template)
    assert (row, named) == (3, column)
    assert reason in why
    if nearest is not None:
        assert near == nearest


def test_all_faults_of_a_file_are_named_at_once(repository, known, tmp_path):
    rows = []
    for place, (template, column, value, _, _) in enumerate(CELLS):
        if template == "events":
            rows.append({**GOOD["events"], "id": f"row-{place}", column: value})
    path = tmp_path / "events.csv"
    path.write_text(text_of("events", *rows), encoding="utf-8")
    assert [row for row, *_ in problems(repository, known, path)] == list(range(2, len(rows) + 2))


HEADER = "id,name,type,region,source\n"
ROW = f"catbio,Catalan Bio,nbf,flanders,{PAGE}\n"
FILES = [
    ("UTF-16", (HEADER + ROW).encode("utf-16"), (1, "", "UTF-16")),
    ("Latin-1", (HEADER + ROW.replace("Catalan", "Català")).encode("latin-1"), (2, "name", "no UTF-8")),
    ("semicolons", (HEADER + ROW).replace(",", ";").encode(), (1, "id", "separated by semicolons")),
    ("tabs", (HEADER + ROW).replace(",", "\t").encode(), (1, "id", "separated by tabs")),
    ("too few cells", (HEADER + "catbio,Catalan Bio,nbf\n").encode(), (2, "region", "3 cells where the header has 5")),
    ("too many cells", (HEADER + ROW.replace("Bio", "Bio, NV")).encode(), (2, "source", "6 cells where the header")),
    ("an unclosed quote", (HEADER + ROW.replace("Catalan", '"Catalan')).encode(), (2, "name", "not readable as CSV")),
    ("text after a quote", (HEADER + 'a,"b"c,nbf,flanders,x\n').encode(), (2, "name", "not readable as CSV")),
    ("header only", HEADER.encode(), (2, "id", "no row under the header")),
    ("blank lines only", (HEADER + "\n\n,,,,\n").encode(), (2, "id", "no row under the header")),
    ("an unknown column", (HEADER + ROW).replace("region", "regoin").encode(), (1, "regoin", "unknown column")),
    ("no name column", f"id,type,region,source\ncatbio,nbf,flanders,{PAGE}\n".encode(), (1, "name", "is missing")),
    ("a column twice", (HEADER + ROW).replace("region", "name").encode(), (1, "name", "stands twice")),
    ("the same id twice", (HEADER + ROW + ROW).encode(), (3, "id", "this id stands in line 2 already")),
    ("no header", (ROW + ROW.replace("catbio", "other")).encode(), (1, "name", "is missing")),
]


@pytest.mark.parametrize(("content", "fault"), [pytest.param(c, f, id=name) for name, c, f in FILES])
def test_a_fault_of_a_whole_file_is_named(repository, known, tmp_path, content, fault):
    path = tmp_path / "organizations.csv"
    path.write_bytes(content)
    row, column, reason = fault
    assert any(
        (found_row, named) == (row, column) and reason in why
        for found_row, named, why, _ in problems(repository, known, path)
    )


def test_an_unknown_column_does_not_hide_the_faults_below_it(repository, known, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("id,name,type,regoin,source\nA B,x,nbff,,here\n", encoding="utf-8")
    found = {(row, column) for row, column, *_ in problems(repository, known, path)}
    assert found == {(1, "regoin"), (2, "id"), (2, "type"), (2, "source")}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param((HEADER + ROW).encode("utf-8-sig"), id="a byte order mark"),
        pytest.param((HEADER + ROW).replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param((HEADER + ROW + "\n\n,,,,\n").encode(), id="blank lines at the end"),
        pytest.param((HEADER + ROW.replace("Catalan Bio", '"Catalan\nBio"')).encode(), id="a line break in quotes"),
        pytest.param((HEADER + ROW).rstrip().encode(), id="no line break at the end"),
    ],
)
def test_harmless_forms_of_a_file_are_taken(repository, known, tmp_path, content):
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    assert problems(repository, known, path) == []


def test_a_row_after_a_line_break_in_quotes_is_named_by_its_line(repository, known, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(HEADER + ROW.replace("Catalan Bio", '"Catalan\nBio"') + "other,x,nbff,,y\n", encoding="utf-8")
    assert {row for row, *_ in problems(repository, known, path)} == {4}


def test_an_empty_file_and_one_that_fits_no_table_are_refused_by_name(repository, tmp_path):
    schemas = import_schemas(repository / "data")
    for content in ("", "colour,shape\nred,round\n"):
        path = tmp_path / "mine.csv"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=r"mine\.csv"):
            table_of(path, schemas)


def test_rows_that_repeat_or_contradict_are_told_by_line(repository, known, tmp_path):
    good = GOOD["alliances"]
    rows = [
        good,
        {**good, "id": "again"},
        {**good, "id": "argenx-abbvie-2016"},
        {**good, "id": "rival", "year": "2016"},
    ]
    rows[3] |= {"partner_id": "abbvie", "date": ""}
    path = tmp_path / "mine.csv"
    path.write_text(text_of("alliances", *rows), encoding="utf-8")
    changes = compare(read_rows(repository / "data", [(path, "alliances")], known), known)
    assert [entry.split(": ")[0] for entry in changes.conflicting] == ["mine.csv:3:id", "mine.csv:5:id"]
    assert [entry.split(":")[:2] for entry in changes.changed] == [["mine.csv", "4"]]


FAR_APART = 3000
"""Rows between two that contradict each other: more than a part of an import holds."""


def padded(template, first, last, **varied):
    good = GOOD[template]
    rows = [
        {**good, "id": f"pad-{place}", **{column: f"{value} {place}" for column, value in varied.items()}}
        for place in range(FAR_APART)
    ]
    return [{**good, **first}, *rows, {**good, **last}]


def test_two_rows_far_apart_cannot_share_a_name(repository, known, tmp_path):
    last = {"id": "other", "name": "CATALAN-BIO nv"}
    rows = padded("organizations", {}, last, name="Padding Bio")
    path = tmp_path / "mine.csv"
    path.write_text(text_of("organizations", *rows), encoding="utf-8")
    ((row, column, reason, _),) = problems(repository, known, path)
    assert (row, column) == (FAR_APART + 3, "name")
    assert "'catbio' (mine.csv:2)" in reason


def test_two_observations_far_apart_cannot_say_the_same_of_one_matter(repository, known, tmp_path):
    rows = padded("observations", {}, {"id": "other", "value": "13"}, name="Padding")
    path = tmp_path / "mine.csv"
    path.write_text(text_of("observations", *rows), encoding="utf-8")
    ((row, column, reason, _),) = problems(repository, known, path)
    assert (row, column) == (FAR_APART + 3, "name")
    assert "'ind-new'" in reason


def test_an_alliance_before_its_firm_was_founded_is_named_across_files(repository, known, tmp_path):
    firms, deals = tmp_path / "firms.csv", tmp_path / "deals.csv"
    firms.write_text(text_of("organizations", GOOD["organizations"]), encoding="utf-8")
    deal = {**GOOD["alliances"], "nbf_id": "catbio", "year": "1999", "date": "1999-05"}
    deals.write_text(text_of("alliances", deal), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_rows(repository / "data", [(firms, "organizations"), (deals, "alliances")], known)
    ((file, row, column),) = [(p.file, p.row, p.column) for p in refused.value.problems]
    assert (file, row, column) == ("deals.csv", 2, "nbf_id")


def test_the_name_of_an_organisation_of_the_graph_is_refused(repository, known, tmp_path):
    path = tmp_path / "mine.csv"
    row = {**GOOD["organizations"], "id": "galapagos-2", "name": "Galapagos NV"}
    path.write_text(text_of("organizations", row), encoding="utf-8")
    ((line, column, reason, _),) = problems(repository, known, path)
    assert (line, column) == (2, "name")
    assert "'galapagos'" in reason

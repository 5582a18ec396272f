"""Rows written from the stencil of an example give the very quads that mapping and reasoning give row by row."""

from __future__ import annotations

import io

import pytest

from biokg.errors import ValidationFailed
from biokg.knowledge import stream
from biokg.knowledge.build import open_published, publish
from biokg.knowledge.context import read_context
from biokg.knowledge.emit import Emitter
from biokg.knowledge.forms import Sorted, sort_rows
from biokg.knowledge.imports import merged
from biokg.knowledge.stream import Streaming, Writer
from biokg.knowledge.tables import Row, read_tables
from biokg.rdf.fingerprint import DatasetHash
from biokg.settings import load_settings
from biokg.shapes import load_shapes


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return publish(load_settings({"state_dir": tmp_path_factory.mktemp("state")}, environ={}))


@pytest.fixture(scope="module")
def tables(repository):
    return read_tables(repository / "data")


def rows_of(table, *made):
    return [
        Row(table, line, cells["id"], {name: cell for name, cell in cells.items() if cell}, {"source": " | "})
        for line, cells in enumerate(made, 2)
    ]


def organization(n):
    return {
        "id": f"made-{n}",
        "name": f'Made “{n}” {{x}} "quoted" \\ Bio',
        "aliases": f"Made {n}",
        "type": "nbf",
        "region": "flanders",
        "city": f"Town {n}\nsecond line",
        "founded_year": str(1990 + n),
        "ipo_year": str(2014 + n % 5),
        "founded_by_2016": "yes" if n % 2 else "",
        "specialisation": "zq0xnamezq",
        "origin_parents": "ku-leuven",
        "source": f"https://example.org/{n % 2}",
        "locator": "{id}",
    }


def alliance(n):
    return {
        "id": f"deal-{n}",
        "nbf_id": ["ucb", "galapagos", "thrombogenics", "ucb"][n % 4],
        "partner_id": ["pfizer", "ku-leuven", "roche"][n % 3],
        "partner_class": "big_pharma",
        "year": str(2004 + n),
        "date": f"{2004 + n}-{n % 12 + 1:02d}" + ("-28" if n % 2 else ""),
        "kind": "licensing_out",
        "oi_flow": "outbound",
        "subject": f"molecule {n}",
        "upfront": "yes",
        "upfront_amount_m": f"{n}.5",
        "total_max_m": str(100 + n),
        "currency": "EUR",
        "source": "https://example.org/deals",
    }


def event(n):
    first, last = [("2014", "2014"), ("2015-02", "2015-05"), ("2013-12-31", "2018-01-01"), ("", "2020")][n % 4]
    return {
        "id": f"step-{n}",
        "org_id": ["argenx", "ucb", "delphi-genetics"][n % 3],
        "event_class": "StatusEvent",
        "earliest": first,
        "latest": last,
        "description": f"step {n} of 2014",
        "amount_m": "0.25",
        "currency": "USD",
        "source": f"https://example.org/{n}",
    }


def observation(n):
    return {
        "id": f"count-{n}",
        "name": f"Count of kind {n} (é)",
        "subject": "biotech firms",
        "region": ["flanders", "wallonia"][n % 2],
        "value": f"{n}.50",
        "unit": "firms",
        "year": ["2014", "2017", "1990s", ""][n % 4],
        "source": f"https://example.org/{n % 3}",
    }


def policy(n):
    return {
        "id": f"plan-{n}",
        "name": f"Plan number {n}",
        "kind": "cluster_policy",
        "level": "regional",
        "region": "flanders",
        "year_start": str(2000 + n),
        "date_start": ["", f"{2000 + n}-05", f"{2000 + n}-05-17"][n % 3],
        "year_end": str(2010 + n),
        "actors": "vlaio",
        "source": "https://example.org/plans",
    }


MADE = {
    "organizations": organization,
    "alliances": alliance,
    "status_events": event,
    "indicators": observation,
    "policies": policy,
}


def lines_of(published, tables, rows, project):
    """The lines that an import of *rows* adds, their warnings, and the version they make."""
    store = open_published(published)
    written = io.StringIO()
    writer = Writer(written, DatasetHash())
    writer.seen.update(hash(f"{quad} .") for quad in store.quads())
    streaming = Streaming(store, writer, load_shapes())
    context = read_context(merged(tables, [rows])[0], Emitter())
    streaming.add_tables(context, rows, project, lambda *_: None)
    lines = written.getvalue().splitlines()
    assert len(lines) == len(set(lines)) == writer.digest.quads
    return set(lines), sorted(streaming.warnings), writer.digest.version


@pytest.mark.parametrize("table", MADE)
def test_rows_by_example_are_the_rows_mapped_one_by_one(published, tables, table, monkeypatch):
    rows = {table: rows_of(table, *(MADE[table](n) for n in range(24)))}
    project = frozenset(row.key for found in tables.values() for row in found)
    context = read_context(merged(tables, [rows])[0], Emitter())
    assert len(sort_rows(rows[table], context, frozenset()).forms) > 0
    by_example = lines_of(published, tables, rows, project)
    monkeypatch.setattr(stream, "sort_rows", lambda found, _context, _alone: Sorted([], list(found)))
    one_by_one = lines_of(published, tables, rows, project)
    assert by_example == one_by_one


def test_a_row_that_the_project_or_another_row_names_is_mapped_by_itself(tables):
    rows = rows_of("organizations", *(organization(n) for n in range(24)))
    context = read_context(merged(tables, [{"organizations": rows}])[0], Emitter())
    assert "made-3" in {row.key for row in sort_rows(rows, context, frozenset({"made-3"})).single}
    deals = rows_of("alliances", {**alliance(0), "nbf_id": "made-5"})
    assert "made-5" in stream.referred_to({"organizations": rows, "alliances": deals})


def test_an_example_that_breaks_a_shape_refuses_its_rows_by_their_own_names(published, tables):
    rows = {"alliances": rows_of("alliances", *({**alliance(n), "kind": "no_such_kind"} for n in range(12)))}
    with pytest.raises(ValidationFailed, match="alliance/deal-") as refused:
        lines_of(published, tables, rows, frozenset())
    assert "zq" not in refused.value.message

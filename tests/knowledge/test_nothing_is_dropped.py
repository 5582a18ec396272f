"""No row and no cell of the tables is lost on the way into the graph."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from biokg.knowledge.dates import parse_date
from biokg.knowledge.emit import document_iri
from biokg.knowledge.evidence import unit_code
from biokg.knowledge.mapping import map_tables
from biokg.knowledge.schema import load_schemas
from biokg.knowledge.tables import Row, read_tables
from biokg.terms import entity, slug, term

NOT_FACTS = {"attributes", "role_terms", "stage_terms", "links/places", "links/places_of_organizations"}
"""Tables that say how other tables are read; they state nothing themselves."""

RENAMED = {
    "organizations:region": {"foreign": "belgium"},
    "org_facts:value": {"foreign": "belgium"},
    "alliances:oi_flow": {"m_and_a": "transaction", "unknown": "not-stated"},
    "alliances:within_2016": {"yes": "by-2016", "no": "after-2016"},
    "open_innovation_practices:mechanism": {"ppp": "public-private-partnership", "spin_offs": "spin-off"},
}
"""Codes that have another name in the schemes."""


@pytest.fixture(scope="module")
def data(repository: Path) -> Path:
    return repository / "data"


@pytest.fixture(scope="module")
def tables(data: Path) -> dict[str, list[Row]]:
    return read_tables(data)


@pytest.fixture(scope="module")
def graph(tables):
    """Objects by subject, and the subjects stated in each statement."""
    objects = defaultdict(set)
    stated = defaultdict(set)
    for quad in map_tables(tables):
        objects[quad.subject.value].add(quad.object)
        if quad.predicate.value == term("statedIn"):
            stated[quad.object.value].add(quad.subject.value)
    return objects, stated


def test_every_row_of_a_table_of_facts_has_its_statement(tables, graph):
    objects, _ = graph
    missing = [
        (name, row.key)
        for name, rows in tables.items()
        if name not in NOT_FACTS
        for row in rows
        if entity("statement", name, slug(row.key)) not in objects
    ]
    assert missing == []


def test_every_statement_states_something(tables, graph):
    objects, stated = graph
    idle = [
        iri
        for iri, values in objects.items()
        if iri.startswith(entity("statement", ""))
        and not stated.get(iri)
        and NamedNode(term("SourceStatement")) in values
    ]
    about = NamedNode
    assert [
        iri for iri in idle if not any(isinstance(v, about) and "/organization/" in v.value for v in objects[iri])
    ] == []


def forms(row: Row, column: str, value: str) -> set[str]:
    """How *value* may appear in the graph."""
    value = RENAMED.get(f"{row.table}:{column}", {}).get(value, value)
    found = {value, slug(value), unit_code(value), document_iri(value), entity("document", value)}
    span = parse_date(value)
    if span is not None and column != "value":
        found |= {span.earliest.isoformat(), span.latest.isoformat()}
    found |= {"true"} if value == "yes" else {"false"} if value == "no" else set()
    try:
        number = Decimal(value)
    except InvalidOperation:
        return found
    return found | {format((number * scale).normalize(), "f") for scale in (1, 10**6)}


SILENT = {("alliances", "royalties"), ("alliances", "upfront"), ("alliances", "milestones"), ("alliances", "equity")}
"""Cells “yes” and “no” that become a payment or a stated absence: a test of its own holds them."""


def texts_by_statement(graph) -> dict[tuple[str, str], set[str]]:
    """Everything said in the statements of each row: literal values, IRIs and their last segments."""
    objects, stated = graph
    found = defaultdict(set)
    prefix = entity("statement", "")
    for iri in objects:
        if iri.startswith(prefix):
            table, key = iri[len(prefix) :].split("/")[:2]
            for node in {iri} | stated[iri]:
                for value in objects[node]:
                    found[table, key].add(value.value)
                    if isinstance(value, NamedNode):
                        found[table, key] |= set(re.split("[/#]", value.value)[-2:])
    return found


def test_every_cell_is_found_in_the_statements_of_its_row(data, tables, graph):
    schemas = load_schemas(data)
    texts = texts_by_statement(graph)
    told_by_facts = defaultdict(set)
    terms = {row.key: row["term"] for row in tables["attributes"]}
    for fact in tables["org_facts"]:
        told_by_facts[fact["org_id"]] |= texts["org_facts", slug(fact.key)]
    lost = []
    for name, rows in tables.items():
        for row in rows if name not in NOT_FACTS else ():
            said = texts[name, slug(row.key)] | {row.key}
            if name == "organizations":
                said = said | told_by_facts[row.key]
            for column in schemas[name].columns:
                if column.unmapped or (name, column.name) in SILENT:
                    continue
                values = row.items(column.name)
                if (name, column.name) == ("org_facts", "attribute"):
                    values = [terms[row["attribute"]]]
                elif (name, column.name) == ("org_facts", "value") and row["value"] not in said:
                    values = re.split(";| and ", row["value"])
                lost += [
                    (name, row.key, column.name, value) for value in values if not forms(row, column.name, value) & said
                ]
    assert lost == []


def test_stated_payments_and_absences_are_what_the_cells_say(tables, graph):
    objects, _ = graph
    for row in tables["alliances"]:
        for column, kind in (
            ("upfront", "upfront"),
            ("milestones", "milestone"),
            ("royalties", "royalty"),
            ("equity", "equity"),
        ):
            payment = entity("alliance", row.key, "payment", kind) in objects
            absence = entity("alliance", row.key, "absence", kind) in objects
            assert (payment, absence) == (row[column] == "yes", row[column] == "no"), (row.key, column)

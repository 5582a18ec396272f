"""What the mapping of one row needs to know of the others: names, and who was there by 2016."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from biokg.knowledge.dates import Span
from biokg.knowledge.emit import AFTER_2016, DISSERTATION, TO_2016, Emitter, RowSource
from biokg.knowledge.tables import Row, Tables
from biokg.terms import entity


@dataclass(frozen=True)
class Context:
    """Everything read, and the emitter to write to."""

    tables: Tables
    emitter: Emitter
    organizations: Mapping[str, Row]
    here_by_2016: frozenset[str]

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table; none when the group of tables lacks it."""
        return iter(self.tables.get(table, ()))

    def source(self, row: Row, kind: str = "fact") -> RowSource:
        """Where the facts of *row* come from."""
        return RowSource(self.emitter, row, kind)

    def name(self, organization: str) -> str:
        """The name of an organisation; its id when the tables do not name it."""
        row = self.organizations.get(organization)
        return row["name"] if row else organization

    def only(self, tables: Tables) -> Context:
        """The same knowledge of the whole, to map *tables* alone with an emitter of their own."""
        return Context(tables, Emitter(), self.organizations, self.here_by_2016)

    def organization_layer(self, organization: str) -> str:
        """Layer of what a page says, without a date, of *organization*: to 2016 if it is known to be of that time."""
        return TO_2016 if organization in self.here_by_2016 else AFTER_2016

    def places_of(self, organization: str, words: str) -> list[str]:
        """GeoNames ids of the places that *words* name as the seat of *organization*."""
        return [
            row["geonames_id"]
            for row in self.rows("links/places_of_organizations")
            if row["org_id"] == organization and row["city_as_written"] == words and row["geonames_id"]
        ]


def organization(key: str) -> str:
    """The IRI of an organisation."""
    return entity("organization", key)


def organizations(keys: list[str]) -> list[str]:
    """The IRIs of several organisations."""
    return [organization(key) for key in keys]


def base_layer(row: Row, otherwise: str) -> str:
    """The dissertation's layer for a row that it is a source of, else *otherwise*."""
    return DISSERTATION if "dissertation" in row.items("source") else otherwise


def layer_of(span: Span | None, row_layer: str) -> str:
    """Layer of a dated statement: after 2016 by its date, else the dissertation's or to 2016; undated: *row_layer*."""
    if span is None:
        return row_layer
    if span.after_cut_off:
        return AFTER_2016
    return DISSERTATION if row_layer == DISSERTATION else TO_2016


def read_context(tables: Tables, emitter: Emitter) -> Context:
    """The context of a group of tables.

    An organisation is of the time to 12/2016 when a row says that it was founded by then, that the dissertation
    names it, or that it takes part in an alliance, a round, a policy or a practice of that time.
    """
    organizations = {row.key: row for row in tables.get("organizations", ())}
    here: set[str] = set()
    for row in tables.get("organizations", ()):
        if row["founded_by_2016"] == "yes" or row["named_in_dissertation"] == "yes":
            here.add(row.key)
    for row in tables.get("alliances", ()):
        if row["within_2016"] == "yes":
            here.update((row["nbf_id"], row["partner_id"], *row.items("other_party_ids")))
    for row in tables.get("investments", ()):
        if row["year"] and row["year"] <= "2016":
            here.update((row["nbf_id"], *row.items("investor_ids")))
    for row in tables.get("policies", ()):
        if (row["date_start"] or row["year_start"] or "9")[:4] <= "2016":
            here.update(row.items("actors"))
    return Context(tables, emitter, organizations, frozenset(here))

"""Registries to link to: ROR dumps (schema 1 and 2), Wikidata and GLEIF tables, and the graph itself."""

from __future__ import annotations

import csv
import gc
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from biokg.errors import UsageError
from biokg.linking.countries import COUNTRIES
from biokg.linking.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biokg.store.base import Store


@dataclass(frozen=True, slots=True)
class Entity:
    """One organization of a registry. ``country`` is ISO 3166-1 alpha-2 or empty when not known."""

    id: str
    label: str
    names: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    country: str = ""
    cities: tuple[str, ...] = ()
    status: str = "active"
    successors: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    heads_group: bool = False
    kind: str = ""


def read_registry(path: Path) -> list[Entity]:
    """All organizations of a registry file: ROR JSON, JSON lines or zip, Wikidata CSV or GLEIF CSV.

    Raises :class:`UsageError` if the file cannot be read or is none of these.
    """
    try:
        data = _content(path)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise UsageError(f"registry {path}: {error}", fix="give a ROR dump, a Wikidata CSV or a GLEIF CSV") from None
    if data.lstrip()[:1] in (b"[", b"{"):
        with without_collection():
            return [ror_entity(record) for record in _json_records(path, data)]
    return list(table_entities(path, data.decode("utf-8-sig")))


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector while many objects that all stay are made (a third of the time).

    Freezing and unfreezing makes them old at once, so that they are not all walked through when it goes on.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.enable()
            gc.unfreeze()


def _content(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith((".json", ".jsonl", ".csv"))]
        if not names:
            raise UsageError(f"registry {path}: no JSON or CSV file inside")
        best = max(names, key=lambda name: (name.endswith((".json", ".jsonl")), "schema_v2" in name, name))
        return archive.read(best)


def _json_records(path: Path, data: bytes) -> list[dict[str, Any]]:
    try:
        if data.lstrip()[:1] == b"[":
            records = orjson.loads(data)
        else:
            records = [orjson.loads(line) for line in data.splitlines() if line.strip()]
    except ValueError as error:
        raise UsageError(f"registry {path}: not valid JSON ({error})") from None
    if not all(isinstance(record, dict) and "id" in record for record in records):
        raise UsageError(f"registry {path}: a record has no id", fix="give a ROR data dump (schema 1 or 2)")
    return list(records)


def ror_entity(record: Mapping[str, Any]) -> Entity:
    """The organization of one ROR record, whichever of the two schemas it follows."""
    relations = record.get("relationships") or []
    by_kind: dict[str, list[str]] = {}
    for relation in relations:
        by_kind.setdefault(str(relation.get("type", "")).lower(), []).append(str(relation.get("id", "")))
    if "names" in record:
        label, names, acronyms = _names_v2(record["names"])
        places = [location.get("geonames_details") or {} for location in record.get("locations") or []]
        country = str(places[0].get("country_code") or "") if places else ""
        cities = tuple(str(place["name"]) for place in places if place.get("name"))
    else:
        label = str(record.get("name") or "")
        more = [str(item.get("label", "")) for item in record.get("labels") or []]
        names = (label, *(record.get("aliases") or ()), *more)
        acronyms = tuple(record.get("acronyms") or ())
        country = str((record.get("country") or {}).get("country_code") or "")
        cities = tuple(str(item["city"]) for item in record.get("addresses") or [] if item.get("city"))
    return Entity(
        id=str(record["id"]),
        label=label,
        names=tuple(dict.fromkeys(name for name in names if name)),
        acronyms=tuple(acronyms),
        country=country,
        cities=cities,
        status=str(record.get("status") or "active"),
        successors=tuple(by_kind.get("successor", ())),
        parents=tuple(by_kind.get("parent", ())),
        heads_group="child" in by_kind and "parent" not in by_kind,
        kind="|".join(str(kind).lower() for kind in record.get("types") or ()),
    )


def _names_v2(items: Iterable[Mapping[str, Any]]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    label, names, acronyms = "", [], []
    for item in items:
        kinds = item.get("types") or ()
        value = str(item.get("value") or "").strip()
        if "ror_display" in kinds:
            label = value
        if "acronym" in kinds and len(kinds) == 1:
            acronyms.append(value)
        else:
            names.append(value)
    return label or (names[0] if names else ""), tuple(names), tuple(acronyms)


def table_entities(path: Path, text: str) -> Iterator[Entity]:
    """Organizations of a GLEIF golden copy, or of a Wikidata query result, as CSV or TSV."""
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = list(reader.fieldnames or ())
    if "LEI" in columns and any("LegalName" in column for column in columns):
        return map(_gleif_entity, reader)
    lower = {column.lower(): column for column in columns}
    identifier = next(
        (lower[name] for name in ("item", "qid", "id", "wikidata", "organization") if name in lower), None
    )
    label = next(
        (lower[name] for name in ("itemlabel", "label", "name", "title", "organizationlabel") if name in lower), None
    )
    if identifier is None or label is None:
        raise UsageError(
            f"registry {path}: neither ROR JSON, nor GLEIF CSV, nor a table with an id and a label column",
            fix="columns of a Wikidata table: item,itemLabel,itemAltLabel,countryLabel (or id,label,aliases,country)",
        )
    return _merge(_wikidata_entity(row, identifier, label, lower) for row in reader)


def _gleif_entity(row: Mapping[str, str]) -> Entity:
    def first(*parts: str) -> str:
        return next((value for column, value in row.items() if value and all(part in column for part in parts)), "")

    others = [v for c, v in row.items() if v and ("OtherEntityName" in c or "TransliteratedOther" in c)
              and not c.endswith((".type", ".xmllang"))]  # fmt: skip
    status = (first("EntityStatus") or "ACTIVE").lower()
    successor = first("SuccessorLEI")
    legal = row.get("Entity.LegalName") or first("LegalName")
    return Entity(
        id=row["LEI"],
        label=legal,
        names=(legal, *dict.fromkeys(others)),
        country=(row.get("Entity.LegalAddress.Country") or first("LegalAddress", "Country"))[:2],
        cities=tuple(filter(None, [row.get("Entity.LegalAddress.City") or first("LegalAddress", "City")])),
        status="active" if status == "active" else "inactive",
        successors=(successor,) if successor else (),
    )


def _wikidata_entity(row: Mapping[str, str], identifier: str, label: str, lower: Mapping[str, str]) -> Entity:
    def get(*names: str) -> str:
        return next((row[lower[name]] or "" for name in names if name in lower), "")

    aliases = re.split(r"\s*[|;]\s*|,\s+", get("itemaltlabel", "altlabel", "aliases", "alias"))
    country = get("countrycode", "country_code") or COUNTRIES.get(fold(get("countrylabel", "country")), "")
    successor = get("replacedby", "successor", "replaced_by")
    return Entity(
        id=row[identifier] or "",
        label=row[label] or "",
        names=tuple(name for name in (row[label] or "", *aliases) if name),
        acronyms=tuple(filter(None, re.split(r"\s*[|;,]\s*", get("shortname", "short_name", "acronym", "acronyms")))),
        country=country.upper()[:2],
        cities=tuple(filter(None, [get("citylabel", "city", "headquarterslabel")])),
        status="inactive" if get("dissolved", "end") else "active",
        successors=(successor,) if successor else (),
    )


def _merge(rows: Iterable[Entity]) -> Iterator[Entity]:
    """One entity per id: a query result repeats an item once per alias, country or city."""
    held: dict[str, Entity] = {}
    for row in rows:
        before = held.get(row.id)
        if before is None:
            held[row.id] = row
        else:
            held[row.id] = Entity(
                row.id, before.label, tuple(dict.fromkeys((*before.names, *row.names))),
                tuple(dict.fromkeys((*before.acronyms, *row.acronyms))), before.country or row.country,
                tuple(dict.fromkeys((*before.cities, *row.cities))), before.status,
                tuple(dict.fromkeys((*before.successors, *row.successors))),
            )  # fmt: skip
    return iter(held.values())


def graph_entities(store: Store, *, default_graphs: Sequence[str] | None = None) -> list[Entity]:
    """The organizations of the graph, with the names and countries that labels and links give them."""
    from importlib.resources import files

    text = (files("biokg.linking") / "organizations.rq").read_text(encoding="utf-8")
    names: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    facts: dict[str, dict[str, str]] = {}
    cities: dict[str, list[str]] = {}
    for organization, label, name, country, linked, kind, place in store.select(
        text, default_graphs=default_graphs
    ).rows:
        iri = str(getattr(organization, "value", organization))
        labels[iri] = _value(label)
        names.setdefault(iri, []).append(_value(name))
        held = facts.setdefault(iri, {})
        bracket = re.search(r"\(([^()]+)\)$", _value(linked))
        code = COUNTRIES.get(fold(_value(country)), "") or (COUNTRIES.get(fold(bracket[1]), "") if bracket else "")
        held["country"] = held.get("country") or code
        held["kind"] = held.get("kind") or _value(kind).rsplit("/", 1)[-1]
        cities.setdefault(iri, []).extend(_places(_value(place)))
    return [
        Entity(iri, labels[iri], tuple(dict.fromkeys((labels[iri], *names[iri]))), (), facts[iri]["country"],
               tuple(dict.fromkeys(cities[iri])), kind=facts[iri]["kind"])
        for iri in sorted(labels)
    ]  # fmt: skip


def _places(text: str) -> list[str]:
    """The places that a seat as written names: ``Ghent (Zwijnaarde); also Breda (NL)`` names three."""
    parts = (re.sub(r"^(?:also|later|labs in)\s+", "", part.strip()) for part in re.split(r"[;,()]", text))
    return [part for part in parts if len(part) > 2]


def _value(term: object | None) -> str:
    return str(getattr(term, "value", term)) if term is not None else ""

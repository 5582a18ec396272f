"""The curated tables: nothing from memory, no row of the sources lost, answers as the tables say."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter, defaultdict

import pytest

from biokg.knowledge.build import open_published, publish
from biokg.settings import load_settings
from biokg.terms import VIEWS


def read(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


MERGED = {"peakadilly", "srib", "link-health-pregene"}
"""Rows of the sources that another one holds, since both are one thing (data/moved.csv)."""


@pytest.fixture(scope="module")
def data(repository):
    return repository / "data"


@pytest.fixture(scope="module")
def sources(repository):
    folder = repository.parent / "shared" / "facts"
    if not folder.is_dir():
        pytest.skip("the source tables are not beside this checkout")
    return folder


def test_no_memory_reaches_the_tables(data):
    for path in data.rglob("*.csv"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not re.search(r"\(memory|memory lead|,memory,|is memory|, memory\)", line), f"{path.name}:{number}"


def test_every_row_of_the_sources_is_in_the_tables(data, sources):
    rows = 0
    for path in sorted(sources.glob("*.csv")):
        wanted = {row["id"] for row in read(path) if row["source"] != "memory"}
        held = [row["id"] for row in read(data / path.name)]
        assert wanted - MERGED <= set(held), path.name
        assert len(held) == len(set(held))
        rows += len(wanted)
    assert rows == 2205


def test_rows_from_memory_alone_are_left_out(data, sources):
    for path in sorted(sources.glob("*.csv")):
        leads = {row["id"] for row in read(path) if row["source"] == "memory"}
        assert not leads & {row["id"] for row in read(data / path.name)}


def test_no_column_of_the_sources_is_left_out(data, sources):
    for path in sorted(sources.glob("*.csv")):
        assert set(read(path)[0]) <= set(read(data / path.name)[0])


def test_a_locator_is_a_short_quote(data):
    for path in data.glob("*.csv"):
        for row in read(path):
            assert len(row.get("locator", "").split()) <= 12, (path.name, row["id"])


def names(data):
    return {row["id"]: row["name"] for row in read(data / "organizations.csv")}


ARGENX = """
PREFIX bkg: <https://w3id.org/biokg/ontology/>
SELECT DISTINCT ?alliance WHERE {
  ?role bkg:playedBy <https://w3id.org/biokg/id/organization/argenx> . ?alliance bkg:hasRole ?role ; a bkg:Alliance }
"""
PARTNERS = """
PREFIX bkg: <https://w3id.org/biokg/ontology/>
SELECT ?partner (COUNT(DISTINCT ?firm) AS ?firms) WHERE {
  ?alliance bkg:hasRole ?a, ?b . ?a bkg:focal true ; bkg:playedBy ?firm . ?b bkg:playerClass ?c ; bkg:playedBy ?partner
} GROUP BY ?partner ORDER BY DESC(?firms) ?partner
"""
POLICIES = """
PREFIX bkg: <https://w3id.org/biokg/ontology/>
SELECT DISTINCT ?policy ?region ?year WHERE {
  ?policy a bkg:PolicyInstrument ; bkg:appliesIn ?region .
  ?launch bkg:eventOf ?policy ; a bkg:LaunchEvent ; bkg:year ?year }
"""


def last(term):
    return term.value.rsplit("/", 1)[-1]


def ask(store, text):
    return [tuple(row) for row in store.select(text, default_graphs=VIEWS["all"].graphs).rows]


def argenx_rows(rows):
    return {r["id"] for r in rows if "argenx" in {r["nbf_id"], r["partner_id"], *r["other_party_ids"].split(";")}}


def test_the_alliances_of_argenx_are_those_of_the_table(store, data):
    expected = argenx_rows(read(data / "alliances.csv"))
    assert len(expected) > 5
    assert {last(alliance) for (alliance,) in ask(store, ARGENX)} == expected


def test_partners_are_ranked_by_number_of_belgian_firms(store, data):
    firms = defaultdict(set)
    for row in read(data / "alliances.csv"):
        firms[row["partner_id"]].add(row["nbf_id"])
    expected = {partner: len(found) for partner, found in firms.items()}
    assert {last(partner): int(count.value) for partner, count in ask(store, PARTNERS)} == expected


def test_policies_are_found_by_region_and_year(store, data):
    expected = Counter((row["region"], row["year_start"]) for row in read(data / "policies.csv") if row["year_start"])
    rivals = Counter(
        (policy["region"], row["year"])
        for row in read(data / "rivals.csv")
        for policy in read(data / "policies.csv")
        if row["subject_kind"] == "policy" and row["subject_id"] == policy["id"] and row["year"] != policy["year_start"]
    )
    found = Counter((last(region), year.value) for _, region, year in ask(store, POLICIES))
    assert found == expected + rivals


def test_rival_dates_stand_side_by_side(store):
    text = """
    PREFIX bkg: <https://w3id.org/biokg/ontology/>
    SELECT DISTINCT ?year WHERE { ?e bkg:eventOf <https://w3id.org/biokg/id/%s> ; a bkg:%s ; bkg:year ?year }
    """
    for thing, class_, years in [
        ("organization/thrombogenics", "FoundingEvent", {1998, 1991}),
        ("organization/vib", "FoundingEvent", {1995, 1996}),
        ("policy/dirv", "LaunchEvent", {1982, 1983}),
        ("organization/innogenetics", "AcquisitionEvent", {2007, 2008, 2009, 2010}),
    ]:
        assert {int(year.value) for (year,) in ask(store, text % (thing, class_))} == years


def test_of_rival_dates_the_one_that_the_table_keeps_is_preferred(store, data):
    text = """
    PREFIX bkg: <https://w3id.org/biokg/ontology/>
    SELECT DISTINCT ?thing ?event ?year ?statement WHERE {
      ?p a bkg:Preference ; bkg:preferenceOf ?thing ; bkg:prefers ?event ; bkg:statedIn ?statement .
      ?p bkg:justification ?why .
      ?event bkg:eventOf ?thing ; bkg:year ?year ; a ?class
      VALUES ?class { bkg:FoundingEvent bkg:LaunchEvent } }
    """
    kept = {row["id"]: row["founded_year"] for row in read(data / "organizations.csv")}
    launched = {row["id"]: row["year_start"] for row in read(data / "policies.csv")}
    found = {}
    for thing, _, year, _ in ask(store, text):
        assert last(thing) not in found
        found[last(thing)] = year.value
        assert year.value == (kept if "/organization/" in thing.value else launched)[last(thing)]
    assert {thing: found[thing] for thing in ("thrombogenics", "vib", "dirv")} == {
        "thrombogenics": "1998",
        "vib": "1996",
        "dirv": "1983",
    }


def test_business_model_states_are_those_that_rows_state_and_no_candidate_is_integrated(store, data):
    text = """
    PREFIX bkg: <https://w3id.org/biokg/ontology/>
    SELECT DISTINCT ?firm ?model WHERE { ?s a bkg:BusinessModelState ; bkg:stateOf ?firm ; bkg:businessModel ?model }
    """
    found = {(last(firm), last(model)) for firm, model in ask(store, text)}
    assert found == {(row["org_id"], row["model"]) for row in read(data / "business_model_states.csv")}
    candidates = {
        row["org_id"]
        for row in read(data / "org_facts.csv")
        if row["attribute"] == "fipco_status" and row["value"] == "most likely candidate"
    }
    assert candidates
    assert not {(firm, "bm-fipco") for firm in candidates} & found


def test_changing_a_row_changes_the_answer(data, tmp_path):
    copy = shutil.copytree(data, tmp_path / "data")
    settings = load_settings({"data_dir": copy, "state_dir": tmp_path / "state"}, environ={})
    before = publish(settings)
    path = copy / "alliances.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nargenx-shire-2012,argenx,", "\nargenx-shire-2012,galapagos,"), encoding="utf-8")
    after = publish(settings)
    assert after.version != before.version
    held = {last(alliance) for (alliance,) in ask(open_published(after), ARGENX)}
    assert (
        held
        == argenx_rows(read(path))
        == {last(a) for (a,) in ask(open_published(before), ARGENX)} - {"argenx-shire-2012"}
    )


def test_words_quoted_from_the_dissertation_stand_in_it(data, repository):
    text = repository.parent / "shared" / "source" / "dissertation.txt"
    if not text.is_file():
        pytest.skip("the source text is not beside this checkout")
    words = " ".join(text.read_text(encoding="utf-8").split())
    hyphenated = words.replace("- ", "-")
    joined = words.replace("- ", "")
    missing = [
        (path.name, row["id"], row["locator"])
        for path in sorted(data.glob("*.csv"))
        for row in read(path)
        if row.get("source") == "dissertation"
        and not any(row["locator"] in held for held in (words, hyphenated, joined))
    ]
    assert missing == []


def test_rows_added_from_the_text_quote_at_most_twelve_words(data):
    report = (data / "ADDED.md").read_text(encoding="utf-8")
    quotes = re.findall(r"^\| \w+ \| `[^`]+` \| (.+) \|$", report, flags=re.MULTILINE)
    assert len(quotes) > 60
    assert max(len(quote.split()) for quote in quotes) <= 12


def test_variants_of_a_name_are_names_of_one_thing_or_of_two(store):
    text = """
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT DISTINCT ?thing ?name WHERE { ?thing rdfs:label|skos:altLabel ?name . FILTER(CONTAINS(STR(?thing), "/id/")) }
    """
    named = defaultdict(set)
    for thing, name in ask(store, text):
        named[name.value].add(thing.value.split("/id/")[1])
    assert named["Galàpagos"] == named["Galapagos"] == {"organization/galapagos"}
    assert "organization/promethera" in named["Promothera"]
    assert named["THIRF"] == named["DIRV"] == {"policy/dirv"}
    assert "organization/merck-co" in named["Merck US"]
    assert "organization/merck-kgaa" in named["Merck DE"]
    assert not named["Merck US"] & named["Merck DE"]
    assert "organization/gsk-belgium" in named["GSK Biologicals"]
    assert "organization/gsk" not in named["GSK Biologicals"]
    assert named["Peakadilly"] == named["Pronota"] == {"organization/pronota"}
    assert named["SRIB"] == named["finance.Brussels"] == {"organization/finance-brussels"}
    assert named["Biotalys"] == named["AgroSavfe"] == {"organization/agrosavfe"}
    assert named["Baxter"] == {"organization/baxter"} != named["Baxalta"] == {"organization/baxalta"}
    assert named["Link Health"] == {"organization/link-health"} != named["Pregene"] == {"organization/pregene"}
    assert named["MedImmune"] == {"organization/medimmune"}
    assert not named["AstraZeneca/MedImmune"]
    assert named["Schwarz Pharma"] == {"organization/schwarz-pharma"} != named["UCB"] == {"organization/ucb"}
    assert named["Innogenetics"] == {"organization/innogenetics"} != named["Fujirebio"] == {"organization/fujirebio"}
    organizations = {
        name: {t for t in things if re.fullmatch("organization/[^/]+", t)} for name, things in named.items()
    }
    assert {name: things for name, things in organizations.items() if len(things) > 1} == {}


def test_a_name_before_brackets_is_a_name_by_itself(store):
    text = """
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX bkg: <https://w3id.org/biokg/ontology/>
    SELECT DISTINCT ?thing ?name WHERE {
      ?thing a bkg:Organization ; rdfs:label ?name . FILTER(CONTAINS(?name, " ("))
      FILTER NOT EXISTS { ?thing skos:altLabel ?bare . FILTER(STR(?bare) = STRBEFORE(STR(?name), " (")) }
    }
    """
    assert [name.value for _, name in ask(store, text)] == []


def test_an_identifier_is_exact_for_one_thing_at_most(data):
    with (data / "links" / "identifiers.sssom.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    exact = defaultdict(set)
    for row in rows:
        if row["predicate_id"] in {"owl:sameAs", "skos:exactMatch"} and row["object_id"] not in {
            "",
            "sssom:NoTermFound",
        }:
            exact[row["object_id"]].add(row["subject_id"])
    assert len(exact) > 200
    assert {identifier: things for identifier, things in exact.items() if len(things) > 1} == {}


def test_what_is_chained_through_a_close_match_is_no_exact_match(data):
    with (data / "links" / "identifiers.sssom.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    close = {
        r["subject_id"] for r in rows if r["object_id"].startswith("ror:") and r["predicate_id"] == "skos:closeMatch"
    }
    chained = [r for r in rows if r["subject_id"] in close and r["mapping_justification"] == "semapv:MappingChaining"]
    assert chained
    assert {r["predicate_id"] for r in chained} == {"skos:closeMatch"}

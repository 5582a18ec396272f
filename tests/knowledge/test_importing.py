"""A researcher's own rows: checked, compared, loaded all or nothing, undone."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys

import pytest

from biokg.errors import BioKGError, DataError, NotFound, UsageError, ValidationFailed
from biokg.knowledge.build import open_published, publish
from biokg.knowledge.importing import import_files, undo_import
from biokg.knowledge.imports import held_imports
from biokg.knowledge.templates import TEMPLATES, describe, header, template_schema
from biokg.settings import load_settings
from biokg.terms import VIEWS

FIRM = {"id": "catbio", "name": "Catalan Bio", "type": "nbf", "region": "catalonia", "source": "https://example.org/a"}
DEAL = {
    "id": "catbio-pfizer-2014",
    "nbf_id": "catbio",
    "partner_id": "pfizer",
    "year": "2014",
    "kind": "licensing_out",
    "oi_flow": "outbound",
    "upfront": "yes",
    "upfront_amount_m": "5",
    "currency": "EUR",
    "source": "https://example.org/b",
}
DEALS = """
PREFIX bkg: <https://w3id.org/biokg/ontology/>
SELECT DISTINCT ?alliance WHERE {
  ?alliance bkg:hasRole ?role . ?role bkg:playedBy <https://w3id.org/biokg/id/organization/catbio> }
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory, repository):
    return load_settings({"state_dir": tmp_path_factory.mktemp("state")}, environ={})


@pytest.fixture
def empty(settings):
    """The state without any import, whatever a test left behind."""
    publish(settings)
    yield settings
    while held_imports(settings.state_folder):
        undo_import(settings)


def table(folder, name, *rows):
    path = folder / f"{name}.csv"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def answers(publication):
    rows = open_published(publication).select(DEALS, default_graphs=VIEWS["all"].graphs).rows
    return {row[0].value.rsplit("/", 1)[-1] for row in rows}


def test_tables_that_refer_to_each_other_are_loaded_found_and_undone(empty, tmp_path):
    before = publish(empty)
    files = [table(tmp_path, "deals", DEAL), table(tmp_path, "firms", FIRM)]
    looked = import_files(empty, files, dry_run=True)
    assert looked.publication is None
    assert publish(empty).version == before.version
    outcome = import_files(empty, files)
    assert len(outcome.changes.added) == 2
    assert answers(outcome.publication) == {"catbio-pfizer-2014"}
    assert outcome.publication.version != before.version
    assert undo_import(empty).version == before.version


def test_the_same_import_twice_changes_nothing_the_second_time(empty, tmp_path):
    files = [table(tmp_path, "firms", FIRM)]
    import_files(empty, files)
    again = import_files(empty, files, dry_run=True)
    assert (again.changes.added, again.changes.changed, again.changes.unchanged) == ([], [], 1)


@pytest.mark.parametrize(
    ("cells", "column", "reason", "nearest"),
    [
        ({"partner_id": "pfzer"}, "partner_id", "not in organizations.csv", "pfizer"),
        ({"nbf_id": "nobody-knows"}, "nbf_id", "not in organizations.csv", None),
        ({"year": "1420"}, "year", "less than 1850", None),
        ({"source": ""}, "source", "source is required", None),
        ({"currency": ""}, "currency", "without a currency", None),
        ({"kind": "licensing_owt"}, "kind", "not in alliance_types.csv", "licensing_out"),
        ({"id": "Catbio Pfizer"}, "id", "lower-case letters", "catbio-pfizer"),
        ({"yaer": "2014"}, "yaer", "unknown column", "year"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_loaded(empty, tmp_path, cells, column, reason, nearest):
    before = publish(empty)
    files = [table(tmp_path, "firms", FIRM), table(tmp_path, "deals", DEAL, {**DEAL, "id": "second", **cells})]
    with pytest.raises(DataError) as refused:
        import_files(empty, files, table=None)
    (problem,) = (p for p in refused.value.problems if p.column == column)
    assert problem.file == "deals.csv"
    assert problem.row == (1 if column == "yaer" else 3)
    assert reason in problem.reason
    assert problem.nearest == nearest
    assert held_imports(empty.state_folder) == []
    assert publish(empty).version == before.version


def test_rows_that_change_rows_of_the_project_need_replace(empty, tmp_path):
    row = {
        "id": "argenx",
        "name": "argenx renamed",
        "type": "nbf",
        "region": "flanders",
        "source": "https://example.org/c",
    }
    files = [table(tmp_path, "firms", row)]
    with pytest.raises(UsageError, match="argenx renamed"):
        import_files(empty, files)
    replaced = import_files(empty, files, replace=True)
    text = 'ASK { GRAPH ?g { <https://w3id.org/biokg/id/organization/argenx> ?p "argenx renamed"@en } }'
    assert open_published(replaced.publication).ask(text)
    assert not open_published(undo_import(empty)).ask(text)


def test_another_row_of_the_same_matter_is_told_as_a_conflict(empty, tmp_path):
    deal = {**DEAL, "id": "other", "nbf_id": "argenx", "partner_id": "abbvie", "year": "2016"}
    looked = import_files(empty, [table(tmp_path, "deals", deal)], dry_run=True)
    assert [line.split(" and ")[0] for line in looked.changes.conflicting] == ["deals.csv:2:id: alliances other"]


def test_rows_that_only_the_graph_can_judge_are_taken_back(empty, tmp_path):
    before = publish(empty)
    bad = tmp_path / "bad.ttl"
    bad.write_text(TURTLE % "rumour", encoding="utf-8")
    with pytest.raises(ValidationFailed, match="statement-kind"):
        import_files(empty, [table(tmp_path, "firms", FIRM), bad])
    assert held_imports(empty.state_folder) == []
    assert publish(empty).version == before.version


KILLED = """
import os, signal, sys
from pathlib import Path
from biokg.knowledge import importing
from biokg.settings import load_settings

settings = load_settings({"state_dir": Path(sys.argv[1])}, environ={})
importing._published = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
importing.import_files(settings, [Path(sys.argv[2])])
"""


def test_an_import_that_is_killed_in_the_middle_leaves_nothing(empty, tmp_path):
    before = publish(empty)
    firms = table(tmp_path, "firms", FIRM)
    killed = subprocess.run([sys.executable, "-c", KILLED, empty.state_folder, firms], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list((empty.state_folder / "imports").glob("*/manifest.json")) != []
    assert held_imports(empty.state_folder) == []
    assert publish(empty).version == before.version
    assert import_files(empty, [firms]).number == 1


TURTLE = """
@prefix bkg: <https://w3id.org/biokg/ontology/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/firm> a bkg:Organization ; rdfs:label "Turtle Bio"@en ; bkg:statedIn <https://example.org/said> .
<https://example.org/said> a bkg:SourceStatement ; bkg:document <https://example.org/page> ;
  bkg:statementKind <https://w3id.org/biokg/scheme/statement-kind/%s> ;
  bkg:layer <https://w3id.org/biokg/scheme/layer/public-after-2016> .
<https://example.org/page> a bkg:Document ; rdfs:label "a page"@en ; bkg:address <https://example.org/page> .
"""


def test_rdf_goes_through_the_same_validation(empty, tmp_path):
    good, bad = tmp_path / "good.ttl", tmp_path / "bad.ttl"
    good.write_text(TURTLE % "fact", encoding="utf-8")
    bad.write_text(TURTLE % "rumour", encoding="utf-8")
    with pytest.raises(ValidationFailed):
        import_files(empty, [bad])
    loaded = import_files(empty, [good])
    assert open_published(loaded.publication).ask('ASK { GRAPH ?g { ?firm ?p "Turtle Bio"@en } }')


def test_broken_files_are_refused_with_a_message(empty, tmp_path):
    (tmp_path / "broken.ttl").write_text("<a> <b", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for name in ("broken.ttl", "odd.csv", "absent.csv"):
        with pytest.raises(BioKGError) as refused:
            import_files(empty, [tmp_path / name])
        assert name.split(".")[0] in refused.value.message or "Turtle" in refused.value.message
    with pytest.raises(NotFound):
        undo_import(empty)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_names_its_columns_and_what_they_hold(repository, name):
    schema = template_schema(repository / "data", name)
    columns = header(schema).strip().split(",")
    assert "id" in columns
    assert "source" in columns
    assert [entry[0] for entry in describe(schema)] == columns
    assert all(holds for _, _, holds in describe(schema))


def test_an_unknown_template_is_refused_with_the_nearest(repository):
    with pytest.raises(NotFound) as refused:
        template_schema(repository / "data", "alliance")
    assert "'alliances'" in refused.value.fix


RDF_FAULTS = [
    ("mine.ttl", "<https://example.org/a> a <https://example.org/B> .\n<https://example.org/c> a\n", "line"),
    ("mine.nt", "<https://example.org/a> <https://example.org/b> .\n", "line 1"),
    ("mine.nq", "<https://example.org/a> <https://example.org/b> <c d> .\n", "line 1"),
    ("mine.trig", "<https://example.org/g> { <https://example.org/a> a }", "line 1"),
    ("mine.jsonld", '{"@id": "https://example.org/a", ', "line 1"),
    ("mine.jsonld", '{"@context": "https://example.org/context", "@id": "https://example.org/a"}', "not fetched"),
    ("mine.rdf", "<rdf:RDF>\n<broken\n", "RDF-XML"),
    ("mine.rdf", '<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a>&b;</a>', "DTD"),
    ("mine.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "DTD"),
    ("mine.n3", "@prefix : <https://example.org/> . :a :b ", "line 1"),
    ("mine.ttl", "<https://example.org/a> <https://example.org/b> " + "[ <https://example.org/b> " * 200, "nested"),
]


@pytest.mark.parametrize(("name", "text", "reason"), RDF_FAULTS)
def test_rdf_that_cannot_be_read_is_refused_with_its_file_and_line(empty, tmp_path, name, text, reason):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BioKGError) as refused:
        import_files(empty, [tmp_path / name], dry_run=True)
    assert name in refused.value.message
    assert reason in refused.value.message
    assert held_imports(empty.state_folder) == []

"""The redirect table for w3id.org leads every kind of identifier to a page that the service has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from biokg.errors import UsageError
from biokg.knowledge.release import release

TABLE = Path(__file__).resolve().parents[2] / "ontology" / "w3id" / ".htaccess"
HOST = "https://biokg.example.org"
RULE = re.compile(r"^RewriteRule (\S+) (\S+) \[R=(\d+),L\]$", re.MULTILINE)

SERVED = {
    "": ("/", 302),
    "ontology/": ("/ontology", 303),
    "ontology": ("/ontology", 303),
    "ontology/1.0.0": ("/ontology", 303),
    "ontology/full/1.0.0": ("/ontology", 303),
    "ontology/module/alliance": ("/ontology/module/alliance", 303),
    "ontology/module/open-innovation/1.0.0": ("/ontology/module/open-innovation", 303),
    "ontology/Alliance": ("/ontology/Alliance", 303),
    "ontology/playedBy": ("/ontology/playedBy", 303),
    "ontology/context.jsonld": ("/ontology/context.jsonld", 302),
    "ontology/alignment/org": ("/ontology/alignment/org", 303),
    "query/cq-framework": ("/query/cq-framework", 303),
    "scheme/alliance-type": ("/scheme/alliance-type", 303),
    "scheme/alliance-type/licensing-out": ("/scheme/alliance-type/licensing-out", 303),
    "id/organization/vib": ("/id/organization/vib", 303),
    "id/alliance/ablynx-wyeth-2006": ("/id/alliance/ablynx-wyeth-2006", 303),
    "graph/public-to-2016": ("/graph/public-to-2016", 303),
    "query/h1-instruments": ("/query/h1-instruments", 303),
    "sparql": ("/sparql", 307),
    ".well-known/void": ("/.well-known/void", 302),
    ".well-known/sparql-examples": ("/.well-known/sparql-examples", 302),
    "ontology/1.1.0": ("/ontology", 303),
    "scheme/1.1.0": ("/ontology", 303),
}
NOWHERE = ("ontology/Alliance/else", "scheme/Alliance", "wp-admin", "ontology/../id")


def _redirect(path: str) -> tuple[str, int] | None:
    text = TABLE.read_text(encoding="utf-8")
    assert f"BIOKG_HOST={HOST}" in text
    for pattern, target, status in RULE.findall(text):
        found = re.search(pattern, path)
        if found:
            plain = target.replace("%{ENV:BIOKG_HOST}", HOST)
            return re.sub(r"\$(\d)", lambda group: found.group(int(group.group(1))) or "", plain), int(status)  # noqa: B023
    return None


@pytest.mark.parametrize("path", SERVED)
def test_identifier_leads_to_its_page(client: FlaskClient, path: str) -> None:
    target, status = SERVED[path]
    assert _redirect(path) == (HOST + target, status)
    answer = client.get(target, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200, target


@pytest.mark.parametrize("path", NOWHERE)
def test_other_paths_lead_nowhere(path: str) -> None:
    assert _redirect(path) is None


def test_every_rule_is_tried() -> None:
    rules = RULE.findall(TABLE.read_text(encoding="utf-8"))
    tried = {next(rule for rule in rules if re.search(rule[0], path)) for path in SERVED}
    untried = {rule[0] for rule in rules} - {rule[0] for rule in tried}
    assert untried <= {r"^(shape/[\w-]+)$"}


def test_a_release_writes_the_table_for_the_host_it_is_given(folder: Path, tmp_path: Path) -> None:
    *_, table = release(folder, tmp_path, host="https://kg.example.net/")
    text = table.read_text(encoding="utf-8")
    assert table.name == ".htaccess"
    assert "BIOKG_HOST=https://kg.example.net\n" in text
    assert text.replace("https://kg.example.net", HOST) == TABLE.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="no address"):
        release(folder, tmp_path, host="kg.example.net; evil")

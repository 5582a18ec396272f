"""Data of one's own is checked and never stored."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from biokg.settings import Settings

BAD = """@prefix bkg: <https://w3id.org/biokg/ontology/> . @prefix bki: <https://w3id.org/biokg/id/> .
bki:alliance\\/mine-yours a bkg:Alliance ."""


def test_rdf_that_breaks_a_shape_is_told_which_and_where(client: FlaskClient) -> None:
    page = client.post("/data/validate", data={"kind": "text/turtle", "text": BAD})
    assert page.status_code == 200
    assert "Violation" in page.text
    assert "mine-yours" in page.text
    assert client.get("/id/alliance/mine-yours").status_code == 404, "nothing is stored"


def test_a_good_table_passes_and_a_bad_cell_is_named(client: FlaskClient, settings: Settings) -> None:
    lines = (settings.data_folder / "alliances.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    good = client.post("/data/validate", data={"kind": "table:alliances", "text": "".join(lines[:30])})
    assert "All 29 rows pass" in good.text, good.text[:3000]
    broken = lines[1].replace(",ablynx,", ",ablinx,", 1)
    bad = client.post("/data/validate", data={"kind": "table:alliances", "text": lines[0] + broken})
    assert "ablinx" in bad.text
    assert "<td>ablynx</td>" in bad.text, "the nearest value that would pass is named"


def test_a_file_can_be_sent(client: FlaskClient) -> None:
    file = (io.BytesIO(BAD.encode()), "mine.ttl")
    assert "Violation" in client.post("/data/validate", data={"kind": "text/turtle", "file": file}).text


def test_what_is_no_rdf_or_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/data/validate", data={"kind": "text/turtle", "text": "no turtle"}).status_code == 400
    assert client.post("/data/validate", data={"kind": "text/turtle", "text": ""}).status_code == 400
    large = client.post("/data/validate", data={"kind": "text/turtle", "text": "#" + "x" * (1024 * 1024)})
    assert large.status_code == 413
    dtd = '<!DOCTYPE r [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    assert client.post("/data/validate", data={"kind": "application/rdf+xml", "text": dtd}).status_code in {400, 413}


def test_what_is_no_text_is_named_for_what_it_is(client: FlaskClient) -> None:
    import gzip

    sent = {
        "workbook": b"PK\x03\x04" + b"\0" * 40,
        "gzip": gzip.compress(b"0" * 5_000_000),
        "PDF": b"%PDF-1.7 ...",
        "not text": b"id,name\n1,\0\0",
    }
    for kind in ("table:alliances", "text/turtle", "application/rdf+xml"):
        for said, data in sent.items():
            answer = client.post("/data/validate", data={"kind": kind, "file": (io.BytesIO(data), "mine")})
            assert answer.status_code == 400
            assert said in answer.text, (kind, said)


def test_rdf_is_told_the_line_of_each_finding(client: FlaskClient) -> None:
    mine = BAD.replace("bki:alliance\\/mine-yours", "<https://w3id.org/biokg/id/alliance/mine-yours>")
    page = client.post("/data/validate", data={"kind": "text/turtle", "text": mine}).text
    assert 'href="#line-2"' in page
    assert 'id="line-2"' in page


def test_a_table_is_checked_against_the_shapes_too_and_each_finding_names_its_line(
    client: FlaskClient, settings: Settings
) -> None:
    lines = (settings.data_folder / "alliances.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("biocartis-wondfo-2018,"))
    page = client.post("/data/validate", data={"kind": "table:alliances", "text": lines[0] + lines[1] + lines[at]}).text
    assert "All 2 rows pass" in page
    assert "alliance/biocartis-wondfo-2018" in page, "the joint venture without a named firm is a standing warning"
    assert 'href="#line-3"' in page
    assert 'href="#line-2"' not in page


def test_a_table_of_the_wrong_columns_is_told_which(client: FlaskClient) -> None:
    page = client.post("/data/validate", data={"kind": "table:alliances", "text": "a,b\n1,2\n"})
    assert page.status_code == 200
    assert "refused" in page.text
    assert "id" in page.text

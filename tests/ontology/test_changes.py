"""The change log and the headers speak of the same version."""

from __future__ import annotations

import re
from pathlib import Path

from pyoxigraph import NamedNode, Store

VERSION = NamedNode("http://www.w3.org/2002/07/owl#versionInfo")
ROOT = NamedNode("https://w3id.org/biokg/ontology/")


def test_the_newest_entry_is_the_version_of_the_ontology(folder: Path, ontology: Store) -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (folder / "CHANGES.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    (told,) = ontology.quads_for_pattern(ROOT, VERSION, None)
    assert told.object.value == newest.group(1)  # type: ignore[union-attr]


def test_every_file_that_the_guide_names_exists(repository: Path) -> None:
    for page in ("ontology.md", "reuse.md"):
        text = (repository / "docs" / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (repository / "docs" / link).exists(), f"{page}: {link}"

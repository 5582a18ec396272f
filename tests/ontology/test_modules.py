"""The modules load alone, in order, and say enough."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

MODULE = "https://w3id.org/biokg/ontology/module/"
ROOT = "https://w3id.org/biokg/ontology/"
IMPORTS = NamedNode("http://www.w3.org/2002/07/owl#imports")
DEFINED_BY = NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
CATALOG = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}uri"


def _imports(store: Store, of: str) -> set[str]:
    return {quad.object.value for quad in store.quads_for_pattern(NamedNode(of), IMPORTS, None)}


def _closure(modules: Mapping[str, Store], name: str) -> set[str]:
    found = {name}
    for imported in _imports(modules[name], MODULE + name):
        found |= _closure(modules, imported.removeprefix(MODULE))
    return found


def test_the_root_gathers_every_module(ontology: Store, modules: Mapping[str, Store]) -> None:
    assert _imports(ontology, ROOT) == {MODULE + name for name in modules}


def test_a_module_defines_only_terms_of_its_own(modules: Mapping[str, Store]) -> None:
    for name, store in modules.items():
        homes = {quad.object.value for quad in store.quads_for_pattern(None, DEFINED_BY, None)}
        assert homes == {MODULE + name}


def test_a_module_uses_only_terms_of_what_it_imports(modules: Mapping[str, Store]) -> None:
    for name, store in modules.items():
        known = {
            quad.subject.value
            for other in _closure(modules, name)
            for quad in modules[other].quads_for_pattern(None, TYPE, None)
            if isinstance(quad.subject, NamedNode)
        }
        used = {
            quad.object.value
            for quad in store.quads_for_pattern(None, None, None)
            if isinstance(quad.object, NamedNode)
            and quad.object.value.startswith(ROOT)
            and "/module/" not in quad.object.value
            and quad.object.value != ROOT
        }
        assert used <= known, f"{name}.ttl uses terms of modules it does not import: {sorted(used - known)}"


def test_the_catalogue_finds_every_ontology_beside_it(folder: Path) -> None:
    entries = {
        entry.attrib["name"]: folder / entry.attrib["uri"]
        for entry in ElementTree.parse(folder / "catalog-v001.xml").getroot().iter(CATALOG)
    }
    declared = {}
    for file in [*folder.glob("*.ttl"), *(folder / "alignments").glob("*.ttl")]:
        for triple in parse(path=file, format=RdfFormat.TURTLE):
            if triple.predicate == TYPE and triple.object == NamedNode("http://www.w3.org/2002/07/owl#Ontology"):
                declared[triple.subject.value] = file
    assert entries == declared


@pytest.mark.parametrize("kind", ["class", "property"])
def test_docs_model_names_no_term_that_is_not_declared(repository: Path, ontology: Store, kind: str) -> None:
    import re

    text = (repository / "docs" / "model.md").read_text(encoding="utf-8")
    pattern = r"\bbkg:([A-Z]\w+)" if kind == "class" else r"\bbkg:([a-z]\w+)"
    declared = {
        quad.subject.value.removeprefix(ROOT)
        for quad in ontology.quads_for_pattern(None, TYPE, None)
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(ROOT)
    }
    named = set(re.findall(pattern, text))
    assert len(named) > 30
    assert named <= declared, sorted(named - declared)

"""Everything a person sees, and the REST API: one blueprint per noun."""

from __future__ import annotations

from flask import Blueprint

from biokg.web import (
    api,
    criterion,
    downloads,
    editor,
    entity,
    explore,
    frame,
    hypothesis,
    ontology_docs,
    pictures,
    portraits,
    query,
    report,
    reporting,
    search,
    sheets,
    start,
    tables,
    validating,
    verdict_pictures,
    versions,
    well_known,
)


def blueprints() -> list[Blueprint]:
    """The blueprints of all pages, in the order in which they are registered."""
    modules = (
        frame,
        start,
        hypothesis,
        criterion,
        explore,
        pictures,
        portraits,
        verdict_pictures,
        reporting,
        search,
        sheets,
        entity,
        ontology_docs,
        editor,
        query,
        api,
        tables,
        report,
        validating,
        versions,
        downloads,
        well_known,
    )
    return [module.blueprint for module in modules]

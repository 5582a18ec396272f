"""Validate a store against shapes: compiled to SPARQL where possible, by pyshacl where not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from biokg.errors import UsageError
from biokg.shapes.delegate import judge
from biokg.shapes.engine import Engine
from biokg.shapes.model import Shape, Shapes, read_shapes
from biokg.shapes.report import Delegated, Result, ValidationReport
from biokg.shapes.vocabulary import display
from biokg.store.base import Store


def ontology_folder() -> Path:
    """The project's own ontology: beside the package when installed, else at the top of the checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_ontology"
    return inside if inside.is_dir() else package.parents[1] / "ontology"


def load_shapes(folder: Path | None = None) -> Shapes:
    """The shapes in every ``.ttl`` file of *folder* (default: the project's own). Raises UsageError without any."""
    place = ontology_folder() / "shapes" if folder is None else folder
    files = sorted(place.glob("*.ttl"))
    if not files:
        raise UsageError(f"no shapes found in {place}", fix="Name a folder that holds .ttl files with SHACL shapes.")
    try:
        return read_shapes(quad for file in files for quad in parse(path=file, format=RdfFormat.TURTLE))
    except SyntaxError as error:
        raise UsageError(f"a shapes file in {place} is no Turtle: {error}") from None


def validate(
    store: Store,
    *,
    graphs: Sequence[str] | None = None,
    engine: str = "compiled",
    shapes: Shapes | None = None,
) -> ValidationReport:
    """Check the union of *graphs* (``None``: every graph of the store) against *shapes* (default: the project's own).

    ``engine="pyshacl"`` gives every shape to pyshacl: slow, the reference. Raises UsageError for another engine.
    """
    if engine not in {"compiled", "pyshacl"}:
        raise UsageError(f"unknown validation engine {engine!r}", fix="Use 'compiled' or 'pyshacl'.")
    held = load_shapes() if shapes is None else shapes
    if engine == "pyshacl":
        asked = tuple(Delegated(display(shape.id), "asked for") for shape in held.targeted)
        return ValidationReport(_ordered(list(judge(store, held, None, graphs))), asked)
    running = Engine(store, held, graphs)
    results: list[Result] = []
    delegated: list[Delegated] = []
    compiled: list[Shape] = []
    for shape in held.targeted:
        reason = held.why_not_compiled(shape.id)
        if reason:
            results += judge(store, held, shape, graphs)
            delegated.append(Delegated(display(shape.id), reason))
        else:
            compiled.append(shape)
    results += running.validate_all(compiled)
    return ValidationReport(_ordered(results), tuple(delegated))


def _ordered(results: list[Result]) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda r: (r.severity, str(r.shape), str(r.focus), str(r.path), str(r.value))))

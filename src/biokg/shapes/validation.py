"""Validate a store against shapes: compiled to SPARQL where possible, by pyshacl where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from biokg.errors import UsageError
from biokg.shapes.delegate import judge
from biokg.shapes.engine import Engine
from biokg.shapes.model import Shapes, read_shapes
from biokg.shapes.report import Delegated, Result, ValidationReport
from biokg.shapes.vocabulary import display
from biokg.store.base import Store

Progress = Callable[[str, int, int | None], None]


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
    progress: Progress | None = None,
) -> ValidationReport:
    """Check the union of *graphs* (``None``: every graph of the store) against *shapes* (default: the project's own).

    ``engine="pyshacl"`` gives every shape to pyshacl: slow, the reference. Raises UsageError for another engine.
    *progress* is told the stage, how many shapes are done, and of how many.
    """
    if engine not in {"compiled", "pyshacl"}:
        raise UsageError(f"unknown validation engine {engine!r}", fix="Use 'compiled' or 'pyshacl'.")
    held = load_shapes() if shapes is None else shapes
    if engine == "pyshacl":
        asked = tuple(Delegated(display(shape.id), "asked for") for shape in held.targeted)
        return ValidationReport(_ordered(list(judge(store, held, None, graphs))), asked)
    delegated: list[Delegated] = []
    results = list(_streamed(store, held, graphs, delegated, progress))
    return ValidationReport(_ordered(results), tuple(delegated))


def results(
    store: Store, *, graphs: Sequence[str] | None = None, shapes: Shapes | None = None, progress: Progress | None = None
) -> Iterator[Result]:
    """The results of :func:`validate` as they are found, shape by shape, without holding them all."""
    return _streamed(store, load_shapes() if shapes is None else shapes, graphs, [], progress)


def _streamed(
    store: Store,
    shapes: Shapes,
    graphs: Sequence[str] | None,
    delegated: list[Delegated],
    progress: Progress | None,
) -> Iterator[Result]:
    tell: Progress = progress or (lambda _stage, _done, _total: None)
    reasons = {shape: shapes.why_not_compiled(shape.id) for shape in shapes.targeted}
    compiled = [shape for shape, reason in reasons.items() if reason is None]
    total = len(reasons)
    for done, found in enumerate(Engine(store, shapes, graphs).validate_all(compiled), start=1):
        yield from found
        tell("validating", done, total)
    for done, (shape, reason) in enumerate(((s, r) for s, r in reasons.items() if r), start=len(compiled) + 1):
        delegated.append(Delegated(display(shape.id), reason))
        yield from judge(store, shapes, shape, graphs)
        tell("validating", done, total)


def _ordered(results: list[Result]) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda r: (r.severity, str(r.shape), str(r.focus), str(r.path), str(r.value))))

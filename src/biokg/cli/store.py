"""``biokg log``, ``backup``, ``restore`` and ``compact``: the care of a store."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings
    from biokg.store.folder import StoreFolder


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    log = commands.add_parser(
        "log", help="list the versions that writes made", description="One line for each write: time, version, quads."
    )
    log.set_defaults(run=run_log)
    backup = commands.add_parser(
        "backup",
        help="write all quads to one file",
        description="Write the graph, or the store given with --store, to one compressed file. A server may go on.",
    )
    backup.add_argument("target", type=Path, metavar="FILE", help="new file, for instance backup.nq.gz")
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser(
        "restore",
        help="make a backup the current version of a store",
        description="Read a backup into the store given with --store. No server may write to it meanwhile.",
    )
    restore.add_argument("source", type=Path, metavar="FILE", help="file that biokg backup wrote")
    restore.set_defaults(run=run_restore)
    compact = commands.add_parser(
        "compact",
        help="rewrite a store's files for fastest reading",
        description="Compact the store given with --store and remove what earlier versions left. Without --store: "
        "remove the published versions beyond --keep-versions; never the current one or one that is being read.",
    )
    compact.set_defaults(run=run_compact)


def _folder(settings: Settings) -> StoreFolder:
    from biokg.errors import UsageError
    from biokg.store.folder import StoreFolder

    if settings.store is None:
        raise UsageError("no store is given", fix="add --store DIR")
    return StoreFolder(settings.store)


def run_log(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the writes that lead to the current version, the oldest first."""
    from biokg.store.folder import StoreFolder, read_journal, writes_up_to

    if settings.store is not None:
        folder = StoreFolder(settings.store)
        current = folder.current()
        entries = writes_up_to(folder.entries(), current.version.version) if current is not None else []
    else:
        journals = sorted((settings.state_folder / "writes").glob("*/journal.jsonl"))
        entries = [entry for journal in journals for entry in read_journal(journal)]
    for entry in entries:
        write = entry["write"]
        what = write["graph"] if write["graph"] is not None else " ".join(write["body"].split())[:60]
        print(f"{entry['at']}  {entry['version'][:12]}  {entry['quads']:>9,}  {write['operation']:<6}  {what}")
    if not entries:
        print("no writes")
    if settings.store is None:
        _tell_versions(settings)
    return 0


def _tell_versions(settings: Settings) -> None:
    """The published versions that are kept, the newest first."""
    from biokg.knowledge.versions import DATASET, kept

    found = kept(settings.state_folder)
    for one in found:
        size = (settings.state_folder / "versions" / one.version / DATASET).stat().st_size / 1e6
        print(f"kept  {one.version[:12]}  {one.quads or 0:>9,}  {size:,.1f} MB")
    print(f"{len(found)} published version(s) kept; a build keeps the newest {settings.keep_versions}")


def _prune(settings: Settings) -> int:
    """Remove the published versions beyond the number to keep."""
    from biokg.knowledge.build import pruned

    removed = pruned(settings)
    print(f"{len(removed)} published version(s) removed, the newest {settings.keep_versions} kept")
    return 0


def run_backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write a backup."""
    from biokg.cli.graph import graph
    from biokg.store.backup import write_backup

    if settings.store is not None:
        version = write_backup(_folder(settings).reader(), arguments.target)
    else:
        with graph(settings) as (store, _):
            version = write_backup(store, arguments.target)
    print(f"{arguments.target}: {version.quads:,} quads, version {version.version}")
    return 0


def run_restore(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read a backup into a store."""
    from biokg.store.backup import restore_backup

    generation = restore_backup(arguments.source, _folder(settings))
    print(f"{settings.store}: {generation.version.quads:,} quads, version {generation.version.version}")
    return 0


def run_compact(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compact a store."""
    from biokg.store.backup import compact

    if settings.store is None:
        return _prune(settings)
    generation = compact(_folder(settings))
    size = sum(file.stat().st_size for file in generation.path.rglob("*") if file.is_file())
    print(f"{settings.store}: {generation.version.quads:,} quads in {size / 1e6:,.1f} MB")
    return 0

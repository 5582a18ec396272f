"""Folders for sockets and shared memory, named after the process that made them, so that none stays behind."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"biokg-(\d+)-\w+")


def new_place() -> tempfile.TemporaryDirectory[str]:
    """A new folder of this process; those that killed processes left are removed first."""
    remove_left_behind(Path(tempfile.gettempdir()))
    return tempfile.TemporaryDirectory(prefix=f"biokg-{os.getpid()}-")


def remove_left_behind(folder: Path) -> None:
    """Remove the places in *folder* whose process is gone, if they are this user's."""
    with os.scandir(folder) as entries:
        for entry in entries:
            made = _NAME.fullmatch(entry.name)
            if made is not None and not _runs(int(made[1])) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                shutil.rmtree(entry.path, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""Become another program that may open no network socket and has only so much time and memory.

    python -m biokg.execution.launch SECONDS BYTES PROGRAM ARGUMENT …

The limits are on processor time and on private memory. They hold for the program and whatever it starts.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import NoReturn

from biokg.execution.confining import forbid_network


def main(arguments: list[str]) -> NoReturn:
    """Set the limits that *arguments* name, then become the program."""
    seconds, size, program, *rest = arguments
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_DATA, (int(size), int(size)))
    forbid_network()
    os.execv(program, [program, *rest])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])

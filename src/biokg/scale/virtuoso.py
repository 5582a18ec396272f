"""A Virtuoso of one's own: started in a folder, on free ports, with updates granted; ended and forgotten after."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biokg.errors import StoreError, UsageError
from biokg.scale.peers import free_port, running
from biokg.scale.targets import Endpoint

CONFIGURATION = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
MaxClientConnections = 20
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 20
MaxKeepAlives = 20
[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryExecutionTime = 300
"""
BUFFER_BYTES = 8192


@dataclass(frozen=True)
class Virtuoso:
    """A running Virtuoso: its SPARQL address, its SQL port and shell."""

    endpoint: Endpoint
    sql_port: int
    shell: str

    def tell(self, statement: str) -> None:
        """Run a statement in its SQL shell; raises :class:`StoreError` if it is refused."""
        command = [self.shell, f"127.0.0.1:{self.sql_port}", "dba", "dba", f"exec={statement}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode != 0 or "Error" in done.stderr:
            raise StoreError(f"Virtuoso refused {statement[:60]!r}: {done.stderr.strip()[:300]}")

    def load(self, file: Path) -> None:
        """Bulk load an N-Quads file that lies in the server's folder."""
        self.tell(f"DB.DBA.TTLP_MT(file_to_string_output('{file}'), '', 'urn:x-biokg:none', 512, 0, 2); checkpoint;")


@contextmanager
def virtuoso_server(folder: Path, *, memory: int = 300, updates: bool = True) -> Iterator[Virtuoso]:
    """Virtuoso over the folder *folder* with *memory* MB of buffers; its account is ``dba``, password ``dba``.

    *updates*: its SPARQL address takes them from anybody on this machine. Raises :class:`UsageError` where it is not
    installed, :class:`StoreError` when it does not start.
    """
    program, shell = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not program or not shell:
        raise UsageError("Virtuoso is not installed", fix="apt-get install virtuoso-opensource")
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    http, sql = free_port(), free_port()
    buffers = memory * 1_000_000 // BUFFER_BYTES
    text = CONFIGURATION.format(sql=sql, http=http, folder=folder, buffers=buffers, dirty=buffers * 3 // 4)
    (folder / "virtuoso.ini").write_text(text, encoding="utf-8")
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with running("Virtuoso", command, f"http://127.0.0.1:{http}/sparql", folder=folder) as endpoint:
        server = Virtuoso(endpoint, sql, shell)
        if updates:
            server.tell('GRANT SPARQL_UPDATE TO "SPARQL";')
        yield server

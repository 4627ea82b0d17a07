"""A live page's server as a process of its own, as a user starts it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit


class Server:
    """``gainstage live`` running; ``address`` is what it printed, ``port`` where it listens."""

    patience = 20.0  # seconds

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        self.process = process
        self.address = process.stderr.readline().split()[-1]
        self.port = urlsplit(self.address).port or 0

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers (lower case) and text of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()


@contextmanager
def server(*runs: Path, port: int = 0, token: str = "secret") -> Iterator[Server]:
    """Start a server for ``runs``, and end it with the block."""
    command = [sys.executable, "-m", "gainstage", "live", "--port", str(port), *map(str, runs)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "GAINSTAGE_TOKEN": token})
    try:
        yield Server(process)
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()

"""The explorer's server as a process of its own, as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serving import Server


class Lab(Server):
    """``gainstage lab`` running; asks with the token."""

    patience = 100.0  # proofs take a second, and the machine may be busy

    @property
    def cookie(self) -> dict[str, str]:
        """What a browser sends once it has the token."""
        return {"Cookie": f"gainstage-{self.port}=secret"}

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of one request."""
        status, _, text = self.ask(path, **self.cookie)
        return status, text

    def answer(self, query: str, path: str = "/answer") -> dict[str, Any]:
        """What a panel answers."""
        return json.loads(self.get(f"{path}?{query}")[1])


@contextmanager
def lab(*options: str) -> Iterator[Lab]:
    """Start the server, and end it with the block."""
    command = [sys.executable, "-m", "gainstage", "lab", "--no-open", *options]
    environment = {**os.environ, "GAINSTAGE_TOKEN": "secret", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield Lab(process)
    finally:
        process.terminate()
        process.wait(60)
        if process.stderr is not None:
            process.stderr.close()

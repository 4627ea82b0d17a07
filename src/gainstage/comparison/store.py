"""The run folder of a comparison: the watched script's own run file, and every finished trial in its table."""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gainstage.comparison.facts import Facts
from gainstage.comparison.job import Result
from gainstage.errors import GainstageError, RecordingFailed
from gainstage.record.database import Database
from gainstage.record.tables import FOLDER_SUFFIX, TRIAL, Saved, rank_file
from gainstage.record.writer import set_journal
from gainstage.verify.order import Course, Order
from gainstage.verify.sources import read_text


class Store:
    """Results by the trial's key. What is here is never run again; a trial's last result replaces earlier ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: dict[str, Result] = {}
        self._numbers: dict[str, int] = {}
        self._facts: dict[str, Any] = {}
        self._connection: sqlite3.Connection | None = None

    @property
    def file(self) -> Path:
        """The run file."""
        return self.folder / rank_file(0)

    def begin(self, base: Result, facts: Mapping[str, Any]) -> None:
        """Make the folder, with the watched run in it.

        Raises:
            RecordingFailed: when it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True)
            self.file.write_bytes(base.recording)
        except OSError as error:
            why = f"cannot record into {self.folder}: {error.strerror}; name another: --output"
            raise RecordingFailed(why) from error
        self._facts = dict(facts)
        self.put(base)

    def put(self, result: Result) -> None:
        """Keep a result: once this returns, nothing that ends this process loses it.

        Raises:
            RecordingFailed: when it cannot be written.
        """
        number = self._numbers.setdefault(result.key, len(self._numbers))
        self.results[result.key] = result
        data = plain(result) | ({"facts_of_the_script": self._facts} if result.key == BASE else {})
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self.file, timeout=30.0)
                set_journal(self._connection)  # a killed process loses nothing, and no result waits for the disk
            with self._connection:
                self._connection.execute(TRIAL.insert, TRIAL.encoder()(Saved(number, data)))
        except sqlite3.Error as error:
            raise RecordingFailed(f"cannot record into {self.file}: {error}") from error

    def close(self) -> None:
        """Fold the log into the one file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @classmethod
    def find(cls, base: Path, told: Mapping[str, Any]) -> Store:
        """The folder of an earlier comparison of the very same script, else the first name that is free."""
        number = 1
        while True:
            folder = base.with_name(f"{base.name}{f'-{number}' if number > 1 else ''}{FOLDER_SUFFIX}")
            if not folder.exists():
                return cls(folder)
            store = cls(folder)
            if store._read() and same_script(store._facts, told):
                return store
            number += 1

    def _read(self) -> bool:
        try:
            with Database.open(self.file) as database:
                rows = list(database.records(TRIAL))
        except GainstageError:
            return False
        for row in rows:
            result = from_plain(row["data"])
            self.results[result.key], self._numbers[result.key] = result, row["number"]
            self._facts = row["data"].get("facts_of_the_script", self._facts)
        return BASE in self.results


def told_of(order: Order, steps: int) -> dict[str, Any]:
    """What, beside the files' content, makes two runs of a script the same."""
    import importlib.metadata

    versions = {name: importlib.metadata.version(name) for name in ("torch", "gainstage", "numpy")}
    versions["python"] = platform.python_version()
    return {
        "command": [order.kind, order.name, *order.arguments],
        "cwd": order.cwd,
        "metric": order.metric,
        "threads": order.threads,
        "steps": steps,
        "versions": versions,
    }


def with_files(told: Mapping[str, Any], course: Course) -> dict[str, Any]:
    """The same with the digests of the files that the script imported."""
    return {**told, "files": {path: digest_of(path) for path in course.files if Path(path).exists()}}


def same_script(known: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether a comparison that began with ``known`` would begin the same today."""
    same = all(known.get(key) == json.loads(json.dumps(value)) for key, value in told.items())
    files: Mapping[str, str] = known.get("files", {})
    return same and all(Path(path).exists() and digest_of(path) == digest for path, digest in files.items())


def digest_of(path: str) -> str:
    """Of a source file's text."""
    return hashlib.sha256(read_text(path).encode("utf-8", "surrogatepass")).hexdigest()


def key_of(texts: Mapping[str, str], seed: int) -> str:
    """Names the trial of these texts on this seed."""
    content = json.dumps(sorted(texts.items())).encode("utf-8", "surrogatepass")
    return f"{hashlib.sha256(content).hexdigest()[:24]} seed {seed}"


BASE = key_of({}, 0)  # the script as it is, on its own seed: the run that is watched


def plain(result: Result) -> dict[str, Any]:
    """A result as JSON holds it, without its recording."""
    return {
        "key": result.key,
        "course": result.course.as_json(),
        "facts": asdict(result.facts) if result.facts is not None else None,
    }


def from_plain(data: Mapping[str, Any]) -> Result:
    """The reverse of :func:`plain`."""
    told: dict[str, Any] | None = data["facts"]
    items: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in (told or {}).items()}
    facts = Facts(**items) if told else None
    return Result(data["key"], Course.from_json(data["course"]), facts)

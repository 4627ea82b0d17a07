"""A script with its folder as bytes, for processes that do not see the caller's files."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gainstage.errors import GainstageError
from gainstage.record.tables import FOLDER_SUFFIX
from gainstage.verify.order import Course, Order

LARGEST = 200 << 20  # bytes, unpacked: more belongs on a file system that the workers share
LEFT_OUT = ("__pycache__", "node_modules", "site-packages")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A folder: where it lies for the caller, and a compressed archive of what is in it."""

    root: str
    archive: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A parcel as it lies on this machine."""

    root: str
    folder: str

    def ordered(self, order: Order) -> Order:
        """The order with this machine's paths."""
        texts = {self._here(path): text for path, text in order.texts.items()}
        return replace(order, name=self._here(order.name), cwd=self._here(order.cwd), texts=texts)

    def told(self, course: Course) -> Course:
        """The course with the caller's paths."""
        places: dict[str, Any] | None = course.places
        if places is not None:
            places = json.loads(json.dumps(places).replace(json.dumps(self.folder)[1:-1], json.dumps(self.root)[1:-1]))
        return replace(course, places=places, files=tuple(self._there(path) for path in course.files))

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _here(self, path: str) -> str:
        return self.folder + path[len(self.root) :] if _inside(path, self.root) else path

    def _there(self, path: str) -> str:
        return self.root + path[len(self.folder) :] if _inside(path, self.folder) else path


def pack(root: str) -> Parcel:
    """The folder ``root`` with all below it, but for version control, caches, environments and recordings.

    Raises:
        GainstageError: when it is larger than what one would send to every worker.
    """
    buffer, size = io.BytesIO(), 0
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1, dereference=True) as archive:
        for path in sorted(_files(Path(root))):
            size += path.stat().st_size
            if size > LARGEST:
                raise GainstageError(
                    f"{root} holds more than {LARGEST >> 20} MiB: too much to send to every worker. Start from a "
                    "folder that holds the script alone, and let it read its data from a path that the workers share"
                )
            archive.add(path, str(path.relative_to(root)), recursive=False)
    content = buffer.getvalue()
    return Parcel(root, content, hashlib.sha256(content).hexdigest())


def unpack(parcel: Parcel) -> Unpacked:
    """Lay the parcel out in a new folder of this machine."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="gainstage-parcel-"))
    with tarfile.open(fileobj=io.BytesIO(parcel.archive), mode="r:gz") as archive:
        archive.extractall(folder, filter="data")
    return Unpacked(parcel.root, folder)


def root_of(order: Order) -> str:
    """The folder that has to go along: the working folder, and the script's where that lies elsewhere."""
    if order.kind == "module":
        return order.cwd
    script = os.path.dirname(os.path.abspath(os.path.join(order.cwd, order.name)))
    return order.cwd if _inside(script, order.cwd) else os.path.commonpath([script, order.cwd])


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name for name in folders
            if not name.startswith(".") and not name.endswith(FOLDER_SUFFIX) and name not in LEFT_OUT
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        ]  # fmt: skip
        yield from (Path(folder, name) for name in names if os.path.isfile(os.path.join(folder, name)))


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))

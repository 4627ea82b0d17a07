"""Folders as ``os.scandir`` shows them, where their entries come from two trees."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator


class Entries:
    """What ``os.scandir`` gives: an iterator and a context manager."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._entries = iter([Entry(path) for path in paths])

    def __iter__(self) -> Iterator[Entry]:
        return self._entries

    def __next__(self) -> Entry:
        return next(self._entries)

    def __enter__(self) -> Entries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open."""


class Entry:
    """One of them, with the questions that ``os.DirEntry`` answers."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.basename(path)

    def __fspath__(self) -> str:
        return self.path

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """As ``os.DirEntry`` does."""
        return os.path.isdir(self.path) and (follow_symlinks or not self.is_symlink())

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """As ``os.DirEntry`` does."""
        return os.path.isfile(self.path) and (follow_symlinks or not self.is_symlink())

    def is_symlink(self) -> bool:
        """As ``os.DirEntry`` does."""
        return os.path.islink(self.path)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """As ``os.DirEntry`` does."""
        return os.stat(self.path, follow_symlinks=follow_symlinks)

    def inode(self) -> int:
        """As ``os.DirEntry`` does."""
        return self.stat(follow_symlinks=False).st_ino

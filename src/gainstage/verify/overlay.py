"""Whatever a trial writes goes into a folder of its own: no file of the user's is changed, made or removed.

The script sees one tree: what it has written lies over what is there, what it has removed is gone. Python's own
functions are led there; on Linux the kernel forbids the rest (see ``confine``): what a C library or another program
tries to write. The folder is deleted when the trial is over.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import pathlib
import shutil
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from gainstage.verify import redirect
from gainstage.verify.entries import Entries

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEVICES = ("/dev/", "/proc/", "/sys/")
OWN = ("mkdir", "remove", "unlink", "rmdir", "rename", "replace", "listdir", "scandir")
READING = ("stat", "lstat", "access", "chdir", "readlink")
CHANGING = ("chmod", "utime", "truncate")
accessor: Any = getattr(pathlib, "_NormalAccessor", None)  # Python 3.10 keeps the functions there


class Overlay:
    """A tree that lies over the file system; ``keep`` are folders that are written to as they are."""

    def __init__(self, folder: str, keep: Sequence[str] = ()) -> None:
        self.folder = os.path.join(folder, "")
        self.keep = tuple(os.path.join(os.path.abspath(one), "") for one in (*keep, folder)) + DEVICES
        self.removed: set[str] = set()
        names = ("open", *OWN, *READING, *CHANGING)
        self.real = {name: getattr(os, name) for name in names}
        self.real_open = builtins.open

    def install(self) -> None:
        """From now on this process writes to the overlay."""
        os.makedirs(self.folder, exist_ok=True)
        builtins.open = io.open = self.open  # type: ignore[assignment]
        replaced = {name: getattr(self, name) for name in OWN}
        replaced |= {name: self._via(name, self.lower) for name in READING}
        replaced |= {name: self._via(name, self.copied) for name in CHANGING}
        for name, real in self.real.items():
            function = self._unless_relative(real, self.os_open if name == "open" else replaced[name])
            setattr(os, name, function)
            if accessor is not None and hasattr(accessor, name):
                setattr(accessor, name, staticmethod(function))
        # The other way of removing a tree works on open folders, whose paths nobody knows.
        shutil._use_fd_functions = False  # type: ignore[attr-defined]
        redirect.install({"read": self.lower, "write": self.upper, "change": self.changed})

    # ------------------------------------------------------------------ where a path lies

    def place(self, path: Any) -> str | None:
        """Where ``path`` lies in the overlay; ``None`` for a descriptor and for what is written as it is."""
        if isinstance(path, int):
            return None
        full = os.path.abspath(os.fsdecode(path))
        if f"{full}/".startswith(self.keep):
            return None
        return self.folder + os.path.splitdrive(full)[1].lstrip("/\\")

    def upper(self, path: Any) -> Any:
        """Where to write ``path``: its place, with the folders above it if the script sees them."""
        place = self.place(path)
        if place is None:
            return path
        if not self._exists(os.path.dirname(os.path.abspath(os.fsdecode(path)))):
            return path  # nowhere to write to: let it fail as it would
        self._folders(os.path.dirname(place))
        return place

    def lower(self, path: Any) -> Any:
        """Where to read ``path``: its place if it has been written, else where it is."""
        place = self.place(path)
        if place is None:
            return path
        if self._there(place):
            return place
        if self._gone(place):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fsdecode(path))
        return path

    def copied(self, path: Any) -> Any:
        """Where to change ``path`` in part: its place, which holds a copy of what was there."""
        source, target = self.lower(path), self.upper(path)
        if source != target and self._there(source) and not os.path.isdir(source):
            shutil.copyfile(source, target)
        return target

    # ------------------------------------------------------------------ Python's functions

    def open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """``open``: what is written goes to the overlay."""
        if isinstance(file, int) or kwargs.get("opener") is not None:
            return self.real_open(file, mode, *args, **kwargs)
        if "w" in mode or ("x" in mode and not self._exists(file)):
            return self.real_open(self.upper(file), mode, *args, **kwargs)
        where = self.changed(file) if "a" in mode or "+" in mode else self.lower(file)
        return self.real_open(where, mode, *args, **kwargs)

    def os_open(self, path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        """``os.open``, likewise."""
        if not flags & WRITING:
            return self.real["open"](self.lower(path), flags, *args, **kwargs)
        if flags & os.O_EXCL and self._exists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fsdecode(path))
        return self.real["open"](self.changed(path), flags, *args, **kwargs)

    def mkdir(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """``os.mkdir``, and through it ``os.makedirs`` and ``Path.mkdir``."""
        if self._exists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fsdecode(path))
        self.real["mkdir"](self.upper(path), *args, **kwargs)

    def remove(self, path: Any, **kwargs: Any) -> None:
        """``os.remove`` and ``os.unlink``: what is there stays, and is no longer seen."""
        self._take_away(self.real["remove"], path)

    unlink = remove

    def rmdir(self, path: Any, **kwargs: Any) -> None:
        """``os.rmdir``."""
        if self.place(path) is not None and self.listdir(path):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), os.fsdecode(path))
        self._take_away(self.real["rmdir"], path)

    def rename(self, source: Any, target: Any, **kwargs: Any) -> None:
        """``os.rename`` and ``os.replace``: a copy of what was there is moved."""
        place, found = self.place(source), os.fsdecode(self.lower(source))
        if place is None or place == found:
            self.real["replace"](found, self.upper(target))
        elif os.path.isdir(found):
            shutil.copytree(source, self.upper(target))
        else:
            shutil.copyfile(found, self.upper(target))
        if place is not None:
            self.removed.add(place)

    replace = rename

    def listdir(self, path: Any = ".") -> list[str]:
        """``os.listdir``: both trees as one."""
        place = self.place(path)
        if place is None or not self._there(place):
            names = self.real["listdir"](self.lower(path))
        else:
            shown = os.path.isdir(os.fsdecode(path)) and self._there(os.fsdecode(path)) and not self._gone(place)
            names = [*(self.real["listdir"](path) if shown else ()), *self.real["listdir"](place)]
        seen = dict.fromkeys(names)
        return [name for name in seen if place is None or self._visible(os.path.join(place, os.fsdecode(name)))]

    def scandir(self, path: Any = ".") -> Any:
        """``os.scandir``, as cheap as ever where the script has changed nothing."""
        place = self.place(path)
        if place is None or not (self.removed or self._there(place)):
            return self.real["scandir"](self.lower(path))
        return Entries(os.path.join(os.fsdecode(path), name) for name in self.listdir(path))

    def _via(self, name: str, where: Callable[[Any], Any]) -> Callable[..., Any]:
        real = self.real[name]
        return lambda path, *args, **kwargs: real(where(path), *args, **kwargs)

    def _unless_relative(self, real: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
        """Paths relative to an open folder (``dir_fd``) cannot be led anywhere: there the kernel has the word."""

        @wraps(real)
        def call(*args: Any, **kwargs: Any) -> Any:
            told = [kwargs.get(key) for key in ("dir_fd", "src_dir_fd", "dst_dir_fd")]
            return (real if any(one is not None for one in told) else function)(*args, **kwargs)

        return call

    def _take_away(self, remove: Callable[[Any], None], path: Any) -> None:
        place, found = self.place(path), self.lower(path)
        if place is None or found == place:
            remove(found)
        elif not self._there(os.fsdecode(found)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fsdecode(path))
        if place is not None:
            self.removed.add(place)

    # ------------------------------------------------------------------ looking

    def changed(self, path: Any) -> Any:
        """Where to change ``path`` or to make it."""
        return self.copied(path) if self._exists(path) else self.upper(path)

    def _there(self, path: str) -> bool:
        try:
            self.real["lstat"](path)
        except (OSError, ValueError):
            return False
        return True

    def _gone(self, place: str) -> bool:
        """Has the script removed it, or a folder above it?"""
        while len(place) > len(self.folder):
            if place in self.removed:
                return True
            place = os.path.dirname(place)
        return False

    def _visible(self, place: str) -> bool:
        return self._there(place) or not self._gone(place)

    def _exists(self, path: str) -> bool:
        try:
            return self._there(os.fsdecode(self.lower(path)))
        except FileNotFoundError:
            return False

    def _folders(self, folder: str) -> None:
        if not self._there(folder):
            self._folders(os.path.dirname(folder))
            self.real["mkdir"](folder)

"""Other texts in the place of source files: the script and whatever it imports, as a cure would change them."""

from __future__ import annotations

import linecache
import os
import sys
import tokenize
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any


def install(texts: Mapping[str, str]) -> None:
    """From now on modules whose file is in ``texts`` run the text there; tracebacks and ``inspect`` show it."""
    held = {os.path.realpath(path): text for path, text in texts.items()}
    for path, text in texts.items():
        # Without a time of its own an entry is never compared with the file on disk.
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    if held:
        sys.meta_path.insert(0, TextFinder(held))


class TextFinder:
    """Lets the other finders find a module, and lends it another text."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self._asking = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module whose file has another text; ``None`` for any other module."""
        spec = None if self._asking else self._found(name, path, target)
        text = self.texts.get(os.path.realpath(spec.origin)) if spec is not None and spec.origin else None
        if spec is None or text is None:
            return None
        spec.loader = TextLoader(name, spec.origin or "", text)
        return spec

    def _found(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        """What the other finders say; one of them may ask all finders in turn, and so this one again."""
        self._asking = True
        try:
            others = [finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec")]
            specs = (finder.find_spec(name, path, target) for finder in others)
            return next((spec for spec in specs if spec is not None), None)
        finally:
            self._asking = False


class TextLoader(SourceFileLoader):
    """Loads a module from a text; bytecode on disk is neither read nor written, it belongs to the file's own text."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        """The text, compiled."""
        return compile(self.text, self.path, "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        """The text."""
        return self.text

    def get_data(self, path: Any) -> bytes:
        """The text's bytes for the module's own file, any other file's content as it is."""
        same = os.path.realpath(path) == os.path.realpath(self.path)
        return self.text.encode("utf-8") if same else super().get_data(path)


def text_of(path: str, texts: Mapping[str, str]) -> str | bytes:
    """What to run for ``path``: the text in its place, or the bytes on disk, whose encoding Python knows to read."""
    wanted = os.path.realpath(path)
    for known, text in texts.items():
        if os.path.realpath(known) == wanted:
            return text
    with open(path, "rb") as file:
        return file.read()


def read_text(path: str) -> str:
    """A source file's text, in the encoding that it declares, its line endings as they are."""
    with open(path, encoding=declared_encoding(path), newline="") as file:
        return file.read()


def write_text(path: str, text: str, like: str) -> None:
    """Write a source text in the encoding that the file ``like`` declares; its line endings are not touched."""
    encoding = declared_encoding(like)  # before it is opened: the two may be the same file
    with open(path, "w", encoding=encoding, newline="") as file:
        file.write(text)


def declared_encoding(path: str) -> str:
    """As Python finds it: a byte order mark, a comment in the first two lines, else UTF-8."""
    with open(path, "rb") as file:
        return tokenize.detect_encoding(file.readline)[0]

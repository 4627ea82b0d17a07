"""One source file: its tree, where each node stands in the text, and what its names stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from gainstage.errors import GainstageError

Node = cst.CSTNode
Expression = cst.BaseExpression
Call = cst.Call
Name, Attribute, FunctionDef = cst.Name, cst.Attribute, cst.FunctionDef
Kind = TypeVar("Kind", bound=cst.CSTNode)
_LINE_END = re.compile(r"\r\n|\r|\n")
_ROOTS = ("torch.nn.functional", "torch.nn.init", "torch.nn", "torch.optim", "torch")


class Script:
    """The text of one file, as it stands on disk but for its encoding; never changed."""

    def __init__(self, path: str, text: str) -> None:
        """Parse ``text``.

        Raises:
            GainstageError: for text that is not Python.
        """
        self.path = path
        self.text = text
        try:
            wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        except cst.ParserSyntaxError as error:
            raise GainstageError(f"{path}: not Python that can be changed: {error}") from error
        self.tree = wrapper.module
        self._positions = wrapper.resolve(PositionProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]

    @cached_property
    def newline(self) -> str:
        """The line ending that the file uses."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    def start(self, node: cst.CSTNode) -> int:
        """Where the node begins in the text, without its own parentheses."""
        position = self._positions[node].start
        return self._lines[position.line - 1] + position.column

    def end(self, node: cst.CSTNode) -> int:
        """Where it ends."""
        position = self._positions[node].end
        return self._lines[position.line - 1] + position.column

    def line(self, node: cst.CSTNode) -> int:
        """The line it begins in, from 1."""
        return self._positions[node].start.line

    def column(self, node: cst.CSTNode) -> int:
        """The column it begins in, in UTF-8 bytes from 0: Python's own way to count."""
        position = self._positions[node].start
        start = self._lines[position.line - 1]
        return len(self.text[start : start + position.column].encode())

    def code(self, node: cst.CSTNode) -> str:
        """The node's text, without parentheses around it."""
        return self.text[self.start(node) : self.end(node)]

    def indent(self, node: cst.CSTNode) -> str:
        """The white space in front of the line that the node begins in."""
        start = self._lines[self.line(node) - 1]
        line = self.text[start : self.start(node)]
        return line[: len(line) - len(line.lstrip())]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """What holds the node."""
        return self._parents.get(node)

    def parents(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What holds the node, from inside to outside."""
        while (up := self.parent(node)) is not None:
            yield up
            node = up

    def inside(self, node: cst.CSTNode, kind: type[Kind]) -> Iterator[Kind]:
        """Nodes of one kind in ``node``, itself included, in the order of the text."""
        if isinstance(node, kind):
            yield node
        for child in node.children:
            yield from self.inside(child, kind)

    @cached_property
    def calls(self) -> tuple[cst.Call, ...]:
        """Every call in the file."""
        return tuple(self.inside(self.tree, cst.Call))

    @cached_property
    def imported(self) -> dict[str, str]:
        """What the file's imports call what: ``{"nn": "torch.nn", "R": "torch.nn.ReLU"}``."""
        found: dict[str, str] = {}
        for node in self.inside(self.tree, cst.Import):
            for alias in node.names:
                dotted = dotted_name(alias.name)
                if alias.asname is not None:
                    found[dotted_name(alias.asname.name)] = dotted
                else:
                    found[dotted.partition(".")[0]] = dotted.partition(".")[0]
        for node in self.inside(self.tree, cst.ImportFrom):
            if node.module is None or isinstance(node.names, cst.ImportStar):
                continue
            for alias in node.names:
                name = dotted_name(alias.asname.name) if alias.asname is not None else dotted_name(alias.name)
                found[name] = f"{dotted_name(node.module)}.{dotted_name(alias.name)}"
        return found

    @cached_property
    def starred(self) -> tuple[str, ...]:
        """Modules of which everything is imported (``from torch.nn import *``)."""
        nodes = self.inside(self.tree, cst.ImportFrom)
        return tuple(
            dotted_name(node.module) for node in nodes if isinstance(node.names, cst.ImportStar) and node.module
        )

    def name(self, node: cst.CSTNode) -> str:
        """What an expression stands for: ``torch.nn.ReLU`` for ``nn.ReLU``; a method as ``.step``; "" for others."""
        if isinstance(node, cst.Call):
            return self.name(node.func)
        dotted = dotted_name(node)
        first, _, rest = dotted.partition(".")
        if first in self.imported:
            return self.imported[first] + (f".{rest}" if rest else "")
        if isinstance(node, cst.Attribute):
            return f".{node.attr.value}"
        return next((f"{module}.{dotted}" for module in self.starred if module in _ROOTS), dotted) if dotted else ""


def dotted_name(node: cst.CSTNode) -> str:
    """``a.b.c`` for names and attributes of names, "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        left = dotted_name(node.value)
        return f"{left}.{node.attr.value}" if left else ""
    return ""


def argument(call: cst.Call, keyword: str, position: int | None = None) -> cst.Arg | None:
    """The argument that is passed by this keyword, or at this position (from 0)."""
    for index, item in enumerate(call.args):
        if item.keyword is not None and item.keyword.value == keyword:
            return item
        if item.keyword is None and not item.star and index == position:
            return item
    return None


def number(node: cst.CSTNode) -> float | None:
    """The value of a literal number, with its sign."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = number(node.expression)
        return None if inner is None else -inner
    if isinstance(node, (cst.Float, cst.Integer)):
        return float(node.evaluated_value)
    return None

"""Changes to one source file: text in the place of nodes, statements beside statements, imports where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import libcst as cst

from gainstage.prescribe.source.expressions import loops_around
from gainstage.prescribe.source.script import Script, dotted_name

_SHORT = ("torch.nn.functional", "torch.nn", "torch.optim", "torch")
_TIGHT = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Integer, cst.Float)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """``text`` in the place of ``start`` to ``end``."""

    start: int
    end: int
    text: str


class CannotPatch(Exception):
    """The source has no place for this change that is certain."""


class Patch:
    """Edits of one script that are made together; nothing but what they name is touched."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.edits: list[Edit] = []

    def replace(self, node: cst.CSTNode, text: str) -> None:
        """Put ``text`` in the place of a node; parentheses around the node stay."""
        self.edits.append(Edit(self.script.start(node), self.script.end(node), text))

    def unwrap(self, call: cst.Call, inner: cst.BaseExpression) -> None:
        """Put ``inner``, an expression inside of it, in the place of a call."""
        code = self.script.code(inner)
        holder = self.script.parent(call)
        alone = isinstance(holder, (cst.Arg, cst.Assign, cst.Return, cst.Expr))
        tight = isinstance(inner, _TIGHT) or (alone and "\n" not in code)
        self.replace(call, code if tight else f"({code})")

    def add_argument(self, call: cst.Call, text: str) -> None:
        """Add an argument behind the others, on the last one's line."""
        end = self.script.end(call) - 1
        if not call.args:
            self.edits.append(Edit(end, end, text))
            return
        last = call.args[-1]
        place = self.script.end(last.value) + sum(len(bracket) for bracket in _closing(last.value))
        self.edits.append(Edit(place, place, f", {text}"))

    def before(self, node: cst.CSTNode, lines: Sequence[str]) -> None:
        """Statements in front of the one that holds ``node``."""
        statement = self.statement(node)
        start = self.script.start(statement)
        if self._inline(statement, first=True) and _is_block(lines):
            self._split(statement, -1, lines)
            return
        if self._inline(statement, first=True):
            text = "".join(f"{line}; " for line in lines)
        else:
            pause = self.script.newline + self.script.indent(statement)
            text = "".join(line + pause for line in self._indented(lines))
        self.edits.append(Edit(start, start, text))

    def after(self, node: cst.CSTNode, lines: Sequence[str]) -> None:
        """Statements behind the one that holds ``node``."""
        statement = self.statement(node)
        if self._inline(statement, first=False) and _is_block(lines):
            self._split(statement, 1, lines)
            return
        if self._inline(statement, first=False):
            end = self.script.end(statement)
            self.edits.append(Edit(end, end, "".join(f"; {line}" for line in lines)))
            return
        end = self._line_end(statement)
        pause = self.script.newline + self.script.indent(statement)
        self.edits.append(Edit(end, end, "".join(pause + line for line in self._indented(lines))))

    def _split(self, statement: cst.CSTNode, side: int, lines: Sequence[str]) -> None:
        """A block between two statements of one line: the line is broken there.

        Raises:
            CannotPatch: in a block that is written behind its colon.
        """
        holder = self.script.parent(statement)
        if not isinstance(holder, cst.SimpleStatementLine):
            raise CannotPatch("a block does not fit behind the colon of another one")
        neighbour = holder.body[next(i for i, item in enumerate(holder.body) if item is statement) + side]
        first, second = (neighbour, statement) if side < 0 else (statement, neighbour)
        pause = self.script.newline + self.script.indent(statement)
        text = pause.join(["", *self._indented(lines), ""])
        self.edits.append(Edit(self.script.end(first), self.script.start(second), text))

    def remove(self, node: cst.CSTNode) -> None:
        """Take away the simple statement that holds ``node``; ``pass`` where a block would be empty.

        Raises:
            CannotPatch: for the head of a block.
        """
        statement = self.statement(node)
        if isinstance(statement, cst.BaseCompoundStatement):
            raise CannotPatch("the head of a block cannot go alone")
        holder = self.script.parent(statement)
        block = self.script.parent(holder) if isinstance(holder, cst.SimpleStatementLine) else holder
        if self._inline(statement, first=True) or self._inline(statement, first=False) or len(_body(block)) < 2:
            self.replace(statement, "pass")
            return
        start = self.script.start(statement) - len(self.script.indent(statement))
        self.edits.append(Edit(start, self._line_end(statement) + len(self.script.newline), ""))

    def move_out_of_loop(self, node: cst.CSTNode) -> None:
        """Take the statement that holds ``node`` out of its innermost loop and put it behind that loop.

        Raises:
            CannotPatch: when no other loop is around that one.
        """
        loops = list(loops_around(self.script, node))
        if len(loops) < 2:
            raise CannotPatch("one loop only")
        code = self.script.code(self.statement(node))
        self.remove(node)
        last = loops[0].body
        while isinstance(last, cst.IndentedBlock):
            inner = last.body[-1]
            last = getattr(inner, "body", inner) if isinstance(inner, cst.BaseCompoundStatement) else inner
        end = self._line_end(last)
        self.edits.append(Edit(end, end, self.script.newline + self.script.indent(loops[0]) + code))

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement, simple or compound, that ``node`` is a part of."""
        for item in (node, *self.script.parents(node)):
            if isinstance(item, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return item
        raise CannotPatch("no statement")

    def spelled(self, dotted: str) -> str:
        """How this file would write ``torch.nn.Tanh``: ``nn.Tanh``; an import is added where none fits."""
        names = {full: alias for alias, full in self.script.imported.items()}
        if dotted in names:
            return names[dotted]
        module, _, last = dotted.rpartition(".")
        if module in self.script.starred and last[:1].isupper():
            return last
        while module:
            if module in names:
                return f"{names[module]}{dotted[len(module) :]}"
            module = module.rpartition(".")[0]
        self.require(dotted.partition(".")[0])
        return dotted

    def require(self, module: str) -> None:
        """``import module``, behind the first imports of the file, once."""
        edit = self._import(f"import {module}")
        if edit not in self.edits:
            self.edits.append(edit)

    def text(self) -> str:
        """The patched text.

        Raises:
            CannotPatch: when two edits touch the same characters.
        """
        parts, reached = [], 0
        for edit in sorted(self.edits, key=lambda item: (item.start, item.end)):
            if edit.start < reached:
                raise CannotPatch("two changes in one place")
            parts += [self.script.text[reached : edit.start], edit.text]
            reached = edit.end
        return "".join([*parts, self.script.text[reached:]])

    def _import(self, line: str) -> Edit:
        newline = self.script.newline
        body = list(self.script.tree.body)
        first = next((item for item in body if _imports(item)), None)
        if first is None:
            head = [item for item in body if _is_future(item)] or body[: self.script.tree.get_docstring() is not None]
            if head:
                place = self._line_end(head[-1])
                return Edit(place, place, newline + line)
            start = self.script.start(body[0]) if body else 0
            return Edit(start, start, line + newline)
        # Behind the block of imports that the file begins with.
        block = list(takewhile(_imports, body[body.index(first) :]))
        place = self._line_end(block[-1])
        return Edit(place, place, newline + line)

    def _inline(self, statement: cst.CSTNode, *, first: bool) -> bool:
        """Whether other statements, or the head of a block, share the line on that side."""
        holder = self.script.parent(statement)
        if isinstance(holder, cst.SimpleStatementSuite):
            return True
        if isinstance(holder, cst.SimpleStatementLine):
            return statement is not holder.body[0 if first else -1]
        return False

    def _line_end(self, statement: cst.CSTNode) -> int:
        """The end of the last line of a statement, a comment behind it included."""
        end = self.script.end(statement)
        found = [self.script.text.find(mark, end) for mark in ("\r", "\n")]
        return min((place for place in found if place >= 0), default=len(self.script.text))

    def _indented(self, lines: Sequence[str]) -> list[str]:
        """Four spaces of ours as what this file indents with."""
        unit, found = self.script.tree.default_indent, []
        for line in lines:
            inner = line.lstrip(" ")
            found.append(unit * ((len(line) - len(inner)) // 4) + inner)
        return found


def _is_block(lines: Sequence[str]) -> bool:
    return any(line.startswith(" ") or line.endswith(":") for line in lines)


def _closing(node: cst.BaseExpression) -> list[str]:
    return [")" for _ in node.rpar]


def _body(block: cst.CSTNode | None) -> Sequence[cst.CSTNode]:
    return getattr(block, "body", ())


def _imports(item: cst.CSTNode) -> bool:
    """A line of imports, but for those of __future__, which must stay the first."""
    if not isinstance(item, cst.SimpleStatementLine) or _is_future(item):
        return False
    return any(isinstance(small, (cst.Import, cst.ImportFrom)) for small in item.body)


def _is_future(item: cst.CSTNode) -> bool:
    return isinstance(item, cst.SimpleStatementLine) and any(
        isinstance(small, cst.ImportFrom) and small.module is not None and dotted_name(small.module) == "__future__"
        for small in item.body
    )

"""How an operator of ours is made known to torch: opaque to ``torch.compile``, with a shape and a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tag
from torch.library import Library, register_autograd, register_fake

Function = Callable[..., Any]
_OURS = Library("gainstage", "FRAGMENT")  # operators live as long as the object that defined them


def operator(schema: str, compute: Function, fake: Function, gradient: tuple[Function, Function] | None = None) -> None:
    """Define ``gainstage::NAME``.

    Args:
        schema: ``"NAME(Tensor x, ...) -> Tensor"``, as torch writes them.
        compute: the operator on any device.
        fake: empty tensors of the results' shapes.
        gradient: backward and what it keeps, as ``torch.library.register_autograd`` takes them; none by default.
    """
    name = schema.partition("(")[0]
    _OURS.define(schema, tags=(Tag.pt2_compliant_tag,))
    _OURS.impl(name, compute, "CompositeExplicitAutograd")
    register_fake(f"gainstage::{name}", fake, lib=_OURS)
    if gradient is not None:
        register_autograd(f"gainstage::{name}", gradient[0], setup_context=gradient[1], lib=_OURS)

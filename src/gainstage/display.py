"""How objects of the lower layers show themselves in notebooks, without knowing the layer that draws them."""

from __future__ import annotations

from importlib import import_module


def as_html(thing: object) -> str:
    """The rich form of a run, a diagnosis, a finding or a function's card: what notebooks call ``_repr_html_``.

    Plain HTML and SVG without a script: it stays as it is when the notebook is saved and opened elsewhere.
    """
    return import_module("gainstage.show.notebook").html(thing)

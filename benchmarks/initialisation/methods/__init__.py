"""The contestants: what each does to a network between its construction and its first step."""

from __future__ import annotations

from methods.method import Method, Situation
from methods.registry import METHODS

__all__ = ["METHODS", "Method", "Situation"]

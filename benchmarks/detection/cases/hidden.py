"""Filled later."""

CASES = ()

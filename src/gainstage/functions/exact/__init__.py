"""Proofs: symbols (sympy) and intervals (python-flint). Both are slow to import, so nothing imports this at once."""

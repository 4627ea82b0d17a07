"""Proofs: symbols (sympy) and interval arithmetic (python-flint). Both are slow to import, so nothing imports this at once."""

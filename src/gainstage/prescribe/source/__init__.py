"""The user's source: parsed by libcst, which only this package imports, and changed as text at exact places."""

"""The command line: ``main`` and one module per subcommand."""

from gainstage.cli.dispatch import main

__all__ = ["main"]

"""``python -m gainstage``: the same as the ``gainstage`` command."""

from gainstage.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

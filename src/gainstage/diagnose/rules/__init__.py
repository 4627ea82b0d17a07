"""One file a rule; :mod:`gainstage.diagnose.engine` finds them by their file names."""

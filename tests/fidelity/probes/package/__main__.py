import sys

from .inner import value

print(__name__, __package__, __spec__.name, __file__, sys.argv, sys.path[0], value)
raise ValueError("from a package")

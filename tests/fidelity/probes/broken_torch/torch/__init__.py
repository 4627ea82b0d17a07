import sys

print(__name__, __spec__.name, __loader__ is __spec__.loader, type(__loader__).__name__)
from . import missing_part

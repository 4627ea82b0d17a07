import sys

if sys.version_info >= (3, 11):
    raise ExceptionGroup("several", [ValueError(1), ExceptionGroup("inner", [TypeError("x")])])
raise ValueError("no groups yet")

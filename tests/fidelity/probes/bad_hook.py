import sys


def hook(kind, value, trace):
    raise LookupError("the hook fails")


sys.excepthook = hook
raise RuntimeError("first")

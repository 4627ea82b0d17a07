import sys


def hook(kind, value, trace):
    print("hooked", kind.__name__, value, trace.tb_next is None, file=sys.stderr)


sys.excepthook = hook
raise RuntimeError("seen by the hook")

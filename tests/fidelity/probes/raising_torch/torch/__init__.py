from torch import part

raise RuntimeError("no driver")

import importlib.util

print(importlib.util.find_spec("torch").origin)
try:
    import torch
except ImportError as error:
    print("first:", error.name)
import torch

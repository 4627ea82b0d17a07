import os
import sys
import tempfile

os.chdir(tempfile.gettempdir())
sys.path.clear()
sys.modules.pop("os")
print("moved", flush=True)
sys.stdout = None
raise SystemExit(4)

"""Everything a script can ask about where it is."""
import gc
import inspect
import os
import signal
import sys
import threading
import warnings

main = sys.modules["__main__"]
print(__name__, __file__, __doc__, __package__, __spec__, __cached__, type(__loader__), __builtins__)
print(sorted(vars(main)), main.__dict__ is globals())
print(sys.argv, sys.path, sys.flags, sys.warnoptions, sys._xoptions)
print(sys.executable, sys.prefix, sys.orig_argv, os.getcwd())
print(len(inspect.stack()), sys.getrecursionlimit(), sys.gettrace(), sys.getprofile())
print(sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, threading.active_count())
print(sys.stdin.isatty(), sys.stdout.line_buffering, sys.stdout.encoding, sys.stderr.errors, sys.stdout.write_through)
print(warnings.filters, warnings.showwarning.__module__, gc.isenabled(), gc.get_threshold())
print(sorted(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else "")
print([signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGPIPE)], signal.getsignal(signal.SIGINT).__name__)
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
print({name: value for name, value in os.environ.items() if "PYTHON" in name or "GAIN" in name.upper()})
print("sitecustomize" in sys.modules, "torch" in sys.modules, "numpy" in sys.modules)
print([finder for finder in sys.path_importer_cache if "gainstage" in finder and "boot" in finder])

import os
import sys

print("flushed", flush=True)
sys.stderr.write("gone\n")
os._exit(7)

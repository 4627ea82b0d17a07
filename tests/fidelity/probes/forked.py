import atexit
import os

atexit.register(lambda: print("exit handler", flush=True))
child = os.fork()
if child:
    os.waitpid(child, 0)
    print("parent", flush=True)

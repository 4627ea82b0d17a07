import atexit
import sys
import threading
import time


class Late:
    def __del__(self):
        print("deleted at shutdown")


def fail():
    raise ValueError("in an exit handler")


late = Late()
late.self = late
atexit.register(print, "first registered")
atexit.register(fail)
atexit.register(print, "last registered")
failing = threading.Thread(target=lambda: 1 / 0)
failing.start()
failing.join()
threading.Thread(target=lambda: (time.sleep(0.3), print("thread done", file=sys.stderr))).start()
sys.exit("with a message")

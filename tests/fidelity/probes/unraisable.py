import sys


class Bad:
    def __del__(self):
        raise OSError("cannot go")


bad = Bad()
del bad
print("still here")
sys.stdout.flush()
keep = Bad()

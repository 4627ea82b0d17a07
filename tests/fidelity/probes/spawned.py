import multiprocessing
import os
import subprocess
import sys


class Number:
    def __init__(self, value):
        self.value = value


def work(number):
    return Number(number.value * 2), __name__, sorted(k for k in os.environ if "GAIN" in k.upper())


if __name__ == "__main__":
    for method in ("spawn", "fork"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            result, name, variables = pool.apply(work, (Number(21),))
        print(method, result.value, name, variables)
    child = "import os, sys; print('gainstage' in sys.modules, os.environ.get('PYTHONPATH'))"
    print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout)

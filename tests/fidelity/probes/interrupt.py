import atexit

atexit.register(print, "handlers run")
try:
    raise KeyboardInterrupt
finally:
    print("finally")

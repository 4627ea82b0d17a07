import sys
import traceback
import warnings


def outer():
    warnings.warn("from above the script", stacklevel=5)
    warnings.warn("from the caller", stacklevel=2)
    traceback.print_stack()
    sys.stdout.write("no newline at the end")


outer()
warnings.warn("old", DeprecationWarning)

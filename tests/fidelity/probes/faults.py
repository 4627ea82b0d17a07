import faulthandler
import sys

faulthandler.enable()
faulthandler.dump_traceback(file=sys.stderr)
breakpoint()

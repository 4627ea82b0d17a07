import sys; print(__name__, __package__, sys.argv, sys.path[0], __file__)
1 / 0

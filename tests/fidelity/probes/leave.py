import sys

print("leaving")
sys.exit(eval(sys.argv[1]))

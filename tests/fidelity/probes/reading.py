import sys

print(repr(sys.stdin.readline()), [input(), sys.stdin.read()])
print(open(__file__).readline())
input("prompt: ")

#!/usr/bin/env python
print("bom")

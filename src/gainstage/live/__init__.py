"""The live page: a process of its own that reads run files and serves one page; the training never hears of it."""

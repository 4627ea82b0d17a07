"""From findings to cures: what may help, what it promises, and the change to the user's source that makes it."""

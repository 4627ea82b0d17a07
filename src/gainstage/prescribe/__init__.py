"""From findings to cures: candidate remedies, what they promise, and the change to the user's source that makes them."""

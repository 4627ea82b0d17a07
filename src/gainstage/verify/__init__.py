"""Cures with proof: paired trials of a training in processes of their own, and the verdict on them."""

"""Callbacks for training frameworks, one file each, and their common part; each imports its framework alone."""

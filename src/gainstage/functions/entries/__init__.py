"""The definitions, a file per family."""

from __future__ import annotations

from gainstage.functions.definition import Definition, VectorDefinition
from gainstage.functions.entries import gated, rectifiers, shapes, squashing, vectors

DEFINITIONS: dict[str, Definition] = {
    entry.name: entry for family in (rectifiers, squashing, gated, shapes) for entry in family.ENTRIES
}
VECTORS: dict[str, VectorDefinition] = {entry.name: entry for entry in vectors.ENTRIES}
# Names under which people look for a function that is called otherwise here.
ALIASES = {
    "identity": "linear",
    "heaviside": "binary_step",
    "step": "binary_step",
    "logistic": "sigmoid",
    "lrelu": "leaky_relu",
    "hard_tanh": "hardtanh",
    "hard_sigmoid": "hardsigmoid",
    "hard_swish": "hardswish",
    "log_sigmoid": "logsigmoid",
    "soft_sign": "softsign",
    "squared_relu": "relu_squared",
    "e_swish": "eswish",
    "sine": "sin",
    "arctan": "atan",
    "logsoftmax": "log_softmax",
    "softmax2d": "softmax",
}

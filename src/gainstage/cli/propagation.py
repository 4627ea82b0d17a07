"""``gainstage propagation``: what a chain of random layers does to signal and gradient, predicted and simulated."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser, add_color, setting
from gainstage.config import read
from gainstage.errors import GainstageError

NAME = "propagation"
SUMMARY = "Predict and simulate what a deep random network does to signal and gradient, stage by stage."
EPILOG = """\
examples:
  gainstage propagation --activation silu                      50 layers as torch.nn.Linear draws them
  gainstage propagation --activation silu --init he            with He's weights, made for ReLU
  gainstage propagation --activation tanh --init critical=0.1  on the edge of chaos
  gainstage propagation --activation gelu --residual --norm    pre-norm blocks, as in transformers
  gainstage propagation --activation leaky_relu --parameter negative_slope=0.2 --figure chain.svg

Every stage is an amplifier: its gain in dB adds to that of the others. The prediction is mean-field theory (infinite
width), the simulation random networks of the given width. Signal is the part that depends on the input. The start:
torch (nn.Linear's own), he, glorot, lecun, gain (1/sqrt(E f^2) of this activation) or gain=1.2, orthogonal or
orthogonal=1.2, critical (the edge of chaos) or critical=SIGMA_B."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("--activation", metavar="NAME", default="relu", help="of every stage (default: relu)")
    parser.add_argument(
        "--parameter", metavar="NAME=VALUE", action="append", default=[], help="of the activation; may be repeated"
    )
    parser.add_argument("--depth", metavar="N", type=_count, default=50, help="stages (default: 50)")
    parser.add_argument("--width", metavar="N", type=_count, default=256, help="units of each layer (default: 256)")
    parser.add_argument("--init", metavar="START", default="torch", help="how weights are drawn (default: torch)")
    parser.add_argument("--bias", action="store_true", help="with biases, drawn as the start says; none otherwise")
    parser.add_argument("--input-variance", metavar="X", type=float, default=1.0, help="of the inputs (default: 1)")
    parser.add_argument("--residual", action="store_true", help="x + W f(x); with --norm x + W f(norm(x))")
    parser.add_argument("--norm", action="store_true", help="layer normalisation before each activation")
    parser.add_argument("--post-norm", action="store_true", help="norm(x + W f(x)), as in the first transformers")
    parser.add_argument("--seeds", metavar="N", type=_count, default=3, help="networks to simulate (default: 3)")
    parser.add_argument("--figure", metavar="FILE", help="write the levels as a chart, SVG")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Predict, simulate, print."""
    options = build(Parser(prog="gainstage propagation", description=SUMMARY)).parse_args(arguments)
    color = read({"color": options.color}).color
    from gainstage.theory.outlook import outlook
    from gainstage.theory.propagation import propagate

    chain = propagate(
        options.activation,
        dict(setting(text) for text in options.parameter),
        depth=options.depth,
        width=options.width,
        recipe=options.init,
        block=_block(options),
        bias=options.bias,
        input_variance=options.input_variance,
        seeds=options.seeds,
    )
    found = outlook(chain)
    from gainstage.show.propagation_data import figure, propagation_json

    if options.figure:
        _write(options.figure, figure(chain))
    if options.json:
        from gainstage.show.machine import dumps

        print(dumps(propagation_json(chain, found)), end="")
        return OK
    from gainstage.show.propagation import write

    write(chain, found, sys.stdout, color)  # type: ignore[arg-type]
    return OK


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return number


def _block(options: argparse.Namespace) -> str:
    if options.post_norm and (options.norm or options.residual):
        raise GainstageError("--post-norm says it all: it goes with neither --norm nor --residual")
    if options.post_norm:
        return "post-norm"
    return {(0, 0): "plain", (0, 1): "norm", (1, 0): "residual", (1, 1): "pre-norm"}[options.residual, options.norm]


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise GainstageError(f"cannot write --figure {file}: {error.strerror}") from error

"""``gainstage advise``: what to start with, from what is known before any trial."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser, add_color
from gainstage.cli.run import split
from gainstage.config import read
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.advice.question import Question
    from gainstage.observe.script import Target

NAME = "advise"
SUMMARY = "Say what to start with: output and loss, activation, initialisation, normalisation, learning rate, and why."
EPILOG = """\
Each piece of advice says why, by whom, and how sure it is: proved, computed (theory's numbers for this depth and
width), or a rule of thumb; where theory says that a choice makes no difference, it says so. The last line is the trial
that would check it.

examples:
  gainstage advise --task multiclass --classes 10 --architecture mlp --depth 20 --width 256
  gainstage advise --task regression --targets 0,100 --architecture mlp --depth 4
  gainstage advise --task multiclass --architecture transformer --depth 24 --width 1024 --optimizer adamw
  gainstage advise --task binary --depth 50 --activation silu --normalisation none
  gainstage advise train.py --epochs 3      the first steps are watched; what the script has decided is settled"""
STEPS = 20  # that are watched of a script


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.usage = "gainstage advise --task TASK [options]  (or: gainstage advise [options] script.py [arguments ...])"
    parser.epilog = EPILOG
    add = parser.add_argument
    add("--task", metavar="TASK", help="binary, multiclass, multilabel or regression")
    add("--targets", type=_targets, metavar="LOW,HIGH", help="of a regression: the smallest and the largest target")
    add("--classes", type=int, metavar="N", help="how many classes or labels")
    add("--architecture", metavar="KIND", help="mlp (default), cnn, resnet, rnn or transformer")
    add("--depth", type=int, metavar="N", help="stages in series: layers with an activation, or residual blocks")
    add("--width", type=int, metavar="N", help="units or channels of a layer")
    add("--normalisation", metavar="KIND", help="none, batch, layer or rms, if it is settled")
    add("--residual", action=argparse.BooleanOptionalAction, help="whether paths lead around the blocks, if settled")
    add("--activation", metavar="NAME", help="of hidden layers, if it is settled")
    add("--optimizer", metavar="NAME", help="sgd, adam or adamw, if it is settled")
    add("-m", dest="module", metavar="MODULE", help="a module to look at, as python -m runs it")
    add("--json", action="store_true", help="print one JSON document instead of text")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Advise; print."""
    parser = build(Parser(prog="gainstage advise", description=SUMMARY))
    own, target = split(parser, arguments)
    options = parser.parse_args(own)
    color = read({"color": options.color}).color
    from gainstage.advice.advise import advise

    answer = advise(_question(options, target))
    if options.json:
        from gainstage.show.advise import to_json
        from gainstage.show.machine import dumps

        print(dumps(to_json(answer)), end="")
        return OK
    from gainstage.show.advise import write

    write(answer, sys.stdout, color)  # type: ignore[arg-type]
    return OK


def _question(options: Any, target: Target | None) -> Question:
    """What the script shows, and over it what was said."""
    from gainstage.advice.question import Question

    names = ("task", "targets", "classes", "architecture", "depth", "width", "normalisation", "residual", "activation")
    said = {name: getattr(options, name) for name in (*names, "optimizer") if getattr(options, name) is not None}
    if target is not None:
        return replace(_look(target), **said)
    if "task" not in said:
        raise GainstageError(
            "what is to be learnt? Say --task binary, multiclass, multilabel or regression, or name a script: "
            "gainstage advise train.py"
        )
    return Question(**cast("dict[str, Any]", said))


def _look(target: Target) -> Question:
    """The question that the script asks in its first steps."""
    from gainstage.advice.reading import question_of
    from gainstage.show.console import Progress, terminal
    from gainstage.verify import plan
    from gainstage.verify.launch import Laboratory
    from gainstage.verify.watched import order_for, watch

    options = plan.Options(STEPS)
    with Laboratory(1) as laboratory, Progress(sys.stderr, terminal(sys.stderr)) as progress:
        watched = watch(laboratory, order_for(target, options), options, progress.show)
        return question_of(watched.diagnosis.view, target.command)


def _targets(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected two numbers, as in 0,100") from None
    return low, high

"""``gainstage approximate``: a function and a tolerance in, a network that is proved to meet it out."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser, add_color, setting
from gainstage.config import read
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.construct.report import Construction

NAME = "approximate"
SUMMARY = "Build, without training, a network that is proved to be as close to a function as you ask."
EPILOG = """\
examples:
  gainstage approximate "sin(3*x)*exp(-x/2)" --on 0,6 --tolerance 0.01
  gainstage approximate "sin(3*x)*exp(-x/2)" --on 0,6 --tolerance 0.01 --unit relu    19 units instead of 185
  gainstage approximate "abs(x)" --on -1,1 --tolerance 0.001 --dtype float64 --rates
  gainstage approximate "exp(-x^2-y^2)" --on -2,2 --on -2,2 --tolerance 0.05 --unit relu
  gainstage approximate --data curve.csv --tolerance 0.05 --export curve.onnx
  gainstage approximate "x^2" --on 0,1 --unit linear                                  refused, and why

The largest error on the whole interval is certified by ball arithmetic, for a formula; data are met at their points.
Formulas: + - * / ^, pi, e, the variables x, y, z, and exp log sqrt sin cos tan tanh sinh cosh atan asin acos erf abs
max min sign floor sigmoid softplus and a few more. Steps (sigmoid, tanh, ...) give towers, whose error falls as 1/n;
ramps (relu, gelu, ...) a polyline, 1/n^2. --export writes safetensors or ONNX by the file's ending, never a pickle.

exit codes: 0 built, 2 impossible or wrong use, with the reason."""
ENDINGS = {".safetensors": "safetensors", ".pt": "safetensors", ".onnx": "onnx"}


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    # Formulas and intervals may begin with a minus; there are no short options that it could be taken for.
    parser._negative_number_matcher = re.compile(r"^-(?!-|h$).+")
    parser.add_argument("function", nargs="?", metavar="FORMULA", help="what to approximate, in x (and y, z)")
    parser.add_argument("--on", metavar="LOW,HIGH", action="append", help="the interval; once for each variable")
    parser.add_argument("--data", metavar="FILE", help="x and y in two columns instead of a formula; - is stdin")
    parser.add_argument("--tolerance", metavar="E", type=float, default=0.01, help="the largest error (default: 0.01)")
    parser.add_argument("--unit", metavar="NAME", default="sigmoid", help="of the catalogue (default: sigmoid)")
    parser.add_argument(
        "--parameter", metavar="NAME=VALUE", action="append", default=[], help="of the unit; may be repeated"
    )
    parser.add_argument("--dtype", default="float32", help="of the weights: float32 (default) or float64")
    parser.add_argument(
        "--rates", action="store_true", help="error against units, and the exponent beside the theory's"
    )
    parser.add_argument("--html", metavar="FILE", help="write a page with the curves and the numbers")
    parser.add_argument("--export", metavar="FILE", help="write the network: .safetensors, .pt (the same), .onnx")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Build, check, print."""
    options = build(Parser(prog="gainstage approximate", description=SUMMARY)).parse_args(arguments)
    color = read({"color": options.color}).color
    ending = Path(options.export).suffix if options.export else ".onnx"
    if ending not in ENDINGS:
        raise GainstageError(f"--export {options.export}: the name must end in {', '.join(ENDINGS)}")
    built = _construct(options)
    from gainstage.construct.rates import rates
    from gainstage.show.approximate import approximate_json, page, write

    fitted = rates(built) if options.rates else None
    if options.html:
        _save(options.html, page(built, fitted).encode())
    if options.export:
        from gainstage.construct.export import exported

        _save(options.export, exported(built, ENDINGS[ending]))
    if options.json:
        from gainstage.show.machine import dumps

        print(dumps(approximate_json(built, fitted)), end="")
        return OK
    write(built, fitted, sys.stdout, color)  # type: ignore[arg-type]
    if ending == ".pt":
        print(f"{options.export} holds safetensors (no pickle): safetensors.torch.load_file reads it", file=sys.stderr)
    return OK


def _construct(options: Any) -> Construction:
    if (options.function is None) == (options.data is None):
        raise GainstageError("say what to approximate: a formula, or --data FILE (one of them)")
    from gainstage.construct.build import construct

    sides = [side.split(",") for side in options.on or ()]
    if options.function is not None and not sides:
        raise GainstageError(f"say where: gainstage approximate {options.function!r} --on LOW,HIGH")
    return construct(
        options.function if options.data is None else _data(options.data),
        sides or None,
        options.tolerance,
        options.unit,
        dtype=options.dtype,
        parameters=dict(setting(text) for text in options.parameter),
    )


def _data(file: str) -> tuple[list[float], list[float]]:
    """Two columns of numbers, parted by commas or blanks; a first line of words is a header."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GainstageError(f"cannot read --data {file}: {error}") from error
    rows = [
        (number, line.replace(",", " ").split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()
    ]
    x, y = [], []
    for number, cells in rows:
        try:
            across, up = (float(cell) for cell in cells)
        except ValueError:
            if number == rows[0][0]:
                continue
            raise GainstageError(
                f"{file}, line {number}: expected two numbers, x and y, not {' '.join(cells)!r}"
            ) from None
        x.append(across)
        y.append(up)
    return x, y


def _save(file: str, content: bytes) -> None:
    try:
        Path(file).write_bytes(content)
    except OSError as error:
        raise GainstageError(f"cannot write {file}: {error.strerror}") from error

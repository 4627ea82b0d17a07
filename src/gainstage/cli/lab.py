"""``gainstage lab``: the explorer in the browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from gainstage.cli.exits import OK
from gainstage.cli.live import address, listen
from gainstage.cli.parser import Parser
from gainstage.config import TOKEN, suggestion
from gainstage.errors import GainstageError

NAME = "lab"
SUMMARY = "Explore activations, chains of layers and small trainings in the browser: turn a knob, see what it does."
EPILOG = """\
Six panels: functions (any activation, or a formula of yours, with what is proved of it), chain (what depth and
initialisation do to signal and gradient), neuron (how a unit dies or saturates), towers (a network built to a function
that you draw), train (a small network, trained and watched live), softmax.
The address in the browser holds everything that is set: a lesson is a link.

examples:
  gainstage lab                                          opens the browser
  gainstage lab --panel chain                            one panel
  gainstage lab '?panel=chain&activation=tanh&depth=50'  a lesson; a whole address will do, from any machine
  gainstage lab --no-open --port 8765                    only serve, as on a machine without a display

It binds to 127.0.0.1 and needs the token in the address that it prints; Ctrl-C ends it."""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("lesson", nargs="?", metavar="LESSON", help="the address of a lesson, or what follows its ?")
    parser.add_argument("--panel", metavar="NAME", help="functions, chain, neuron, towers, train or softmax")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="which port; 0 takes a free one (default)")
    parser.add_argument("--no-open", action="store_true", help="print the address and leave the browser alone")
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Serve the explorer until it is interrupted."""
    options = build(Parser(prog="gainstage lab", description=SUMMARY)).parse_args(arguments)
    from gainstage.live.launch import check

    check()
    query = _query(options.lesson, options.panel)
    listening = listen("127.0.0.1", options.port)
    token = os.environ.get(TOKEN) or secrets.token_urlsafe(24)
    there = address(listening, token) + (f"&{urlencode(query)}" if query else "")
    print(f"gainstage: lab: {there}\n           Ctrl-C ends it", file=sys.stderr, flush=True)
    from gainstage.lab.server import serve

    if not options.no_open:
        _open(there)
    # uvicorn repeats the signal that ended it: without a handler the training beside it would be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))
    asyncio.run(serve(listening, token))
    return OK


def _query(lesson: str | None, panel: str | None) -> list[tuple[str, str]]:
    """What the browser is to open: the lesson's settings without its token, the panel on top."""
    from gainstage.lab.panels import PANELS

    text = (urlsplit(lesson).query or lesson.lstrip("?")) if lesson else ""
    query = [pair for pair in parse_qsl(text, keep_blank_values=True) if pair[0] not in ("token", "panel")]
    named = panel or dict(parse_qsl(text)).get("panel")
    if named and named not in PANELS:
        raise GainstageError(f"no panel {named!r}{suggestion(named, PANELS)}; expected one of {', '.join(PANELS)}")
    if lesson and not named:
        raise GainstageError(f"{lesson!r} names no panel; expected an address such as '?panel=chain&depth=50'")
    return [("panel", named), *query] if named else []


def _open(there: str) -> None:
    """Open the browser where there is one; a machine without a display has the address on stderr."""
    import webbrowser

    shown = sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    if shown:  # elsewhere a browser in this terminal would take it over
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(there)

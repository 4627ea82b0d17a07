"""``gainstage live``: a page that follows runs while they are written, or shows those that are over."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from gainstage.cli.exits import OK
from gainstage.cli.parser import Parser
from gainstage.config import TOKEN
from gainstage.errors import GainstageError

NAME = "live"
SUMMARY = "Follow one or several runs on a page in the browser, while they go on or when they are over."
EPILOG = """\
The page is served by a process of its own that only reads the run files: the training neither waits for it nor
notices when it ends. It binds to 127.0.0.1 and needs the token in the address that it prints; Ctrl-C ends it.

examples:
  gainstage live                            the newest run in this folder
  gainstage live before.gs after.gs         side by side
  gainstage run --live train.py             both at once: the training, and a page that goes when nobody looks
  gainstage live --port 8765 train.gs       the same address after a restart, with GAINSTAGE_TOKEN set"""


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("runs", nargs="*", metavar="RUN", help="a run's folder, or the beginning of its name")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="which port; 0 takes a free one (default)")
    parser.add_argument("--rank", type=int, default=0, metavar="N", help="which process of a distributed run (0)")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    for name, kind in (("--await", str), ("--since", float), ("--linger", float), ("--process", int)):
        parser.add_argument(name, type=kind, help=argparse.SUPPRESS)  # how `gainstage run --live` starts it
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Serve the page until it is interrupted."""
    options = build(Parser(prog="gainstage live", description=SUMMARY)).parse_args(arguments)
    from gainstage.live.launch import check

    check()
    awaited = getattr(options, "await")
    files = [] if awaited else [_file(name, options.rank) for name in options.runs or [""]]
    listening = listen(options.host, options.port)
    token = os.environ.get(TOKEN) or secrets.token_urlsafe(24)
    there = address(listening, token)
    if awaited:
        _announce_and_let_go(there)
    from gainstage.live.feed import Feed, Source
    from gainstage.live.server import Linger, serve

    if awaited:
        feed, linger = Feed([Source(base=Path(awaited), since=options.since)]), Linger(options.process, options.linger)
        serve(feed, listening, token, linger=linger)
        return OK
    _say(there, options.host)
    if options.open:
        import webbrowser

        webbrowser.open(there)
    serve(Feed([Source(folder=file) for file in files]), listening, token, hosts=(options.host,))
    return OK


def _file(name: str, rank: int) -> Path:
    """The run file behind a name; a wrong name is told now and not on the page."""
    from gainstage.record.reader import locate, newest

    return locate(Path(name) if name else newest(), rank)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises :class:`GainstageError` where none can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # whoever follows the address before the page is ready waits instead of being refused
    except (OSError, OverflowError) as error:
        listening.close()
        raise GainstageError(f"cannot listen on {host} port {port}: {error}. Try --port 0") from error
    return listening


def address(listening: socket.socket, token: str) -> str:
    """What to open in the browser."""
    host, port = listening.getsockname()[:2]
    shown: str = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(str(host), str(host))
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/?token={token}"


def _say(address: str, host: str) -> None:
    print(f"gainstage: live page: {address}\n           Ctrl-C ends it", file=sys.stderr, flush=True)
    if host not in ("127.0.0.1", "::1", "localhost"):
        print("           others can reach it, unencrypted; they need the token", file=sys.stderr, flush=True)


def _announce_and_let_go(address: str) -> None:
    """Tell the waiting process where the page is, then hold nothing of its any more."""
    print(address, flush=True)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)

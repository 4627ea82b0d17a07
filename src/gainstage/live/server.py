"""The server: one page and one stream of events, both from what the feed has seen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from gainstage.live.feed import Feed
from gainstage.live.guard import HEALTH, Guard
from gainstage.record.reader import alive
from gainstage.show import html

TICK = 0.2  # seconds between two looks at the files
HEARTBEAT = 10.0  # seconds after which a silent stream says that it is still there
POLITE = 10  # how far the process steps behind the training


@dataclass(slots=True)
class Audience:
    """Who looks at the page, and when the last one left."""

    watching: int = 0
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class Linger:
    """When a server that nobody stops ends by itself: ``process`` is gone, and nobody has looked for ``seconds``."""

    process: int
    seconds: float


class Live:
    """The application: follows the feed and tells every page what has changed."""

    def __init__(self, feed: Feed, linger: Linger | None = None) -> None:
        self.feed = feed
        self.linger = linger
        self.audience = Audience(last=time.monotonic())
        self.changed = asyncio.Event()
        self.ready = asyncio.Event()
        self.over = False

    async def page(self, request: Request) -> HTMLResponse:
        """The page as it is now; whoever asks before there is one waits for the first look."""
        await self.ready.wait()
        return HTMLResponse(html.document(html.layout(self.feed.made), self.feed.title, events="/events"))

    async def events(self, request: Request) -> StreamingResponse:
        """The stream of changes; a page that comes back gets everything once more, so nothing can be missed."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def health(self, request: Request) -> PlainTextResponse:
        """Whether the server is there; says nothing else."""
        return PlainTextResponse("ok\n")

    async def _stream(self) -> AsyncIterator[str]:
        self.audience.watching += 1
        sent: dict[str, str] = {}
        pulse = ""
        try:
            yield "retry: 1000\n\n"
            while not self.over:
                changed = self.changed
                sections = self.feed.sections
                news = {key: section for key, section in sections.items() if sent.get(key) != section}
                if news:
                    yield event("parts", news)
                    sent = dict(sections)
                if self.feed.pulse != pulse:
                    pulse = self.feed.pulse
                    yield event("pulse", pulse)
                try:
                    await asyncio.wait_for(changed.wait(), HEARTBEAT)
                except asyncio.TimeoutError:
                    yield ": still here\n\n"
        finally:
            self.audience.watching -= 1
            self.audience.last = time.monotonic()

    async def follow(self) -> None:
        """Look again and again until nobody needs the page any more."""
        await asyncio.gather(self._beats(), self._looks())
        self._tell()

    async def _beats(self) -> None:
        """The pulse costs a millisecond and never waits for the page."""
        while not self.over:
            if await asyncio.to_thread(self.feed.beat):
                self._tell()
            self.over = self.over or self._lonely()
            await asyncio.sleep(TICK)

    async def _looks(self) -> None:
        """The whole page, as often as half of this process's time allows."""
        while not self.over:
            changed = await asyncio.to_thread(self.feed.look)
            self.ready.set()
            if changed:
                self._tell()
            await asyncio.sleep(max(TICK, self.feed.seconds if changed else 0.0))

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def _lonely(self) -> bool:
        if self.linger is None or self.audience.watching or alive(self.linger.process):
            return False
        return time.monotonic() - self.audience.last > self.linger.seconds


def event(name: str, data: object) -> str:
    """One server-sent event; its data is one line of JSON."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def application(live: Live, token: str, port: int, hosts: tuple[str, ...] = ()) -> Guard:
    """The guarded application."""
    routes = [Route("/", live.page), Route("/events", live.events), Route(HEALTH, live.health)]
    policy = html.policy("connect-src 'self'", "frame-ancestors 'none'")
    return Guard(Starlette(routes=routes), token=token, cookie=f"gainstage-{port}", policy=policy, hosts=hosts)


def serve(
    feed: Feed, listening: socket.socket, token: str, *, hosts: tuple[str, ...] = (), linger: Linger | None = None
) -> None:
    """Serve until interrupted, or until nobody needs the page any more."""
    with contextlib.suppress(OSError):
        os.nice(POLITE)
    asyncio.run(_serve(feed, listening, token, hosts, linger))


async def _serve(
    feed: Feed, listening: socket.socket, token: str, hosts: tuple[str, ...], linger: Linger | None
) -> None:
    live = Live(feed, linger)
    app = application(live, token, listening.getsockname()[1], hosts)
    config = uvicorn.Config(
        app, log_level="error", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    following = asyncio.create_task(live.follow())
    following.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets=[listening])
    finally:
        live.over = True
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following

"""The explorer's server: a page, its files, and what a panel answers to its settings."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import PurePath
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from gainstage.errors import GainstageError
from gainstage.lab import page
from gainstage.lab.controls import read
from gainstage.lab.panel import Job, Panel
from gainstage.lab.panels import LONGEST, PANELS, answer
from gainstage.lab.train import arguments
from gainstage.lab.training import Training, begin
from gainstage.lab.workshop import Workshop
from gainstage.live.guard import HEALTH, Guard
from gainstage.live.server import HEARTBEAT, event

TICK = 0.1  # seconds between two looks at a training


class Laboratory:
    """The application: answers addresses, and has done in the workshop what takes longer."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.training: Training | None = None
        self.turn = asyncio.Lock()

    async def page(self, request: Request) -> HTMLResponse:
        """The page that an address names."""
        name = request.query_params.get("panel", "")
        if name and name not in PANELS:
            return HTMLResponse(page.document(PANELS.values(), None), 404)
        view = await asyncio.to_thread(self._view, PANELS[name], _query(request)) if name else None
        alone = request.query_params.get("alone") == "1"
        return HTMLResponse(page.document(PANELS.values(), view, alone=alone))

    async def answer(self, request: Request) -> Response:
        """A panel's parts, as far as they can be had at once."""
        panel = PANELS.get(request.query_params.get("panel", ""))
        if panel is None:
            return PlainTextResponse("no such panel\n", 404)
        return JSONResponse(told(await asyncio.to_thread(self._view, panel, _query(request))))

    async def finish(self, request: Request) -> Response:
        """The same when everything has been computed; whoever has gone on by then does not keep others waiting."""
        panel = PANELS.get(request.query_params.get("panel", ""))
        if panel is None:
            return PlainTextResponse("no such panel\n", 404)
        gone = asyncio.Event()
        watching = asyncio.create_task(_watch(request, gone))
        try:
            view = await asyncio.to_thread(self._finished, panel, _query(request), gone)
        finally:
            watching.cancel()
        return JSONResponse(told(view))

    async def train(self, request: Request) -> Response:
        """Begin a training with the settings of the address; one that is going on is ended."""
        panel = PANELS["train"]
        state = read(panel.controls({}), _query(request))
        if state.troubles:
            return PlainTextResponse("\n".join(state.troubles), 400)
        async with self.turn:
            await asyncio.to_thread(self._end)
            self.training = await asyncio.to_thread(begin, arguments(state.values))
        return PlainTextResponse("begun\n")

    async def stop(self, request: Request) -> Response:
        """End the training; what it has left is shown on."""
        if self.training is not None:
            await asyncio.to_thread(self.training.stop)
        return PlainTextResponse("stopped\n")

    async def events(self, request: Request) -> StreamingResponse:
        """The training as it goes on; a page that comes late gets what there is."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        sent: dict[str, Any] = {}
        watched, quiet = None, 0.0
        while True:
            if watched is not self.training:
                watched, sent = self.training, {}
            news = _news(watched, sent) if watched is not None else {}
            for name, data in news.items():
                yield event(name, data)
            quiet = 0.0 if news else quiet + TICK
            if quiet > HEARTBEAT:
                quiet = 0.0
                yield ": still here\n\n"
            await asyncio.sleep(TICK)

    def _end(self) -> None:
        if self.training is not None:
            self.training.close()
            self.training = None

    def close(self) -> None:
        """End everything that was started."""
        self._end()
        self.workshop.close()

    async def health(self, request: Request) -> PlainTextResponse:
        """Whether the server is there; says nothing else."""
        return PlainTextResponse("ok\n")

    def _view(self, panel: Panel, query: Mapping[str, str]) -> page.View:
        return answer(panel, query, self.workshop.known())

    def _finished(self, panel: Panel, query: Mapping[str, str], gone: asyncio.Event) -> page.View:
        for job in _jobs(panel, query):
            self.workshop.do(job, lambda: not gone.is_set())
        return self._view(panel, query)


def told(view: page.View) -> dict[str, Any]:
    """What the script needs of a view."""
    return {
        "schema": "gainstage.lab/1",
        "controls": page.form(view),
        "troubles": page.troubles((*view.state.troubles, *view.troubles)),
        "parts": view.parts,
        "pending": view.pending,
    }


def application(laboratory: Laboratory, token: str, port: int) -> Guard:
    """The guarded application."""
    routes = [
        Route("/", laboratory.page),
        Route("/answer", laboratory.answer),
        Route("/finish", laboratory.finish),
        Route("/train", laboratory.train, methods=["POST"]),
        Route("/stop", laboratory.stop, methods=["POST"]),
        Route("/events", laboratory.events),
        Route(HEALTH, laboratory.health),
        *(Route(f"/{name}", _file) for name in page.assets()),
    ]
    return Guard(Starlette(routes=routes), token=token, cookie=f"gainstage-{port}", policy=page.POLICY)


async def serve(listening: socket.socket, token: str) -> None:
    """Serve until interrupted."""
    laboratory = Laboratory(Workshop())
    warming = asyncio.create_task(asyncio.to_thread(laboratory.workshop.warm))
    app = application(laboratory, token, listening.getsockname()[1])
    config = uvicorn.Config(
        app, log_level="error", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )
    try:
        await uvicorn.Server(config).serve(sockets=[listening])
    finally:
        await warming
        laboratory.close()


def _news(training: Training, sent: dict[str, Any]) -> dict[str, Any]:
    """What has changed since ``sent``, which is brought up to date."""
    now = {"state": training.state, "scene": training.scene, "frame": training.frame, "watched": training.sections()}
    news = {name: data for name, data in now.items() if data and sent.get(name) != data}
    sent.update(news)
    return news


async def _file(request: Request) -> Response:
    name = PurePath(request.url.path).name  # the route says that it is one of ours
    return Response(page.asset(name), media_type=page.KINDS[PurePath(name).suffix])


def _query(request: Request) -> dict[str, str]:
    """The settings of an address."""
    if len(request.url.query) > LONGEST:
        raise HTTPException(414, f"the address is longer than {LONGEST} characters")
    return dict(request.query_params)


def _jobs(panel: Panel, query: Mapping[str, str]) -> Iterable[Job]:
    try:
        return panel.jobs(read(panel.controls(query), query).values)
    except (GainstageError, ArithmeticError):
        return ()


async def _watch(request: Request, gone: asyncio.Event) -> None:
    while not await request.is_disconnected():
        await asyncio.sleep(0.1)
    gone.set()

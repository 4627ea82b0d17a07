"""Who may see the live page: this machine's own browser, by the right name and with the token."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEALTH = "/health"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """Turns away what does not know the name or the token, and puts the safe headers on every answer."""

    def __init__(self, app: ASGIApp, *, token: str, cookie: str, policy: str, hosts: Iterable[str] = ()) -> None:
        """Guard ``app``.

        Args:
            app: what answers the requests that may pass.
            token: the secret; handed in once as ``?token=``, then kept in a cookie.
            cookie: the cookie's name, different for each server of this machine.
            policy: the Content-Security-Policy.
            hosts: names other than localhost by which the server may be called.
        """
        self.app, self.token, self.cookie = app, token.encode(), cookie
        self.headers = {**HEADERS, "content-security-policy": policy}
        self.hosts = {"localhost", *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        await self._answer(scope, headers)(scope, receive, guarded)

    def _answer(self, scope: Scope, headers: dict[str, str]) -> ASGIApp:
        if not self.known(headers.get("host", "")):
            return PlainTextResponse("this server is not known by that name\n", 421)
        if scope["path"] == HEALTH:
            return self.app
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = query.pop("token", [])
        if scope["path"] == "/" and given and self._fits(given[-1]):
            # The token leaves the address, where it would end up in histories and on projectors.
            answer = RedirectResponse(f"/?{urlencode(query, doseq=True)}" if query else "/", 303)
            answer.set_cookie(self.cookie, given[-1], httponly=True, samesite="strict")
            return answer
        if self._fits(_cookie(headers.get("cookie", ""), self.cookie)):
            return self.app
        return PlainTextResponse("a token is needed: open the address that gainstage printed\n", 403)

    def known(self, host: str) -> bool:
        """Whether a Host header may be answered: an address, or a name of ours. A name that somebody else's name
        server resolves to this machine (DNS rebinding) is neither."""
        name = host.lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.rpartition(":")[0] or name
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self.hosts
        return True

    def _fits(self, token: str) -> bool:
        return secrets.compare_digest(token.encode("utf-8", "surrogateescape"), self.token)


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""

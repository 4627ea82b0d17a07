"""Who may see the live page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import runfiles
from serving import Server, server

starlette = pytest.importorskip("starlette", reason="pip install 'gainstage[live]'")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    run = runfiles.record(tmp_path_factory.mktemp("guarded"))
    with server(run) as running:
        yield running


def cookie(served: Server, token: str = "secret") -> dict[str, str]:
    return {"Cookie": f"gainstage-{served.port}={token}"}


def test_health_needs_no_token_and_says_nothing(served: Server) -> None:
    assert served.ask("/health")[::2] == (200, "ok\n")


@pytest.mark.parametrize("path", ["/", "/events", "/anything", "/?token=wrong", "/?token=", "/events?token=secret"])
def test_everything_else_needs_the_token(served: Server, path: str) -> None:
    status, _, text = served.ask(path)
    assert status == 403
    assert "train" not in text


@pytest.mark.parametrize("token", ["", "wrong", "secret2", "%73ecret", "\xff"])
def test_a_wrong_cookie_is_no_token(served: Server, token: str) -> None:
    assert served.ask("/", **cookie(served, token))[0] == 403


def test_the_token_is_taken_out_of_the_address(served: Server) -> None:
    status, headers, _ = served.ask("/?token=secret")
    assert (status, headers["location"]) == (303, "/")
    assert headers["set-cookie"].startswith(f"gainstage-{served.port}=secret;")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in headers["set-cookie"].split(";")}


@pytest.mark.parametrize(
    "host, status",
    [
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8000", 200),
        ("192.168.0.7", 200),  # an address cannot be bound to another one; a name can
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("", 421),
    ],
)
def test_a_name_that_is_not_ours_is_not_answered(served: Server, host: str, status: int) -> None:
    assert served.ask("/health", Host=host)[0] == status
    assert served.ask("/", Host=host, **cookie(served))[0] == status


def test_every_answer_carries_the_safe_headers(served: Server) -> None:
    for path, headers in (("/", cookie(served)), ("/", {}), ("/health", {}), ("/nothing", cookie(served))):
        _, answered, _ = served.ask(path, **headers)
        policy = dict(part.strip().partition(" ")[::2] for part in answered["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["connect-src"] == "'self'"
        assert "unsafe" not in answered["content-security-policy"]
        assert answered["x-content-type-options"] == "nosniff"
        assert answered["cache-control"] == "no-store"
        assert answered["referrer-policy"] == "no-referrer"


def test_it_serves_no_file(served: Server, tmp_path: Path) -> None:
    for path in (
        "/rank0.sqlite",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/style.css",
        "//etc/passwd",
    ):
        assert served.ask(path, **cookie(served))[0] == 404


def test_it_only_answers_questions(served: Server) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert served.ask("/", method, **cookie(served))[0] == 405


def test_the_page_is_the_run(served: Server) -> None:
    status, _, text = served.ask("/", **cookie(served))
    assert status == 200
    assert "train.py --epochs 3" in text
    assert "secret" not in text

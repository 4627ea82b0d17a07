"""The explorer's server as a browser and a stranger meet it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from labs import Lab, lab

from gainstage.cli import lab as command
from gainstage.cli import main

pytest.importorskip("starlette", reason="pip install 'gainstage[live]'")


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    with lab("--panel", "softmax") as running:
        yield running


def test_the_address_names_the_panel_and_the_token_leaves_it(served: Lab) -> None:
    assert served.address.endswith("/?token=secret&panel=softmax")
    status, headers, _ = served.ask("/?token=secret&panel=softmax&z1=3")
    assert (status, headers["location"]) == (303, "/?panel=softmax&z1=3")


@pytest.mark.parametrize("path", ["/", "/answer?panel=chain", "/finish?panel=chain", "/events", "/lab.js", "/lab.css"])
def test_everything_needs_the_token(served: Lab, path: str) -> None:
    assert served.ask(path)[0] == 403
    assert served.ask(path, Host="evil.example", **served.cookie)[0] == 421


@pytest.mark.parametrize("path", ["/train?steps=100", "/stop"])
def test_a_training_is_begun_by_nobody_else(served: Lab, path: str) -> None:
    assert served.ask(path, "POST")[0] == 403
    assert served.ask(path, "GET", **served.cookie)[0] == 405


def test_a_training_with_settings_that_mean_nothing_is_not_begun(served: Lab) -> None:
    status, _, text = served.ask("/train?depth=9999&data=/etc/passwd", "POST", **served.cookie)
    assert status == 400
    assert "depth=9999: expected" in text and "data=/etc/passwd: expected" in text


def test_the_policy_knows_only_this_server(served: Lab) -> None:
    _, headers, _ = served.ask("/", **served.cookie)
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("style-src", "script-src", "connect-src")} == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name, kind", [("lab.js", "text/javascript"), ("script.js", "text/javascript"),
                                        ("lab.css", "text/css"), ("style.css", "text/css")])  # fmt: skip
def test_its_own_files_are_served_and_no_others(served: Lab, name: str, kind: str) -> None:
    status, headers, text = served.ask(f"/{name}", **served.cookie)
    assert status == 200 and headers["content-type"].startswith(kind) and len(text) > 1000
    for other in ("plane.py", "lab.html", "../lab.js", "assets/lab.js", f"{name}.map", "%2e%2e/page.py"):
        assert served.get(f"/{other}")[0] == 404


def test_an_answer_is_the_same_as_the_page(served: Lab) -> None:
    answer = served.answer("panel=softmax&z1=3")
    assert answer["schema"] == "gainstage.lab/1"
    assert set(answer) == {"schema", "controls", "troubles", "parts", "pending"}
    _, page = served.get("/?panel=softmax&z1=3")
    assert all(part in page for part in answer["parts"].values())
    assert answer["controls"] in page and not answer["pending"]


def test_what_takes_longer_follows(served: Lab) -> None:
    query = "panel=functions&f=leaky_relu&f.negative_slope=0.25"
    assert served.answer(query)["pending"]
    assert "being proved" in served.answer(query)["parts"]["properties"]
    finished = served.answer(query, "/finish")
    assert not finished["pending"] and "✓" in finished["parts"]["properties"]
    assert not served.answer(query)["pending"]


def test_a_hostile_formula_is_answered_and_the_next_one_too(served: Lab) -> None:
    for text in ("__import__('os').abort()", "9**9**9**9", "floor(exp(exp(exp(99))))"):
        for path in ("/answer", "/finish"):
            answer = served.answer(urlencode({"panel": "towers", "f": text}), path)
            assert answer["troubles"] and not answer["pending"]
    assert served.answer("panel=towers&f=x")["parts"]


@pytest.mark.parametrize("path", ["/?panel=nothing", "/answer?panel=nothing", "/answer", "/finish?panel=<script>"])
def test_a_panel_that_is_none_is_not_found(served: Lab, path: str) -> None:
    status, text = served.get(path)
    assert status == 404 and "<script>" not in text


@pytest.mark.parametrize("path", ["/", "/answer", "/finish"])
def test_an_address_that_is_too_long_is_refused(served: Lab, path: str) -> None:
    status, text = served.get(f"{path}?panel=softmax&z1={'5' * 5000}")
    assert status == 414 and "4000" in text


@pytest.mark.parametrize(
    "lesson, panel, query",
    [
        ("?panel=chain&depth=50", None, [("panel", "chain"), ("depth", "50")]),
        ("http://127.0.0.1:8000/?token=x&panel=chain&bias=1", None, [("panel", "chain"), ("bias", "1")]),
        ("panel=towers&f=" + quote("x*x+1"), None, [("panel", "towers"), ("f", "x*x+1")]),
        ("?panel=chain&depth=50", "neuron", [("panel", "neuron"), ("depth", "50")]),
        (None, "train", [("panel", "train")]),
        (None, None, []),
    ],
)
def test_a_lesson_is_a_link(lesson: str | None, panel: str | None, query: list[tuple[str, str]]) -> None:
    assert command._query(lesson, panel) == query


@pytest.mark.parametrize("arguments", [["--panel", "chian"], ["?panel=nothing"], ["depth=50"], ["--port", "99999"]])
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--no-open", *arguments]) == 2
    assert capsys.readouterr().err.startswith("gainstage: ")

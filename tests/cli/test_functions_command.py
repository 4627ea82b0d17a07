"""``gainstage functions``: the list, a card, parameters, JSON, cost, and what is wrong said in a line."""

from __future__ import annotations

import json

import pytest

from gainstage import functions
from gainstage.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["functions", *arguments])
    done = capsys.readouterr()
    return code, done.out, done.err


def test_the_list_has_a_line_for_every_function(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys)
    first = [line.split()[0] for line in out.splitlines() if line.strip()]
    assert code == 0 and set(functions) <= set(first)
    assert "gainstage functions gelu" in out.splitlines()[-1]


def test_a_card_tells_every_property_with_its_proof(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "gelu")
    assert code == 0
    assert "x*normal_cdf(x)" in out and "Hendrycks & Gimpel 2016" in out and "torch.nn.GELU" in out
    for label in ("range", "Lipschitz constant", "smoothness", "asymptote x", "E f²", "gain, forward", "exact zeros"):
        (line,) = [line for line in out.splitlines() if line.strip().startswith(label) and "∞ " not in label][-1:]
        assert line.split()[-1] == "certified"
    assert "⠤" in out  # the plot


def test_parameters_are_proved_on_the_spot(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "leaky_relu", "negative_slope=-0.5")
    assert code == 0 and "negative_slope = -0.5" in out
    assert [line for line in out.splitlines() if line.split()[:2] == ["monotonic", "no"]]


def test_json_is_numbers_and_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "gelu", "--json")
    document = json.loads(out)
    assert code == 0 and document["schema"] == "gainstage.functions/1"
    (card,) = document["functions"]
    assert {"name", "formula", "derivative", "parameters", "properties"} <= set(card)
    bounds = {"range", "derivative_range", "lipschitz", "smoothness", "minimum", "moments", "gain", "variance_slope"}
    assert bounds | {"monotonic", "derivative_monotonic", "zero_centred"} <= set(card["properties"])
    assert all(set(entry) == {"value", "proof", "tolerance"} for entry in card["properties"].values())
    assert card["properties"]["range"]["value"]["high"] is None  # unbounded
    assert card["properties"]["moments"]["value"]["second"] == pytest.approx(0.42522148257029867, abs=1e-16)
    assert card["cost"] is None


def test_json_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json")
    assert code == 0 and [card["name"] for card in json.loads(out)["functions"]] == list(functions)


def test_cost_is_a_multiple_of_a_copy(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "relu", "--cost", "--json")
    cost = json.loads(out)["functions"][0]["cost"]
    assert code == 0 and 0 < cost["forward"] < cost["forward_backward"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gleu"], "no function 'gleu' in the catalogue; did you mean glu, gelu"),
        (["elu", "alpa=2"], "elu has no parameter 'alpa'; its parameters: alpha"),
        (["celu", "alpha=-2"], "alpha=-2.0 is outside its domain (0, inf)"),
        (["elu", "alpha=x"], "'x' is no number; a parameter is given as NAME=VALUE"),
        (["elu", "alpha"], "'alpha' has no value"),
        (["--cost"], "--cost measures one function"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 2 and out == "" and err.startswith("gainstage: ") and message in err and err.count("\n") == 1

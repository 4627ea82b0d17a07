"""Which cures are offered: every remedy that a rule names, the root first, two at once, and a random one."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from patients import HEAD, Seen, loop, run, sgd

from gainstage.prescribe import choose
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.case import Case
from gainstage.prescribe.chance import random_remedy
from gainstage.prescribe.choose import ALIKE, MOST, makers
from gainstage.prescribe.draft import MAKERS, Draft, Wanted
from gainstage.prescribe.remedies.by_hand import BY_HAND

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
from remedies_page import emitted, page

MLP = "model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2), nn.Softmax(dim=1))\n"
TWO = HEAD + "X = X * 500 + 3000\n" + MLP + sgd(0.01) + loop(steps=40)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A softmax in front of cross_entropy, and raw inputs."""
    return run(TWO, tmp_path_factory.mktemp("two"))


def test_every_remedy_that_a_rule_names_can_be_carried_out_or_written_down() -> None:
    named = set(emitted())
    assert len(named) > 50
    assert named <= makers().keys() | BY_HAND.keys()
    assert named <= BY_HAND.keys(), "the source may lack the place"
    assert not BY_HAND.keys() - named, "nobody asks for these"


def test_the_page_of_remedies_is_up_to_date() -> None:
    text = (Path(__file__).parents[2] / "docs" / "remedies.md").read_text(encoding="utf-8")
    assert text == page(), "run `make docs`"
    for name in ("lower-learning-rate", "reinitialise", "swap-activation", "drop-output-activation"):
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
        assert len(row.split("|")[6].strip()) > 10, f"{name} cites nobody"


def test_the_root_comes_first_and_two_causes_are_treated_at_once(two: Seen) -> None:
    found = two.candidates()
    assert found[0].remedy == "drop-output-activation"
    both = [candidate for candidate in found if " + " in candidate.remedy]
    assert both and set(both[0].codes) == {"GS501", "GS601"}
    assert "nn.Identity()" in both[0].changes[0].after and "X.mean" in both[0].changes[0].after
    assert len(found) <= MOST
    names = [candidate.remedy for candidate in found]
    assert max(map(names.count, names)) <= ALIKE
    assert len({candidate.changes for candidate in found if candidate.changes}) == sum(bool(c.changes) for c in found)


def test_what_needs_the_hand_is_last_and_says_where(tmp_path: Path) -> None:
    text = HEAD + "X = X * 0 + 3\n" + MLP + sgd() + loop(steps=40)
    found = run(text, tmp_path).candidates()
    kinds = [bool(candidate.changes) for candidate in found]
    assert kinds == sorted(kinds, reverse=True)
    by_hand = [candidate for candidate in found if candidate.remedy == "inspect-batch"]
    assert "train.py" in by_hand[0].by_hand and "std" in by_hand[0].by_hand


def test_every_candidate_is_complete(two: Seen) -> None:
    for candidate in two.candidates():
        assert candidate.safety in ("safe", "unsafe") and candidate.text and candidate.predicted and candidate.codes
        assert candidate.source or candidate.by_hand, candidate.remedy
        for change in candidate.changes:
            assert change.before == TWO and change.after != TWO
            compile(change.after, "train.py", "exec")


def draw(seen: Seen, seed: int) -> Candidate:
    drawn = random_remedy(seen.diagnosis, seen.places, {seen.path: seen.text}, seed)
    assert drawn is not None
    return drawn


def test_the_random_remedy_is_decided_by_its_seed_and_no_candidate(two: Seen) -> None:
    offered = {candidate.changes for candidate in two.candidates()}
    drawn = [draw(two, seed) for seed in range(12)]
    assert drawn[3] == draw(two, 3)
    assert len({candidate.remedy for candidate in drawn}) >= 4
    for candidate in drawn:
        assert candidate.changes and candidate.changes not in offered
        assert candidate.codes == ()
        compile(candidate.changes[0].after, "train.py", "exec")


def test_nothing_to_change_nothing_drawn(two: Seen) -> None:
    assert random_remedy(two.diagnosis, two.places, {}, 0) is None
    assert random_remedy(two.diagnosis, two.places, {"other.py": "for"}, 0) is None


def test_without_sources_everything_is_by_hand(two: Seen) -> None:
    from gainstage.prescribe.choose import candidates

    found = candidates(two.diagnosis, two.places, {})
    assert found and all(candidate.by_hand and not candidate.changes for candidate in found)


def test_ways_of_one_remedy_are_named_apart_and_no_two_rates_are_alike(tmp_path: Path) -> None:
    plain = MLP.replace(", nn.Softmax(dim=1)", "")
    found = run(HEAD + plain + sgd(50.0) + loop(steps=40), tmp_path).candidates()
    names = [candidate.name for candidate in found if candidate.changes]
    assert len(set(names)) == len(names)
    rates = [candidate.value for candidate in found if candidate.remedy == "lower-learning-rate" and candidate.changes]
    assert len(rates) > 1
    for one, other in itertools.combinations(sorted(filter(None, rates)), 2):
        assert other > 2 * one


def test_one_remedys_mistake_costs_one_line(two: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: Case, wanted: Wanted) -> Iterator[Draft]:
        raise ZeroDivisionError("of ours")
        yield

    monkeypatch.setitem(MAKERS, "standardise-inputs", broken)
    trouble: list[str] = []
    found = choose.candidates(two.diagnosis, two.places, {two.path: two.text}, trouble)
    assert trouble == ["standardise-inputs could not be made: ZeroDivisionError: of ours"]
    assert found[0].remedy == "drop-output-activation"
    assert "standardise-inputs" in {candidate.remedy for candidate in found if candidate.by_hand}


def test_a_remedy_that_would_be_wrong_is_not_even_offered_by_hand(tmp_path: Path) -> None:
    text = HEAD + "y = y.float()[:, None] + 1\n" + MLP.replace("(32, 2), nn.Softmax(dim=1)", "(32, 1)") + sgd()
    sick = run(text + loop("F.binary_cross_entropy_with_logits(model(X[i]), y[i])"), tmp_path)
    assert sick.finding("GS502") is not None
    names = {candidate.remedy for candidate in sick.candidates()}
    assert "scale-targets" in names and "linear-output" not in names

"""One patient in a process of its own: the proof, and the texts that it and a random remedy would leave behind.

python attempt.py SCRIPT RESULT.json SEEDS
"""

from __future__ import annotations

import json
import os
import sys

from gainstage.errors import GainstageError
from gainstage.observe.script import Target
from gainstage.prescribe.candidate import Candidate
from gainstage.show.fix_json import to_json
from gainstage.show.machine import finite
from gainstage.verify.plan import Options
from gainstage.verify.prove import prove


def main(script: str, result: str, seeds: str) -> None:
    """Prove, and write everything down; a script that cannot be fixed is an outcome, too."""
    try:
        proof = prove(Target("file", script), Options(seeds=int(seeds), unsafe=True, jobs=1))
    except GainstageError as error:
        document = {"error": str(error)}
    else:
        document = {
            "proof": to_json(proof),
            "cured": text_of(proof.chosen.candidate if proof.chosen else None, script),
            "random": text_of(proof.control, script),
        }
    with open(result, "w", encoding="utf-8") as file:
        json.dump(finite(document), file)


def text_of(candidate: Candidate | None, script: str) -> str | None:
    """The whole script as the candidate changes it; every patient is one file."""
    changes = candidate.changes if candidate is not None else ()
    return next((change.after for change in changes if os.path.samefile(change.path, script)), None)


if __name__ == "__main__":
    main(*sys.argv[1:])

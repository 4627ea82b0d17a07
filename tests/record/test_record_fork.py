"""A forked child, which inherits the open file, can do it no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gainstage.record.reader import load

# The child is forked in the middle of a transaction, tries everything and ends as Python does, freeing its objects.
PARENT = """
import gc, os, sys
from pathlib import Path
from endless import rollback_journal
from gainstage.record import writer as module
from runfiles import add, describe, info

if sys.argv[2] == "truncate":
    module.set_journal = rollback_journal
writer = module.Writer.create(Path(sys.argv[1]), info())
describe(writer)
add(writer, 0, sites=2000)
connection = writer._connection
connection.execute("PRAGMA cache_size = 5")  # so that part of the transaction is on the disk already
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE signal SET gradient = 7.0")
child = os.fork()
if child == 0:
    del connection
    add(writer, 99)
    writer.update_info(info(outcome="interrupted"))
    writer.close()
    del writer
    gc.collect()
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
connection.execute("COMMIT")
add(writer, 1)
writer.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_forked_child_neither_writes_nor_rolls_back_nor_closes(tmp_path: Path, journal: str) -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    command = [sys.executable, "-c", PARENT, str(tmp_path / "train"), journal]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    run = load(tmp_path / "train.gs")
    assert [step.step for step in run.steps] == [0, 1]
    assert {run.signal(site, "gradient")[0] for site in range(2000)} == {7.0}, "the parent's transaction went on"
    assert run.info.outcome == "killed", "the child's last word was not written"

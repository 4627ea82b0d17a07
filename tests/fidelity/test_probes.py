"""A watched script's stdout, stderr and exit status are those of plain Python, byte for byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from compare import SOURCE, bare, environment, watched

PROBES = Path(__file__).parent / "probes"

FILES = [
    "surroundings.py", "warn.py", "recursion.py", "chained.py", "group.py", "syntax.py", "syntax_in_import.py",
    "hook.py", "bad_hook.py", "at_exit.py", "hard_exit.py", "interrupt.py", "unraisable.py", "pickled.py", "spawned.py",
    "reading.py", "latin.py", "bom.py", "forked.py", "closed.py", "asynchronous.py", "faults.py", "moved.py", "folder",
    "missing.py", "broken_torch/uses.py", "raising_torch/uses.py",
]  # fmt: skip
EXITS = ["None", "0", "3", "-1", "300", "True", "'a text'", "(1, 2)", "1.5", "ValueError('as a code')", "''"]
SIGNALS = ["SIGINT", "SIGTERM", "SIGKILL", "SIGABRT", "SIGSEGV", "SIGUSR1", "SIGHUP"]


@pytest.mark.parametrize("file", FILES)
def test_a_file(file: str) -> None:
    arguments = [file, "--epochs", "3", "--", "-q", "-m", "x"]
    stdin = b"one\ntwo\nthree\n"
    assert watched(arguments, PROBES, stdin, own=("-q", "--budget", "2%")) == expected(bare(arguments, PROBES, stdin))


@pytest.mark.parametrize("code", EXITS)
def test_an_exit_code(code: str) -> None:
    assert watched(["leave.py", code], PROBES) == bare(["leave.py", code], PROBES)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal(name: str) -> None:
    plain = bare(["by_signal.py", name], PROBES)
    assert plain.code == -getattr(signal, name)
    assert watched(["by_signal.py", name], PROBES) == plain


@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "package", "--epochs", "3"],
        ["-mpackage.__main__", "-x"],
        ["-m", "package.absent"],
        ["-m", "leave", "5"],
        ["-c", "import sys; print(sys.argv, __name__, sys.path[0]); 1/0", "-m", "--json"],
        ["-c", "def f(:"],
        ["-c", "import __main__; print(sorted(vars(__main__)))"],
        ["./surroundings.py"],
        [str(PROBES / "surroundings.py")],
        ["../probes/warn.py"],
    ],
    ids=lambda arguments: " ".join(arguments)[-30:],
)
def test_another_spelling(arguments: list[str]) -> None:
    assert watched(arguments, PROBES) == expected(bare(arguments, PROBES))


@pytest.mark.parametrize("options", [("-W", "error"), ("-O", "-X", "dev"), ("-u",), ("-s", "-B"), ("-X", "utf8=0")])
def test_options_of_the_interpreter(options: tuple[str, ...]) -> None:
    for file in ("surroundings.py", "warn.py"):
        plain = bare([file], PROBES, options=options)
        assert watched([file], PROBES, options=options) == plain


def test_from_standard_input() -> None:
    text = b"import sys\nprint(__name__, sys.argv, sys.path[0])\nraise ValueError('piped')\n"
    assert watched(["-", "x"], PROBES, text) == bare(["-", "x"], PROBES, text)


def test_a_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", "import part, sys\nprint(__file__, sys.path[0], sys.argv)\npart.fail()\n")
        archive.writestr("part.py", "def fail():\n    raise ValueError('zipped')\n")
    assert watched(["app.zip", "x"], tmp_path) == bare(["app.zip", "x"], tmp_path)


def test_an_environment_with_its_own_sitecustomize(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.marker = 1\n")
    program = "import sys, sitecustomize; print(sys.marker, sitecustomize.__file__, sys.path)"
    path = f"{tmp_path}:{SOURCE}"
    plain = bare(["-c", program], tmp_path, PYTHONPATH=path)
    assert plain.out.startswith(b"1 ")
    assert watched(["-c", program], tmp_path, PYTHONPATH=path) == plain


def test_a_failing_sitecustomize(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import absent_module\n")
    path = f"{tmp_path}:{SOURCE}"
    assert watched(["-c", "print(1)"], tmp_path, PYTHONPATH=path).out == b"1\n"
    assert b"Error in sitecustomize" in watched(["-c", "print(1)"], tmp_path, PYTHONPATH=path).err


def test_modules_beside_the_script_do_not_get_in_our_way(tmp_path: Path) -> None:
    for name in ("json", "sqlite3", "tempfile", "gainstage", "argparse"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    (tmp_path / "train.py").write_text("print('trained')\n")
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'x'; from gainstage.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "run", str(tmp_path / "train.py")],
        stdout=subprocess.PIPE,
        env=environment(PYTHONPATH=SOURCE),
        check=True,
    )
    assert done.stdout == b"trained\n"


def test_a_reader_that_goes_away() -> None:
    """``script | head``: the same complaint, the same exit status."""
    program = "import sys\nfor i in range(100000): print(i)"
    outcomes = []
    for before in ((), ("-m", "gainstage", "run", "-q")):
        process = subprocess.Popen(
            [sys.executable, *before, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        )
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        outcomes.append((process.stderr.read(), process.wait()))
        process.stderr.close()
    assert outcomes[0] == outcomes[1]


WAITING = """
import signal, sys, time
try:
    print("ready", flush=True)
    time.sleep(30)
finally:
    print("cleaned up", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_sent_to_the_command_reaches_the_script(number: signal.Signals) -> None:
    outcomes = []
    for before in ((), ("-m", "gainstage", "run", "-q")):
        with started(*before, "-c", WAITING) as process:
            time.sleep(0.3)  # both must be interrupted in the same line: asleep
            process.send_signal(number)
            outcomes.append((*process.communicate(timeout=20), process.returncode))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][2] == -number


def test_the_terminal_s_interrupt_arrives_once() -> None:
    """Ctrl-C goes to the whole process group: the script must not see it a second time."""
    program = """
import time
try:
    print("ready", flush=True)
    time.sleep(20)
except KeyboardInterrupt:
    time.sleep(0.5)
    print("once")
"""
    pty = pytest.importorskip("pty")
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "gainstage", "run", "-q", "-c", program], environment())
    output = b""
    sent = False
    while True:
        try:
            output += os.read(terminal, 1000)
        except OSError:
            break
        if b"ready" in output and not sent:
            os.write(terminal, b"\x03")
            sent = True
    status = os.waitpid(child, 0)[1]
    os.close(terminal)
    assert b"once" in output and b"Traceback" not in output
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_killing_the_command_kills_the_script(tmp_path: Path) -> None:
    program = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(30)"
    with started("-m", "gainstage", "run", "-q", "-c", program, wait=False) as process:
        assert process.stdout is not None
        script = int(process.stdout.readline())
        process.kill()
        process.wait()
        deadline = time.monotonic() + 5
        while alive(script) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not alive(script)


def test_the_kill_switch_runs_the_script_unwatched() -> None:
    program = "import sys; print('gainstage' in sys.modules); sys.exit(3)"
    outcome = watched(["-c", program], PROBES, own=(), GAINSTAGE_OFF="1")
    assert (outcome.out, outcome.err, outcome.code) == (b"False\n", b"", 3)


def expected(plain: object) -> object:
    """``plain``, once it is sure that the probe has done something: two empty outcomes are equal as well."""
    assert plain.out or plain.err  # type: ignore[attr-defined]
    return plain


def started(*arguments: str, wait: bool = True) -> subprocess.Popen[bytes]:
    """A running Python that has printed its first line (or, without ``wait``, is about to)."""
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    if wait:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    return process


def alive(process: int) -> bool:
    """Whether the process exists and is more than an entry that nobody has waited for."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"

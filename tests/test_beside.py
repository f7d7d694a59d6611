"""Work in a process beside ours: it changes how long things take, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ctx.store.child_process import _processors, run_in_child
from ctx.store.system import Mac, System, Windows
from tests.cli import ctx, project

AGENT = ("agent", "--budget", "900", "--now", "2026-11-21")
# What starts a command with another `os.fork`.
WITH_FORK = """
    import os, sys
    fork = os.fork
    os.fork = {fork}
    from ctx.__main__ import main
    main()
"""
needs_fork = pytest.mark.skipif(
    not System().can_fork() or _processors() == 1,
    reason="there is no fork here, or one processor",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    entries = "".join(
        f"## [2026-{n % 12 + 1:02}-{n % 28 + 1:02}] Lock {n} and its retry\n\nThe parser cache {n % 7}.\n\n"
        for n in range(150)
    )
    tasks = "- [ ] Retry the lock with jitter\n- [ ] Cache the parser 3\n"
    return project(tmp_path, {"LEARNINGS.md": f"# Learnings\n\n{entries}", "TASKS.md": f"# Tasks\n\n{tasks}"})


def run(code: str, *args: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run some Python in a process of one thread."""
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=60)


def sizes(root: Path) -> bytes:
    """The cache file of the entries' sizes."""
    return (root / ".context" / ".cache" / "sizes-o200k_base").read_bytes()


@needs_fork
def test_the_work_is_done_by_another_process_and_waited_for(tmp_path: Path) -> None:
    code = """
        import os, pathlib, time
        from ctx.store.child_process import run_in_child
        def work():
            while not os.path.exists("go"):
                time.sleep(0.01)
            pathlib.Path("done").write_text(str(os.getppid()))
        with run_in_child(work):
            assert not os.path.exists("done")
            pathlib.Path("go").touch()
        assert pathlib.Path("done").read_text() == str(os.getpid())
    """
    assert run(code, cwd=tmp_path).stderr == b""


@needs_fork
def test_work_that_fails_or_is_killed_is_not_heard_of(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from ctx.store.child_process import run_in_child
        def interrupt():
            os.kill(os.getpid(), signal.SIGINT)
        for work in (
            lambda: 1 / 0,
            lambda: os.kill(os.getpid(), signal.SIGKILL),
            lambda: sys.exit("an end"),
            lambda: print("a word", flush=True),
            interrupt,
        ):
            with run_in_child(work):
                pass
        print("one end")
    """
    done = run(code, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"one end\n", b"")


@needs_fork
def test_who_reads_our_streams_need_not_wait_for_the_work(tmp_path: Path) -> None:
    code = """
        import os, pathlib, time
        from ctx.store.child_process import run_in_child
        def work():
            while not pathlib.Path("read").exists():
                time.sleep(0.01)
            pathlib.Path("done").touch()
        with run_in_child(work):
            os._exit(0)
    """
    run(code, cwd=tmp_path)  # would not come back while one of the streams is open
    (tmp_path / "read").touch()
    for _ in range(3000):
        if (tmp_path / "done").exists():
            break
        time.sleep(0.01)
    else:
        pytest.fail("the work did not go on")


def refused(_: object = None) -> None:
    raise AssertionError("not to be called")


@pytest.mark.parametrize("system", [Mac(), Windows()])
def test_systems_that_cannot_fork_leave_the_work(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", refused, raising=False)
    with run_in_child(refused, system):
        pass


@needs_fork
def test_a_process_with_threads_is_not_forked(tmp_path: Path) -> None:
    code = """
        import os, threading
        from ctx.store.child_process import run_in_child
        os.fork = None
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()
        with run_in_child(None):
            stop.set()
    """
    assert run(code, cwd=tmp_path).stderr == b""


@needs_fork
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="there is no affinity on this system")
def test_with_one_processor_there_is_nothing_to_win(tmp_path: Path) -> None:
    code = """
        import os
        from ctx.store.child_process import run_in_child
        os.fork = None
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        with run_in_child(None):
            pass
    """
    assert run(code, cwd=tmp_path).stderr == b""


@needs_fork
def test_a_ctrl_c_just_after_the_fork_ends_the_other_process_in_silence(root: Path) -> None:
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    interrupted = run(
        WITH_FORK.format(fork="lambda: fork() or os.kill(os.getpid(), 2) or 0"), *AGENT, cwd=root
    )
    assert (interrupted.stdout.decode(), interrupted.stderr, interrupted.returncode) == (plain.out, b"", 0)


@needs_fork
def test_a_process_that_is_not_ours_is_not_forked(root: Path) -> None:
    code = """
        import os, ctx
        os.fork = None
        print(ctx.open(".").packet(budget=900, now="2026-11-21").text, end="")
    """
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    done = run(code, cwd=root)
    assert (done.stdout.decode(), done.stderr) == (plain.out, b"")


@needs_fork
def test_where_nothing_can_be_kept_no_process_is_started(root: Path) -> None:
    (root / ".context" / ".cache").write_text("in the way")
    done = run(WITH_FORK.format(fork="None"), *AGENT, cwd=root)
    assert (done.stdout.decode(), done.stderr) == (ctx(*AGENT, cwd=root).out, b"")


@needs_fork
def test_a_first_packet_is_measured_beside_and_is_the_same(root: Path) -> None:
    counted = """lambda: print("forked", file=sys.stderr, flush=True) or fork()"""
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    first = run(WITH_FORK.format(fork=counted), *AGENT, cwd=root)
    assert first.stderr == b"forked\n"
    assert first.stdout.decode() == plain.out
    found = sizes(root)
    again = run(WITH_FORK.format(fork=counted), *AGENT, cwd=root)
    assert (again.stdout.decode(), again.stderr) == (plain.out, b"")
    assert sizes(root) == found


@needs_fork
def test_after_a_command_has_written_the_answers_are_made_ready(root: Path) -> None:
    """While nobody waits: the next packet asks nothing."""
    ctx("learn", "Locks are not fair", "--body", "Retry with jitter.", cwd=root)
    assert not (root / ".context/.cache").exists()  # nobody asks for packets here
    ctx(*AGENT, cwd=root)
    answers = root / ".context/.cache/answers"
    before = answers.read_bytes()
    learnt = ctx("learn", "Leases expire", "--body", "Renew the lock in time.", cwd=root)
    assert (learnt.code, learnt.err) == (0, "")
    for _ in range(3000):
        if answers.read_bytes() != before:
            break
        time.sleep(0.01)
    else:
        pytest.fail("the answers were not made ready")
    ready = answers.read_bytes()
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    assert ctx(*AGENT, cwd=root) == plain
    assert answers.read_bytes() == ready


@needs_fork
@pytest.mark.parametrize(
    "fork",
    [
        "lambda: fork() or os._exit(0)",
        "lambda: fork() or os.kill(os.getpid(), 9)",
        "lambda: (_ for _ in ()).throw(BlockingIOError(11, 'Resource temporarily unavailable'))",
    ],
    ids=["ends at once", "is killed", "is refused"],
)
def test_without_the_other_process_the_work_is_done_here(root: Path, fork: str) -> None:
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    alone = run(WITH_FORK.format(fork=fork), *AGENT, cwd=root)
    assert (alone.stdout.decode(), alone.stderr, alone.returncode) == (plain.out, b"", 0)
    found = sizes(root)
    shutil.rmtree(root / ".context" / ".cache")
    assert ctx(*AGENT, cwd=root).out == plain.out
    assert sizes(root) == found

"""The one place that runs git, in such a way that a repository can make it run nothing else.

A repository names programs in its configuration and attributes: hooks, filters, pagers, helpers. Git reads
those whatever it is asked, so every such setting is overruled here, transports are forbidden, and a git that
is too old to be told so is not called in a repository at all. docs/reliability.md has the reasons.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ctx.errors import CtxError

# The first version that can be told to leave alone a bare repository that lies among the files of a clone.
_OLDEST = (2, 38)
# The versions from which git can be told not to fetch the objects that it lacks, by their first two numbers.
_NO_LAZY_FETCH = {(2, 39): 4, (2, 40): 2, (2, 41): 1, (2, 42): 2, (2, 43): 4, (2, 44): 1}
_VERSION = rb"git version (\d+)\.(\d+)(?:\.(\d+))?"
_PROMISORS = (
    "config",
    "--get-regexp",
    r"^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$",
)

# What git would run or reach for on the way to an answer, whatever the repository says.
_CLOSED = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.gitProxy=false",
    "core.alternateRefsCommand=false",
    "credential.helper=",
    "gpg.program=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "diff.submodule=short",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
# What would give the answers another form, or leave some of them out.
_PLAIN = (
    "core.quotePath=false",
    "color.ui=false",
    "diff.relative=false",
    "diff.suppressBlankEmpty=false",
    "diff.interHunkContext=0",
    "log.showRoot=true",
    "log.follow=false",
    "log.mailmap=false",
    "i18n.logOutputEncoding=UTF-8",
    "blame.markIgnoredLines=false",
    "blame.markUnblamableLines=false",
)
# The only variables of git's own that are passed on: where the search for a repository ends, and the files in
# which a person says which folders of others to trust (`safe.directory`). None names another repository.
_PASSED_ON = frozenset(
    {"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"}
    | {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
)
_GIVEN = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
}


class GitError(CtxError):
    """Git is missing, is not to be trusted here, or refused what was asked of it."""


class NoGitError(GitError):
    """There is no git on this machine."""


class NoRepositoryError(GitError):
    """The folder lies in no repository."""


class NoAnswerError(GitError):
    """Git failed without a word, which is how it says that there is no such thing."""


class Answer(NamedTuple):
    """How a call ended: its exit code and what it printed."""

    code: int
    out: bytes
    err: bytes


def git(root: Path, *args: str, stdin: bytes | None = None) -> bytes:
    """Run git in the repository around `root`; returns what it printed. Raises GitError with git's words."""
    program = find_program()
    _require_recent(program)
    _require_no_fetching(program, root)
    return _checked(_run(program, root, _environment(program, root), args, stdin), args[0]).out


def git_outside(folder: Path, *args: str) -> Answer:
    """Run git in a folder of ours that is in no repository, so that there is nothing to be wary of."""
    environment = _plain_environment() | {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
    return _run(find_program(), folder, environment, args)


def git_as_person(root: Path, *args: str) -> bytes:
    """Run git as the person at the terminal would, with all their settings, filters and hooks.

    Only for what they asked for by name. Raises GitError with git's words.
    """
    command = [find_program(), "--no-pager", "-C", str(root), *args]
    return _checked(_spawn(command, {**os.environ, "GIT_EDITOR": "true", "LC_ALL": "C"}), args[0]).out


def find_program() -> str:
    """The path of git. Raises NoGitError.

    Relative folders in PATH are passed over, and on Windows the one that we are in: a clone may hold a `git`.
    """
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = Path(folder, name)
        if path.is_absolute() and path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise NoGitError("git is not installed", hint="install git, or leave out what needs it")


def _run(
    program: str, root: Path, environment: dict[str, str], args: tuple[str, ...], stdin: bytes | None = None
) -> Answer:
    settings = [part for setting in (*_CLOSED, *_PLAIN) for part in ("-c", setting)]
    return _spawn([program, "--no-pager", *settings, "-C", str(root), *args], environment, stdin)


def _spawn(command: list[str], environment: dict[str, str], stdin: bytes | None = None) -> Answer:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - arguments are a list, never a shell's text
            command, input=stdin or b"", capture_output=True, env=environment, check=False
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL, or half of a surrogate pair
        said = error.strerror if isinstance(error, OSError) else "it was asked for what has no name"
        raise GitError(f"git cannot be run: {said}", hint="`git status` may say more") from error
    return Answer(done.returncode, done.stdout, done.stderr)


def _checked(answer: Answer, name: str) -> Answer:
    """An answer that is one. Raises GitError with the first line in which git says what is wrong."""
    if answer.code == 0:
        return answer
    said = answer.err.decode("utf-8", "replace").strip().split("\n")
    line = next((line for line in said if line.startswith(("fatal: ", "error: "))), said[0]).strip()
    hint = "`git status` may say more"
    if not line:
        raise NoAnswerError(f"git {name} failed with {answer.code}", hint=hint)
    message = f"git: {line.removeprefix('fatal: ').removeprefix('error: ')}"
    raise (NoRepositoryError if "not a git repository" in line else GitError)(message, hint=hint)


def _plain_environment() -> dict[str, str]:
    ours = {
        key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _PASSED_ON
    }
    return ours | _GIVEN


def _environment(program: str, root: Path) -> dict[str, str]:
    """The environment of a call.

    A hook is told the index of the commit that is being made. That is passed on where it lies in the folder
    of the repository around `root`; any other one belongs to another repository, whose hook has called us.
    """
    environment = _plain_environment()
    if index := os.environ.get("GIT_INDEX_FILE"):
        args = ("rev-parse", "--absolute-git-dir")
        folder = _checked(_run(program, root, environment, args), args[0]).out.removesuffix(b"\n")
        if os.path.realpath(Path(index).parent) == os.path.realpath(os.fsdecode(folder)):
            environment["GIT_INDEX_FILE"] = str(Path(index).absolute())
    return environment


@lru_cache(maxsize=8)
def _version(program: str) -> tuple[int, int, int]:
    """The version of a git. Raises GitError for what does not say one."""
    out = _checked(_run(program, Path("/"), _plain_environment(), ("version",)), "version").out
    found = re.match(_VERSION, out)
    if not found:
        raise GitError(f"{program} does not say its version", hint="install git, or leave out what needs it")
    return int(found[1]), int(found[2]), int(found[3] or 0)


def _require_recent(program: str) -> None:
    version = _version(program)
    if version[:2] < _OLDEST:
        said, oldest = (".".join(map(str, numbers)) for numbers in (version, _OLDEST))
        raise GitError(
            f"git {said} cannot be kept from running what a repository names; {oldest} can",
            hint="upgrade git, or leave out what needs it",
        )


def _can_forbid_fetching(version: tuple[int, int, int]) -> bool:
    first, patch = version[:2], version[2]
    return first >= (2, 45) or patch >= _NO_LAZY_FETCH.get(first, patch + 1)


def _require_no_fetching(program: str, root: Path) -> None:
    """Raise GitError in a clone that fetches objects on demand, where git cannot be told not to."""
    version = _version(program)
    if _can_forbid_fetching(version):
        return
    answer = _run(program, root, _plain_environment(), _PROMISORS)
    if answer.code == 0 and answer.out:
        said = ".".join(map(str, version))
        raise GitError(
            f"git {said} cannot be kept from fetching what this partial clone lacks; 2.45 can",
            hint="upgrade git, or leave out what needs it",
        )

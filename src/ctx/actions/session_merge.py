"""`ctx session end --merge`: the branch of a session into the one it came from, or why not.

A person asks for it by name, so git runs here with that person's settings, filters and hooks, as it would
had they typed the commands. Nothing is forced and nothing is pushed.
"""

from __future__ import annotations

from contextlib import suppress

from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.model.file_roles import CONTEXT, outside_context
from ctx.model.frame import Frame
from ctx.store.git_call import GitError, git_as_person
from ctx.store.git_work import changed_files, look_at_work
from ctx.writing.frames.updates import names_text

_HINT = "commit or stash what is yours; the session can be ended without --merge"


def require_clean(reader: Reader) -> None:
    """Raise CtxError where a merge could touch work of a person's that is not committed."""
    work = look_at_work(reader.root)
    if not work.is_repository:
        raise CtxError("there is no git repository here to merge in", hint="leave out --merge")
    if work.under_way:
        raise CtxError(f"{work.under_way} is under way", hint="finish it first, or leave out --merge")
    if dirty := outside_context(changed_files(reader.root)):
        raise CtxError(f"not committed: {names_text(dirty, 3)}", hint=_HINT)


def merge_branch(reader: Reader, session: Frame) -> list[str]:
    """Commit what ctx wrote, merge, and delete the branch; what was done. Raises CtxError saying why not."""
    branch, target = session.fields.get("Branch", ""), session.fields.get("From", "")
    if not branch or not target:
        raise CtxError(
            "the session has no branch of its own", path=session.path, hint="nothing is merged; it is ended"
        )
    root, done = reader.root, []
    if look_at_work(root).branch != branch:
        raise CtxError(
            f"{branch} is not checked out", hint=f"`git switch {branch}`, then merge it into {target} by hand"
        )
    git_as_person(root, "add", "--", CONTEXT)
    if any(path.startswith(f"{CONTEXT}/") for path in changed_files(root)):
        git_as_person(root, "commit", "--quiet", "-m", f"End the session: {session.goal}", "--", CONTEXT)
        done.append(f"committed {CONTEXT}/ on {branch}")
    git_as_person(root, "switch", "--quiet", target)
    try:
        git_as_person(root, "merge", "--quiet", "--no-edit", branch)
    except GitError as error:
        _go_back(reader, branch)
        raise CtxError(
            f"{branch} cannot be merged into {target}: {error.message}",
            hint=f"you are on {branch} again; merge by hand, then `git branch -d {branch}`",
        ) from error
    git_as_person(root, "branch", "--quiet", "-d", branch)
    return [*done, f"merged {branch} into {target}, and deleted it"]


def _go_back(reader: Reader, branch: str) -> None:
    with suppress(GitError):
        git_as_person(reader.root, "merge", "--abort")
    git_as_person(reader.root, "switch", "--quiet", branch)

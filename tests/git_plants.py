"""Repositories that name a program wherever git would run one; the program leaves a mark when it runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cli import project

# Every setting by which git can be made to run something, with what comes before and after the program.
SETTINGS = {
    "core.fsmonitor": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.sshCommand": "{}",
    "core.askPass": "{}",
    "core.gitProxy": "{}",
    "core.alternateRefsCommand": "{}",
    "core.hooksPath": "{hooks}",
    "core.attributesFile": "{attributes}",
    "sequence.editor": "{}",
    "pager.log": "{}",
    "pager.diff": "{}",
    "pager.blame": "{}",
    "pager.config": "{}",
    "interactive.diffFilter": "{}",
    "diff.external": "{}",
    "diff.mark.command": "{}",
    "diff.mark.textconv": "{}",
    "diff.submodule": "log",
    "difftool.mark.cmd": "{}",
    "mergetool.mark.cmd": "{}",
    "diff.tool": "mark",
    "merge.tool": "mark",
    "filter.mark.clean": "{}",
    "filter.mark.smudge": "{}",
    "filter.mark.process": "{}",
    "filter.mark.required": "true",
    "merge.mark.driver": "{} %O %A %B",
    "merge.default": "mark",
    "credential.helper": "!{}",
    "credential.https://example.org.helper": "!{}",
    "gpg.program": "{}",
    "gpg.ssh.program": "{}",
    "gpg.x509.program": "{}",
    "gpg.ssh.defaultKeyCommand": "{}",
    "gpg.ssh.allowedSignersFile": "/dev/null",
    "log.showSignature": "true",
    "commit.gpgSign": "true",
    "trailer.mark.command": "{}",
    "trailer.mark.cmd": "{}",
    "uploadpack.packObjectsHook": "{}",
    "submodule.mark.update": "!{}",
    "sendemail.sendmailCmd": "{}",
    "imap.tunnel": "{}",
    "browser.mark.cmd": "{}",
    "man.mark.cmd": "{}",
    "guitool.mark.cmd": "{}",
    "tar.mark.command": "{}",
    "instaweb.httpd": "{}",
    "hook.mark.command": "{}",
    "hook.mark.event": "post-index-change",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "protocol.file.allow": "always",
    **{f"alias.{name}": "!{}" for name in ("rev-parse", "log", "blame", "diff-index", "cat-file", "config")},
}
# A remote that has what is missing, over every way of getting at it.
REMOTE = {
    "remote.mark.url": "ext::{} %S",
    "remote.mark.uploadpack": "{}",
    "remote.mark.proxy": "{}",
    "remote.mark.vcs": "mark",
    "remote.other.url": "ssh://example.invalid/mark",
    "remote.local.url": "{repository}",
    "remote.local.uploadpack": "{}",
}
PROMISE = {
    "extensions.partialClone": "mark",
    "remote.mark.promisor": "true",
    "remote.other.promisor": "true",
    "remote.local.promisor": "true",
}
ATTRIBUTES = "* diff=mark filter=mark merge=mark\n"
VARIABLES = dict.fromkeys(
    (
        *("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"),
        *("GIT_SEQUENCE_EDITOR", "GIT_PROXY_COMMAND", "GIT_CREDENTIAL_HELPER", "PAGER", "SSH_ASKPASS"),
    ),
    "{}",
)
HOOKS = (
    *("applypatch-msg", "pre-commit", "post-commit", "post-checkout", "post-merge", "pre-auto-gc", "update"),
    *("post-index-change", "reference-transaction", "fsmonitor-watchman", "query-watchman", "post-rewrite"),
)


class Plants:
    """A program that leaves a mark, and the places in which it is planted."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.mark = folder / "mark"
        self.program = folder / "git-remote-mark"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >> "{self.mark}"\nexit 1\n')
        self.program.chmod(0o755)
        self.hooks = folder / "hooks"
        self.fill_hooks(self.hooks)
        self.attributes = folder / "attributes"
        self.attributes.write_text(ATTRIBUTES)
        self.repository = folder / "other.git"
        run(folder, "init", "-q", "--bare", str(self.repository))
        self.included = folder / "included"
        self.configure(self.included, SETTINGS)

    def fill_hooks(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for name in HOOKS:
            (folder / name).write_bytes(self.program.read_bytes())
            (folder / name).chmod(0o755)

    def value(self, form: str) -> str:
        names = {"hooks": self.hooks, "attributes": self.attributes, "repository": self.repository}
        return form.format(self.program, **names)

    def configure(self, file: Path, settings: dict[str, str]) -> None:
        """Plant settings in a configuration file."""
        for key, form in settings.items():
            run(file.parent, "config", "--file", str(file), "--add", key, self.value(form))

    def plant(self, git_folder: Path, *, promise: bool) -> None:
        """Plant everything in a git folder: settings, what they include, hooks and attributes."""
        config = git_folder / "config"
        self.configure(config, SETTINGS | REMOTE | (PROMISE if promise else {}))
        self.configure(config, {"include.path": str(self.included), "core.repositoryFormatVersion": "1"})
        (git_folder / "info").mkdir(exist_ok=True)
        (git_folder / "info/attributes").write_text(ATTRIBUTES)
        self.fill_hooks(git_folder / "hooks")

    @property
    def marks(self) -> str:
        """What ran, and with what arguments."""
        return self.mark.read_text() if self.mark.exists() else ""


def run(root: Path, *args: str) -> str:
    """Git as a person runs it, in a repository that is not planted yet, or with nothing in the way."""
    names = {
        f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= names | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    settings = ("-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")
    done = subprocess.run(
        ["git", *settings, *args], cwd=root, env=environment, capture_output=True, check=True, timeout=120
    )
    return done.stdout.decode("utf-8", "surrogateescape")


def context(root: Path) -> Path:
    """A context that gives every command of ctx a reason to ask git."""
    code = "".join(f"def line_{number}(): ...\n" for number in range(30))
    project(
        root,
        {
            "CONSTITUTION.md": "# Constitution\n\n- Never guess.\n",
            "TASKS.md": "# Tasks\n\n- [ ] Retry the lock #in-progress\n- [ ] Write it down\n",
            "LEARNINGS.md": "# Learnings\n\n"
            "## [2026-01-01-101010] Locks\n\nSee `src/old.py` and `src/gone.py`.\n\n---\n\n"
            "## [2026-01-02-101010] Retries\n\nRetry a lock with jitter.\n",
            "DECISIONS.md": "# Decisions\n\n## [2026-01-03-101010] Use locks\n\n**Decision**: Use locks.\n",
            "CONVENTIONS.md": "# Conventions\n\n- Name things.\n",
        },
    )
    (root / "src").mkdir()
    (root / "src/old.py").write_text(code)
    (root / "src/gone.py").write_text("gone = 1\n")
    return root


def commit_twice(root: Path) -> None:
    """Two commits: in the second a file is renamed and another goes. A task is changed on the disk alone."""
    run(root, "add", "-A", ".")
    run(root, "commit", "-q", "-m", "Locks and retries\n\nMark: yes")
    run(root, "mv", "src/old.py", "src/new.py")
    run(root, "rm", "-q", "src/gone.py")
    run(root, "commit", "-q", "-m", "Rename old, remove gone")
    tasks = root / ".context/TASKS.md"
    tasks.write_text(f"{tasks.read_text()}- [ ] On the disk alone #in-progress\n")

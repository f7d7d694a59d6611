"""Random trees of tasks that two sides change at random, merged, and compared with what each side did.

`python -m tests.merge_attack [MERGES] [SEED]` merges so often through the driver's own function and prints
figures; `python -m tests.merge_attack git [MERGES] [SEED]` lets git merge branches through the driver.

The model knows nothing of ctx: it writes a tree down as text, and reads a merged text by its lines.
"""

from __future__ import annotations

import copy
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ctx.actions.merge_files import merge_files
from tests.cli import ctx, project

PATH = ".context/TASKS.md"
SECTIONS = ("Now", "Next", "Later")
STATES = " x-"
PRIORITIES = ("", "high", "low", "critical")
_RANK = {" ": 0, "-": 1, "x": 2}
_LINE = re.compile(r"(?P<indent> *)[-*] \[(?P<state>[ x-])\] task (?P<number>\d+)\b(?P<rest>.*)")
_NOTE = re.compile(r" *- note (?P<number>\d+): (?P<text>.*)")
_PRIORITY = re.compile(r"#priority:(\w+)")
_TAG = re.compile(r"#(tag\d)\b")


@dataclass
class Node:
    """A task: what it is called never changes; what is `wrapped` is its words' second line."""

    number: int
    wrapped: bool = False
    state: str = " "
    priority: str = ""
    tags: frozenset[str] = frozenset()
    note: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def own(self) -> tuple[str, str, frozenset[str], str]:
        """What a side may change of it but for its place."""
        return self.state, self.priority, self.tags, self.note


Tree = dict[str, list[Node]]


class Seen(NamedTuple):
    """A task as a side has it: its own values and where it stands, a section or a task."""

    own: tuple[str, str, frozenset[str], str]
    parent: str


def walk(tree: Tree) -> Iterator[tuple[list[Node], Node, str]]:
    """Each task with the list that holds it and the name of what it stands in."""
    for name, nodes in tree.items():
        rest = [(nodes, node, name) for node in reversed(nodes)]
        while rest:
            held, node, parent = rest.pop()
            yield held, node, parent
            rest += [(node.children, child, str(node.number)) for child in reversed(node.children)]


def seen(tree: Tree) -> dict[int, Seen]:
    """All tasks of a tree by number."""
    return {node.number: Seen(node.own, parent) for _, node, parent in walk(tree)}


def write(tree: Tree) -> str:
    """A tree as the text of TASKS.md."""
    parts = ["# Tasks\n\n"]
    for name, nodes in tree.items():
        parts.append(f"## {name}\n\n")
        parts += [_written(node, 0) for node in nodes]
        parts.append("\n" if nodes else "")
    return "".join(parts)


def _written(node: Node, level: int) -> str:
    indent = "  " * level
    labels = [f"#priority:{node.priority}"] if node.priority else []
    labels += [f"#{tag}" for tag in sorted(node.tags)]
    wrapped = f"\n{indent}  which goes on" if node.wrapped else ""
    first = " ".join([f"{indent}- [{node.state}] task {node.number} of some words{wrapped}", *labels])
    note = f"{indent}  - note {node.number}: {node.note}\n" if node.note else ""
    return f"{first}\n{note}" + "".join(_written(child, level + 1) for child in node.children)


class Side:
    """A side of a merge: it changes its copy of the tree."""

    def __init__(self, tree: Tree, chance: random.Random, numbers: Iterator[int]) -> None:
        self.tree = copy.deepcopy(tree)
        self.chance = chance
        self.numbers = numbers

    def change(self, times: int) -> None:
        """Do so many things to it."""
        acts = [self.move, self.move, self.finish, self.label, self.note, self.remove, self.add]
        acts += [self.reorder, self.rank, self.rename, self.archive]
        for _ in range(times):
            self.chance.choice(acts)()

    def _any(self) -> tuple[list[Node], Node] | None:
        found = [(held, node) for held, node, _ in walk(self.tree)]
        return self.chance.choice(found) if found else None

    def _place(self) -> list[Node]:
        places = [*self.tree.values(), *(node.children for _, node, _ in walk(self.tree))]
        return self.chance.choice(places)

    def move(self) -> None:
        """A task with all below it, under another task or heading."""
        if found := self._any():
            held, node = found
            held.remove(node)
            place = self._place()
            place.insert(self.chance.randint(0, len(place)), node)

    def finish(self) -> None:
        """Another state."""
        if found := self._any():
            found[1].state = self.chance.choice(STATES)

    def rank(self) -> None:
        """Another priority."""
        if found := self._any():
            found[1].priority = self.chance.choice(PRIORITIES)

    def label(self) -> None:
        """One tag more or less."""
        if found := self._any():
            found[1].tags ^= {f"tag{self.chance.randint(1, 3)}"}

    def note(self) -> None:
        """Another note below it."""
        if found := self._any():
            found[1].note = self.chance.choice(["", "seen", "waits", f"note {self.chance.randint(1, 99)}"])

    def remove(self) -> None:
        """Gone with all below it."""
        if found := self._any():
            found[0].remove(found[1])

    def archive(self) -> None:
        """Finished ones at the top go, as `ctx task archive` takes them."""
        for nodes in self.tree.values():
            nodes[:] = [node for node in nodes if any(one.state == " " for _, one, _ in walk({"": [node]}))]

    def add(self) -> None:
        """A new one."""
        place = self._place()
        place.insert(self.chance.randint(0, len(place)), random_node(self.chance, self.numbers, 0))

    def rename(self) -> None:
        """Other words: to ctx that is another task in its place."""
        if found := self._any():
            found[1].number = next(self.numbers)

    def reorder(self) -> None:
        """The tasks of one place in another order."""
        self.chance.shuffle(self._place())


def random_node(chance: random.Random, numbers: Iterator[int], depth: int) -> Node:
    """A task with some below it."""
    node = Node(
        next(numbers),
        chance.random() < 0.2,
        chance.choice("   x-"),
        chance.choice(PRIORITIES),
        frozenset(f"tag{chance.randint(1, 3)}" for _ in range(chance.randint(0, 2))),
        chance.choice(["", "", "first"]),
    )
    count = chance.randint(0, 3) if depth < 4 and chance.random() < 0.5 else 0
    node.children = [random_node(chance, numbers, depth + 1) for _ in range(count)]
    return node


def random_tree(chance: random.Random, numbers: Iterator[int]) -> Tree:
    """Up to three sections of tasks."""
    names = SECTIONS[: chance.randint(1, 3)]
    return {name: [random_node(chance, numbers, 0) for _ in range(chance.randint(0, 4))] for name in names}


class Merged(NamedTuple):
    """A merged text as its lines say: tasks outside of conflicts in order, and numbers inside of them.

    `torn` are tasks outside of conflicts in whose own words, note included, a conflict is marked.
    """

    tasks: list[tuple[int, Seen]]
    marked: set[int]
    torn: set[int]


def read(text: str) -> Merged:
    """The tasks of a text, by its lines alone."""
    tasks: list[tuple[int, Seen]] = []
    marked: set[int] = set()
    torn: set[int] = set()
    section, inside = "", False
    stack: list[tuple[int, int]] = []
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if line.startswith("<<<<<<< "):
            inside = True
        elif line.startswith(">>>>>>> "):
            inside = False
        elif line.startswith("## ") and not inside:
            section, stack = line[3:], []
        elif match := _LINE.match(line):
            stack = [above for above in stack if above[0] < len(match["indent"])]
            parent = str(stack[-1][1]) if stack else section
            number = int(match["number"])
            stack.append((len(match["indent"]), number))
            own, is_torn = _own(number, match, lines, place)
            if inside:
                marked.add(number)
                continue
            tasks.append((number, Seen(own, parent)))
            if is_torn:
                torn.add(number)
    return Merged(tasks, marked, torn)


def _own(
    number: int, match: re.Match[str], lines: list[str], place: int
) -> tuple[tuple[str, str, frozenset[str], str], bool]:
    """The own values of the task on a line, and whether a conflict begins within its own words."""
    rest, note, is_torn = match["rest"], "", False
    for line in lines[place + 1 : place + 4]:
        if line.startswith("<<<<<<< "):
            is_torn = True
            break
        if line.strip().startswith("which goes on"):
            rest += line
        elif (found := _NOTE.match(line)) and int(found["number"]) == number:
            note = found["text"]
        else:
            break
    priority = _PRIORITY.search(rest)
    tags = frozenset(_TAG.findall(rest))
    return (match["state"], priority[1] if priority else "", tags, note), is_torn


def faults(base: Tree, ours: Tree, theirs: Tree, text: str) -> list[str]:
    """What is wrong with a merged text."""
    old, mine, other, merged = seen(base), seen(ours), seen(theirs), read(text)
    counts = Counter(number for number, _ in merged.tasks)
    found = [f"task {number} stands {count} times" for number, count in counts.items() if count > 1]
    places = dict(merged.tasks)
    found += [
        f"task {number} stands in a conflict and outside of it" for number in merged.marked & places.keys()
    ]
    for number in sorted({*old, *mine, *other, *places} - merged.marked):
        sides = (old.get(number), mine.get(number), other.get(number))
        found += _faults_of(number, sides, places.get(number), number in merged.torn)
    return found


Sides = tuple[Seen | None, Seen | None, Seen | None]


def _faults_of(number: int, sides: Sides, now: Seen | None, torn: bool) -> Iterator[str]:
    before, ours, theirs = sides
    if ours is None and theirs is None:
        if now:
            yield f"task {number} is back, which both removed"
    elif ours is None or theirs is None:
        kept = ours or theirs
        if before is None and now != kept:
            yield f"task {number}, added by one side, is {now}, not {kept}"
        if before is not None and now:
            yield f"task {number} is back, which one side removed"
        if before is not None and kept != before:
            yield f"task {number} was removed and changed without a mark: {before} -> {kept}"
    elif now is None:
        yield f"task {number} is lost"
    else:
        yield from _changes(number, before, ours, theirs, now, torn)


def _changes(
    number: int, before: Seen | None, ours: Seen, theirs: Seen, now: Seen, torn: bool
) -> Iterator[str]:
    """What is not as the sides have it, of a task that both have; of a torn one only its place is asked."""
    if before is None:
        return
    values = zip(
        ("parent", "state", "priority", "tags", "note"),
        *((one.parent, *one.own) for one in (before, ours, theirs, now)),
        strict=True,
    )
    for name, was, mine, other, result in values:
        if torn and name != "parent":
            continue
        wanted = other if mine == was else mine if other in {was, mine} else None
        if name == "state" and wanted is None:
            wanted = max(mine, other, key=_RANK.__getitem__)
        if name == "tags":
            wanted = (mine & other) | (mine - was) | (other - was)
        if wanted is None:
            yield f"{name} of task {number} is {result!r} without a mark: {was!r} -> {mine!r}, {other!r}"
        elif wanted != result:
            yield f"{name} of task {number} is {result!r}, not {wanted!r}"


@dataclass
class Attack:
    """What came of some merges.

    `cautious` are those with a conflict though no task was changed by both sides: a side removed a task that
    holds one which the other side removed, say. `whole` are those where the whole file is one conflict.
    """

    merges: int = 0
    tasks: int = 0
    conflicts: int = 0
    whole: int = 0
    cautious: int = 0
    wrong: list[str] = field(default_factory=list)

    def judge(self, trees: Trees, merged: str, *, told: bool) -> None:
        """Count one merge; `told` says whether the driver, or git, spoke of conflicts."""
        wrong = faults(*trees, merged)
        marked = "<<<<<<< " in merged
        if told != marked:
            wrong.append("conflicts are marked and not told, or told and not marked")
        self.merges += 1
        self.tasks += len({number for tree in trees for number in seen(tree)})
        self.conflicts += marked
        self.whole += merged.startswith("<<<<<<< ")
        self.cautious += marked and not is_clash(*trees)
        if wrong:
            texts = zip(("base", "ours", "theirs", "merged"), [*map(write, trees), merged], strict=True)
            self.wrong.append("".join(f"--- {name}\n{text}" for name, text in texts) + "\n".join(wrong))

    def __str__(self) -> str:
        return (
            f"{self.merges} merges of {self.tasks} tasks, {self.conflicts} with conflicts"
            f" ({self.cautious} of them out of caution, {self.whole} of whole files), {len(self.wrong)} wrong"
        )


Trees = tuple[Tree, Tree, Tree]


def is_clash(base: Tree, ours: Tree, theirs: Tree) -> bool:
    """Whether the sides did different things to a task, or to one and to another that holds it."""
    old, mine, other = seen(base), seen(ours), seen(theirs)
    for number, before in old.items():
        one, two = mine.get(number), other.get(number)
        if (one is None) != (two is None) and (one or two) != before:
            return True
        if (
            one
            and two
            and any(a != b != c != a for a, b, c in zip(*map(_values, (before, one, two)), strict=True))
        ):
            return True
    # A task that one side put into another one, which the other side removed or moved too.
    return any(
        into.isdigit() and (int(into) not in there or there[int(into)].parent != here[int(into)].parent)
        for here, there in ((mine, other), (other, mine))
        for number, (_, into) in here.items()
        if (number not in old or old[number].parent != into)
    )


def _values(one: Seen) -> tuple[str, str, str]:
    _, priority, _, note = one.own
    return one.parent, priority, note


def sides_of(chance: random.Random) -> Trees:
    """A tree and two others made of it."""
    numbers = iter(range(1, 10_000))
    base = random_tree(chance, numbers)
    ours, theirs = (Side(base, chance, numbers) for _ in range(2))
    for side in (ours, theirs):
        side.change(chance.randint(1, 4))
    return base, ours.tree, theirs.tree


def attack(merges: int, seed: int) -> Attack:
    """Merge so often through the function that git's merge driver calls."""
    done = Attack()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("base", "ours", "theirs")]
        for number in range(merges):
            trees = sides_of(random.Random(f"{seed}.{number}"))
            for path, tree in zip(files, trees, strict=True):
                path.write_text(write(tree))
            told = merge_files(files[0], files[1], files[2], PATH, Path(folder)) > 0
            done.judge(trees, files[1].read_text(), told=told)
    return done


def attack_through_git(merges: int, seed: int) -> Attack:
    """Let git merge so many pairs of branches in a real repository in which the driver is installed."""
    done = Attack()
    everything = [sides_of(random.Random(f"git.{seed}.{number}")) for number in range(merges)]
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder), {})
        git(root, "init", "-q")
        if ctx("install", "git", cwd=root).code != 0:
            raise RuntimeError("the driver could not be installed")
        git(root, "fast-import", "--quiet", stdin="".join(_history(everything)))
        for number, trees in enumerate(everything):
            git(root, "checkout", "-qf", f"ours-{number}")
            told = git(root, "merge", "-q", "--no-edit", f"theirs-{number}").returncode != 0
            done.judge(trees, (root / PATH).read_text(), told=told)
    return done


def _history(everything: Iterable[Trees]) -> Iterator[str]:
    """What `git fast-import` reads: for each merge a first commit, and one of each side on top of it."""
    for number, trees in enumerate(everything):
        for name, tree in zip(("base", "ours", "theirs"), trees, strict=True):
            text = write(tree)
            yield f"commit refs/heads/{name}-{number}\ncommitter A <a@example.com> 0 +0000\ndata 1\nx\n"
            yield "" if name == "base" else f"from refs/heads/base-{number}\n"
            yield f"M 644 inline {PATH}\ndata {len(text.encode())}\n{text}\n"


def git(root: Path, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run git in a repository with our driver in place of an installed one."""
    driver = f"'{sys.executable}' -m ctx merge-driver %O %A %B %P"
    settings = [f"merge.ctx.driver={driver}", "user.name=A", "user.email=a@example.com"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    options = [part for setting in settings for part in ("-c", setting)]
    return subprocess.run(
        ["git", *options, *args],
        cwd=root,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def main(arguments: Sequence[str]) -> int:
    """Run an attack and print its figures; 1 where anything was wrong."""
    through_git = arguments[:1] == ["git"]
    numbers = [int(argument) for argument in arguments[through_git:]]
    merges, seed = [*numbers, *((300 if through_git else 10_000), 1)[len(numbers) :]]
    done = (attack_through_git if through_git else attack)(merges, seed)
    sys.stdout.write("\n\n".join([str(done), *sorted(done.wrong, key=len)[:3]]) + "\n")
    return int(bool(done.wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

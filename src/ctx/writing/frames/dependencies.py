"""What changed in the manifests of a project: the packages that it depends on, before and after."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

_REQUIREMENT = re.compile(r"^[ \t]*(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?[ \t]*(?P<rest>[^#;\r\n]*)")
_GO = re.compile(r"^[ \t]*(?:require[ \t]+)?(?P<name>[\w.-]+\.[\w./~-]+)[ \t]+(?P<rest>v\S+)", re.MULTILINE)


def is_manifest(path: str) -> bool:
    """Whether a file says what a project depends on."""
    name = PurePosixPath(path).name
    return name in {"pyproject.toml", "package.json", "go.mod", "Cargo.toml"} or bool(
        re.fullmatch(r"requirements[\w.-]*\.txt", name)
    )


def dependency_changes(path: str, before: str, after: str) -> list[str]:
    """What a manifest gained, lost and took in another version, a line each, by name."""
    old, new = dict(_read(path, before)), dict(_read(path, after))
    lines = []
    for name in sorted({*old, *new}, key=str.lower):
        was, now = old.get(name), new.get(name)
        if was is None:
            lines.append(f"{name} {now} added ({path})".replace("  ", " "))
        elif now is None:
            lines.append(f"{name} removed ({path})")
        elif was != now:
            lines.append(f"{name} {was or 'any'} → {now or 'any'} ({path})")
    return lines


def _read(path: str, text: str) -> Iterator[tuple[str, str]]:
    """The packages of a manifest with their versions; none where it cannot be read."""
    name = PurePosixPath(path).name
    try:
        if name == "package.json":
            yield from _package_json(json.loads(text or "{}"))
        elif name == "pyproject.toml":
            yield from _pyproject(tomllib.loads(text))
        elif name == "Cargo.toml":
            yield from _cargo(tomllib.loads(text))
        elif name == "go.mod":
            yield from ((match["name"], match["rest"]) for match in _GO.finditer(text))
        else:
            yield from filter(None, map(_requirement, text.splitlines()))
    except (ValueError, AttributeError, TypeError):
        return


def _package_json(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        yield from ((name, str(version)) for name, version in raw.get(key, {}).items())


def _pyproject(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    project = raw.get("project", {})
    listed = [*project.get("dependencies", [])]
    for group in (
        *project.get("optional-dependencies", {}).values(),
        *raw.get("dependency-groups", {}).values(),
    ):
        listed += [one for one in group if isinstance(one, str)]
    yield from filter(None, map(_requirement, listed))
    poetry = raw.get("tool", {}).get("poetry", {}).get("dependencies", {})
    yield from ((name, _version(spec)) for name, spec in poetry.items() if name != "python")


def _cargo(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("dependencies", "dev-dependencies", "build-dependencies"):
        yield from ((name, _version(spec)) for name, spec in raw.get(key, {}).items())


def _version(spec: Any) -> str:
    return str(spec.get("version", "")) if isinstance(spec, dict) else str(spec)


def _requirement(line: str) -> tuple[str, str] | None:
    match = _REQUIREMENT.match(line)
    return (match["name"], match["rest"].strip()) if match else None

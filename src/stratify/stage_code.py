"""Which source files decide what a stage computes, so that editing one reruns that stage and what follows."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


@cache
def stage_code(stage: str) -> list[str]:
    """List the files of the package that a stage runs.

    Parameters
    ----------
    stage
        Name of the stage, as in ``stratify.commands.<stage>``.

    Returns
    -------
    list of str
        Paths of the stage's command and of every module of the package that it imports, directly or through others,
        with the data files beside them; sorted, relative to the working directory where they are below it.
    """
    waiting, seen = [PACKAGE / "commands" / f"{stage}.py"], set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _imported(path)
    data = {
        file
        for folder in {path.parent for path in seen if path.name == "__init__.py" and path.parent != PACKAGE}
        for file in folder.rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"}
    }
    return sorted(_shown(path) for path in seen | data)


def code_digest(stage: str) -> str:
    """Digest the files that a stage runs.

    Parameters
    ----------
    stage
        Name of the stage.

    Returns
    -------
    str
        SHA-256 over the names and contents of `stage_code`. As a rule's parameter it makes Snakemake run the stage
        again when, and only when, its code changed: a new checkout with other file times changes nothing.
    """
    digest = hashlib.sha256()
    for path in stage_code(stage):
        content = Path(path).read_bytes()
        digest.update(f"{Path(path).name} {len(content)} ".encode() + content)
    return digest.hexdigest()


@cache  # stages share most of their modules
def _imported(path: Path) -> list[Path]:
    found: list[Path] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE.name:
            found += _files(node.module)
            for alias in node.names:
                found += _files(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Import):
            found += [
                file for alias in node.names if alias.name.split(".")[0] == PACKAGE.name for file in _files(alias.name)
            ]
    return found


def _files(module: str) -> list[Path]:
    """Files that importing a module runs: itself and the `__init__.py` of every package above it."""
    parts = module.split(".")[1:]
    packages = [PACKAGE.joinpath(*parts[:depth]) / "__init__.py" for depth in range(len(parts) + 1)]
    candidates = [*packages, PACKAGE.joinpath(*parts).with_suffix(".py")] if parts else packages
    return [path for path in candidates if path.is_file()]


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

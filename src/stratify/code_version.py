"""The commit the code stands at, where it is a git checkout."""

import subprocess
from pathlib import Path


def git_state(folder: Path) -> tuple[str | None, bool]:
    """Ask git for the commit of a folder and whether tracked files differ from it.

    Parameters
    ----------
    folder
        Any folder of the checkout.

    Returns
    -------
    tuple of (str or None, bool)
        The commit, none outside a checkout or without git; whether there are uncommitted changes.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None, False
    return commit, bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()

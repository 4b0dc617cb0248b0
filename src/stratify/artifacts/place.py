"""Whether a run can write where it has to."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from stratify.errors import StratifyError

LITTLE = 50 * 1024**2
"""Free bytes below which a full disk is the likely cause of a failure."""


def check_writable(folders: Iterable[Path]) -> None:
    """Raise an error where a run could not write.

    Parameters
    ----------
    folders
        Folders that a run writes to; those that do not exist yet are made in the nearest one that does.

    Raises
    ------
    StratifyError
        Names the first folder that is a file, is read-only, or may not be written to.
    """
    for folder in folders:
        there = next(path for path in [folder, *folder.absolute().parents] if path.exists())
        if not there.is_dir():
            raise StratifyError(f"{there}: expected a folder, found a file; move it away")
        if not os.access(there, os.W_OK | os.X_OK):
            raise StratifyError(
                f"{folder}: cannot be written to: {there.absolute()} is read-only, or the right to write is missing; "
                "nothing was started"
            )


def nearly_full(folders: Iterable[Path]) -> str | None:
    """Say which folder's disk has hardly any space left.

    Parameters
    ----------
    folders
        Folders that a run writes to.

    Returns
    -------
    str or None
        A sentence for the first one with less than 50 MB; none where all have more.
    """
    for folder in folders:
        if folder.exists() and (free := shutil.disk_usage(folder).free) < LITTLE:
            return f"The disk of {folder} is nearly full ({free / 1e6:.1f} MB free): make space, then run this again."
    return None

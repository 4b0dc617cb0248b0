"""Write a file whole or not at all, whatever stops the process that writes it."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stratify.artifacts.refused import refusal_of


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path of the same name, moved to `path` only if the block succeeds.

    The content is on the disk before it gets its place. A process that is killed leaves its temporary folder behind; it
    is removed when the same file is written again, since nobody holds its lock any more.

    Parameters
    ----------
    path
        Where the file will be.

    Yields
    ------
    pathlib.Path
        Where to write: a file that does not exist yet, in a folder of its own on the same disk.

    Raises
    ------
    StratifyError
        The file system refuses: full, read-only, not permitted. Nothing was left; a file that was there still is.
    """
    with refusal_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    temporary = folder / path.name
    # The lock is on the folder: some libraries lock the file they write themselves.
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle)
        with refusal_of(path, written_as=temporary):
            yield temporary
            temporary.chmod(0o644)
            with temporary.open("rb") as written:
                os.fsync(written)
            temporary.replace(path)
    finally:
        shutil.rmtree(folder)
        os.close(handle)


def _lock(handle: int) -> None:
    with suppress(OSError):  # some network file systems lock no folders; there, nothing is taken for abandoned
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary folders of processes that were killed while they wrote `path`."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.\w{{8}}")
    for folder in path.parent.iterdir():
        if ours.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            with suppress(OSError):
                _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(handle)

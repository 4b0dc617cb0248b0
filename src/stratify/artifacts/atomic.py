"""Write a file whole or not at all, whatever stops the process that writes it."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stratify.artifacts.refused import refusal_of


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, moved to it only if the block succeeds.

    The content is on the disk before it gets its name. A process that is killed leaves its temporary file behind; it
    is removed when the same file is written again, since nobody holds its lock any more.

    Parameters
    ----------
    path
        Where the file will be.

    Yields
    ------
    pathlib.Path
        Where to write; same folder and ending as `path`.

    Raises
    ------
    StratifyError
        The file system refuses: full, read-only, not permitted. Nothing was left; a file that was there still is.
    """
    with refusal_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    temporary = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with refusal_of(path, written_as=temporary):
            yield temporary
            temporary.chmod(0o644)
            os.fsync(handle)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        os.close(handle)


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary files of processes that were killed while they wrote `path`."""
    ours = re.compile(rf"\.{re.escape(path.stem)}\.\w{{8}}{re.escape(path.suffix)}")
    for other in path.parent.iterdir():
        if ours.fullmatch(other.name) and other.is_file():
            with suppress(FileNotFoundError, BlockingIOError), other.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                other.unlink()

"""Who writes: one process at a time for a study's results, with an identity that outlives a kill."""

import fcntl
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)


@contextmanager
def sole_writer(path: Path, earlier: str | None = None) -> Iterator[str]:
    """Be the only one who writes to the tracking store from these results; wait for whoever does it now.

    The identity goes into every run. A lock of the operating system ends with its process, so whoever holds it
    knows that an unfinished run of the same identity was left by a writer that is dead. The file is taken away when
    the work is done; after a kill or an error it stays, and the next writer has its identity.

    Parameters
    ----------
    path
        File that stands for the right to write; made where it does not exist.
    earlier
        Identity of the last writer that finished, where it is known.

    Yields
    ------
    str
        The writer's identity: of this folder and no copy of it, in another clone or on another machine.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path) as file:
        yield _identity(file, path.parent, earlier)
        path.unlink(missing_ok=True)


def _locked(path: Path) -> IO[str]:
    while True:
        file = path.open("a+", encoding="ascii")
        try:
            _wait_for_lock(file, path)
            if _is_at(path, file):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # whoever held the lock has finished, and taken the file away


def _is_at(path: Path, file: IO[str]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _wait_for_lock(file: IO[str], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.info("another `stratify track` writes of the same results (%s): waiting until it has finished", path)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        logger.warning("%s cannot be locked (%s): see to it that nobody else tracks this study now", path, error)


def _identity(file: IO[str], folder: Path, earlier: str | None) -> str:
    """Take the identity of the writer before, unless it came here with a copy of its folder."""
    place = f"-{folder.stat().st_ino}"
    file.seek(0)
    identity = file.read() or earlier or ""
    if not identity.endswith(place):
        identity = f"{uuid.uuid4().hex}{place}"
    file.seek(0)
    file.truncate()
    file.write(identity)
    file.flush()
    return identity

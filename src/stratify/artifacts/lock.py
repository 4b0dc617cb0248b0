"""Let one process at a time make the same files."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stratify.artifacts.refused import refusal_of

logger = logging.getLogger(__name__)


@contextmanager
def one_at_a_time(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file while the block runs; wait while another process of this machine holds it.

    The operating system lets go of the lock of a process that ends, however it ends: a killed one stops nobody. The
    file is only there while somebody holds it, or was killed holding it.

    Parameters
    ----------
    path
        The lock file; its folder is made, and taken away again if nothing else is in it.
    what
        What the block does, for the message to those who wait.
    """
    made = not path.parent.exists()
    handle = _acquire(path, what)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)
        if made:
            with suppress(OSError):
                path.parent.rmdir()


def _acquire(path: Path, what: str) -> int:
    """Lock the file that is at `path` now: the one that was waited for may be gone by the time the wait is over."""
    while True:
        with refusal_of(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("another process is at it, waiting until it ends: %s", what)
            fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(handle, path):
            return handle
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False

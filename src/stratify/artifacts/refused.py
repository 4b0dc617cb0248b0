"""Say in one message what a file system refuses, and what to do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stratify.errors import StratifyError

REMEDIES = {
    errno.ENOSPC: "free space on that disk",
    errno.EDQUOT: "free space within your quota",
    errno.EFBIG: "raise the limit on the size of files",
    errno.EROFS: "choose a place that can be written to",
    errno.EACCES: "ask for the right to write there",
    errno.EPERM: "ask for the right to write there",
    errno.EEXIST: "its folder is a file; choose another folder",
    errno.ENOTDIR: "one of its folders is a file; choose another folder",
    errno.ENOENT: "choose a place that can be written to",
}
"""What to do, by error number."""


@contextmanager
def refusal_of(path: Path, *, written_as: Path | None = None) -> Iterator[None]:
    """Turn an error of the file system into one message about a file that could not be written.

    Parameters
    ----------
    path
        The file, as the user knows it.
    written_as
        The temporary file it is written as; an error about a third file passes as it is.

    Raises
    ------
    StratifyError
        The disk or quota is full, the place is read-only, or a right is missing.
    """
    try:
        yield
    except OSError as error:
        elsewhere = written_as is not None and error.filename not in (None, str(written_as))
        if error.errno not in REMEDIES or elsewhere:
            raise
        raise StratifyError(
            f"{path}: cannot be written: {os.strerror(error.errno)}; nothing was left there; "
            f"{REMEDIES[error.errno]}, then run this again"
        ) from error

"""Who writes to a tracking store: an identity that outlives a kill."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stratify.artifacts.atomic import atomic


@contextmanager
def identified(path: Path, earlier: str | None = None) -> Iterator[str]:
    """Give the identity of these results as a writer; the block has to be the only one that writes from them.

    The identity goes into every run. The command line lets one process at a time track a study of a results folder
    (see `stratify.commands.alone`), so an unfinished run of the same identity was left by a writer that is dead. The
    file is taken away when the work is done; after a kill or an error it stays, and the next writer has its identity.

    Parameters
    ----------
    path
        File that keeps the identity while runs are written.
    earlier
        Identity of the last writer that finished, where it is known.

    Yields
    ------
    str
        The writer's identity: of this folder and no copy of it, in another clone or on another machine.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = f"-{path.parent.stat().st_ino}"
    left = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    known = left or earlier or ""
    identity = known if known.endswith(place) else f"{uuid.uuid4().hex}{place}"
    with atomic(path) as temporary:
        temporary.write_text(identity, encoding="ascii")
    yield identity
    path.unlink(missing_ok=True)

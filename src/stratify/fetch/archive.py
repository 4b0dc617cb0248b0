"""Take files out of an archive without trusting it."""

import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath

from stratify.errors import StratifyError
from stratify.fetch.archive_formats import (
    FILE,
    FOLDER,
    HARD_LINK,
    SPECIAL,
    SYMBOLIC_LINK,
    UNREADABLE,
    Allowance,
    Entry,
    reader_of,
)
from stratify.unpacking import most_unpacked

MAX_BYTES = 2 * 1024**3
"""Largest file taken out of an archive; a small archive can unpack to any size."""

MAX_TOTAL_BYTES = 8 * 1024**3
"""Most that is taken out of one archive at a time, all files together."""

MAX_ENTRIES = 200_000
"""Most things an archive may hold; their list alone could fill the memory."""


def extract_members(archive: Path, members: Mapping[str, Path], *, max_bytes: int = MAX_BYTES) -> None:
    """Write files of an archive to places that the caller chooses.

    The names in the archive are compared, never used as places to write to. An archive of which any member would be
    written outside its folder if it were unpacked is refused as a whole, whatever is asked for.

    Parameters
    ----------
    archive
        A .zip (a wheel is one), .tar (plain or compressed by gzip, bzip2 or xz) or .7z file, told by its name.
    members
        Path inside the archive, forward slashes, to the file to write; the caller gives temporary ones.
    max_bytes
        Largest acceptable size, in bytes, of one unpacked file.

    Raises
    ------
    StratifyError
        The archive is unreadable, lacks a member, or it or a member is unsafe or too large.
    """
    for member in members:
        if _leads_outside(member):
            raise StratifyError(f"{archive.name}: refuses the member {member!r}: its path leads outside the archive")
    most = most_unpacked(archive.stat().st_size)
    try:
        with reader_of(archive) as opened:
            entries = list(islice(opened.entries(), MAX_ENTRIES + 1))
            if len(entries) > MAX_ENTRIES:
                raise StratifyError(f"{archive.name}: holds more than the {MAX_ENTRIES:,} files allowed; refused")
            _refuse_unsafe(archive.name, entries)
            wanted = {_find(archive.name, entries, member): target for member, target in members.items()}
            opened.copy(wanted, Allowance(min(max_bytes, most), min(MAX_TOTAL_BYTES, most)))
    except UNREADABLE as error:
        raise StratifyError(f"{archive.name}: not a readable archive: {error or type(error).__name__}") from None
    except OSError as error:
        if error.errno is not None:  # a full disk or a missing right is not the archive's fault
            raise
        raise StratifyError(f"{archive.name}: not a readable archive: {error}") from None


def extract_member(archive: Path, member: str, target: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Write one file of an archive to `target`; see `extract_members`."""
    extract_members(archive, {member: target}, max_bytes=max_bytes)


def _refuse_unsafe(archive: str, entries: Iterable[Entry]) -> None:
    for entry in entries:
        problem = _unsafe(entry)
        if problem is not None:
            raise StratifyError(
                f"{archive}: refuses the whole archive, nothing was unpacked: its member {entry.name!r}: {problem}"
            )


def _unsafe(entry: Entry) -> str | None:
    """Say why unpacking a member could write, or later read, something outside the archive's folder."""
    if _leads_outside(entry.name):
        return "its path leads outside the archive"
    if entry.kind == SPECIAL:
        return "it is a device, pipe or socket"
    if entry.kind in (SYMBOLIC_LINK, HARD_LINK):
        if entry.leads_to is None:
            return "it is a link, and this format does not say where it leads"
        top = os.fspath(PurePosixPath(entry.name).parent) if entry.kind == SYMBOLIC_LINK else ""
        if _is_absolute(entry.leads_to) or _leads_outside(posixpath.normpath(posixpath.join(top, entry.leads_to))):
            return f"it is a link to {entry.leads_to!r}, which leads outside the archive"
    return None


def _leads_outside(path: str) -> bool:
    return _is_absolute(path) or ".." in re.split(r"[/\\]", path)


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path) is not None


def _find(archive: str, entries: Iterable[Entry], member: str) -> str:
    """Find a member as the archive itself spells it."""
    wanted = PurePosixPath(member)
    found = [entry for entry in entries if entry.kind != FOLDER and PurePosixPath(entry.name) == wanted]
    if not found:
        same = [entry.name for entry in entries if entry.kind == FILE and PurePosixPath(entry.name).name == wanted.name]
        hint = f"; the name occurs at {', '.join(same[:3])}" if same else ""
        raise StratifyError(f"{archive}: holds no file {member!r}{hint}")
    if len(found) > 1:
        raise StratifyError(f"{archive}: refuses the member {member!r}: it is there {len(found)} times")
    if found[0].kind != FILE:
        raise StratifyError(f"{archive}: refuses the member {member!r}: it is a link, not a file")
    return found[0].name

"""Take single files out of an archive without trusting it."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from stratify.errors import StratifyError

MAX_BYTES = 2 * 1024**3
"""Largest file taken out of an archive; a small archive can unpack to any size."""

_CHUNK = 1024**2


def extract_member(archive: Path, member: str, target: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Write one file of a zip archive (a wheel is one) to `target`.

    The member's name must match exactly; nothing else is unpacked. The caller gives a temporary target.

    Parameters
    ----------
    archive
        The zip file.
    member
        Path inside the archive, forward slashes.
    target
        File to write.
    max_bytes
        Largest acceptable size, in bytes, of the unpacked file.

    Raises
    ------
    StratifyError
        The archive is unreadable, lacks the member, or the member is unsafe or too large.
    """
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\\" in member:
        raise StratifyError(f"{archive.name}: refuses the member {member!r}: its path leads outside the archive")
    try:
        with zipfile.ZipFile(archive) as opened:
            _copy(opened, _find(opened, archive.name, member), target, max_bytes)
    except zipfile.BadZipFile as error:
        raise StratifyError(f"{archive.name}: not a readable archive: {error}") from None


def _find(opened: zipfile.ZipFile, archive: str, member: str) -> zipfile.ZipInfo:
    try:
        info = opened.getinfo(member)
    except KeyError:
        name = PurePosixPath(member).name
        same = [other for other in opened.namelist() if PurePosixPath(other).name == name]
        hint = f"; the name occurs at {', '.join(same[:3])}" if same else ""
        raise StratifyError(f"{archive}: holds no file {member!r}{hint}") from None
    mode = info.external_attr >> 16
    if info.is_dir() or stat.S_ISLNK(mode):
        raise StratifyError(f"{archive}: refuses the member {member!r}: it is a link or a folder, not a file")
    return info


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, max_bytes: int) -> None:
    """Stream the member and count, since the size in the archive's directory may be false."""
    written = 0
    with opened.open(info) as stream, target.open("wb") as sink:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > max_bytes:
                raise StratifyError(f"{info.filename!r} unpacks to more than the {max_bytes:,} bytes allowed; refused")
            sink.write(chunk)

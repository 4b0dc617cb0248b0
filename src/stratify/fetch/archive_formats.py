"""The formats of archives: each lists what it holds, and copies files out of it."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

import py7zr
from py7zr.exceptions import ArchiveError, PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from stratify.errors import StratifyError
from stratify.unpacking import refuse_stream_bomb

FILE, FOLDER, SYMBOLIC_LINK, HARD_LINK, SPECIAL = "file", "folder", "symbolic link", "hard link", "special"

UNREADABLE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    ArchiveError,
    PasswordRequired,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
"""What the libraries raise where a file is no archive, is damaged, encrypted, or packed in a way they do not know."""

PACKED_TAR: dict[str, Callable[..., Any]] = {
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.bz2": bz2.open,
    ".tar.xz": lzma.open,
}

_CHUNK = 1024**2
_LONGEST_LINK = 4096


@dataclass(frozen=True)
class Entry:
    """One thing an archive holds.

    Parameters
    ----------
    name
        Its path as the archive spells it.
    kind
        `FILE`, `FOLDER`, `SYMBOLIC_LINK`, `HARD_LINK` or `SPECIAL`.
    leads_to
        Of a symbolic link, the path from its own folder; of a hard link, from the archive's top; ``None`` where
        unknown.
    """

    name: str
    kind: str
    leads_to: str | None = None


class Allowance:
    """How much may be unpacked; counted while it is written, since the sizes an archive states may be false.

    Parameters
    ----------
    each
        Most bytes of one file.
    total
        Most bytes of all files together.
    """

    def __init__(self, each: int, total: int) -> None:
        self.each, self.total, self.used = each, total, 0

    def take(self, name: str, written: int, more: int) -> None:
        """Count `more` bytes of the file `name`, of which `written` were counted before."""
        self.used += more
        if written + more > self.each:
            raise StratifyError(f"{name!r} unpacks to more than the {self.each:,} bytes allowed; refused")
        if self.used > self.total:
            raise StratifyError(f"the files unpack to more than the {self.total:,} bytes allowed together; refused")


class ArchiveReader(Protocol):
    """An open archive."""

    def entries(self) -> Iterable[Entry]:
        """List everything in it."""

    def copy(self, wanted: Mapping[str, Path], allowance: Allowance) -> None:
        """Write files to the places given, each name spelled as in its entry."""


@contextmanager
def reader_of(archive: Path) -> Iterator[ArchiveReader]:
    """Open an archive by the ending of its name.

    Parameters
    ----------
    archive
        File to open.

    Yields
    ------
    ArchiveReader

    Raises
    ------
    StratifyError
        The format is none of those known.
    """
    name = archive.name.lower()
    if name.endswith((".zip", ".whl")):
        with zipfile.ZipFile(archive) as opened:
            yield _Zip(opened)
    elif name.endswith((".tar", *PACKED_TAR)):
        with _tar_stream(archive) as stream, tarfile.open(fileobj=stream, mode="r:") as opened:
            yield _Tar(opened)
    elif name.endswith(".7z"):
        with py7zr.SevenZipFile(archive) as opened:
            if opened.needs_password():
                raise NotImplementedError("a password protects it")
            yield _SevenZip(opened)
    else:
        raise StratifyError(f"{archive.name}: expected an archive that ends in .zip, .tar, .tar.gz, .tgz or .7z")


@contextmanager
def _tar_stream(archive: Path) -> Iterator[IO[bytes]]:
    """Unpack a compressed tar, if it is no bomb: its list of files alone could fill the memory."""
    opener = PACKED_TAR.get(next((ending for ending in PACKED_TAR if archive.name.lower().endswith(ending)), ""))
    if opener is None:
        with archive.open("rb") as stream:
            yield stream
        return
    with opener(archive, "rb") as stream:
        refuse_stream_bomb(stream, archive.stat().st_size, archive.name)
        yield stream


class _Sink:
    """Write a file within an allowance."""

    def __init__(self, name: str, stream: IO[bytes], allowance: Allowance) -> None:
        self.name, self.stream, self.allowance, self.written = name, stream, allowance, 0

    def write(self, content: bytes | bytearray) -> int:
        self.allowance.take(self.name, self.written, len(content))
        self.written += len(content)
        return self.stream.write(content)


def _copy(name: str, stream: IO[bytes], target: Path, allowance: Allowance) -> None:
    with target.open("wb") as opened:
        sink = _Sink(name, opened, allowance)
        while chunk := stream.read(_CHUNK):
            sink.write(chunk)


def _kind(mode: int) -> str:
    """Tell what a file is by its mode in Unix; archives made elsewhere give none."""
    if stat.S_ISLNK(mode):
        return SYMBOLIC_LINK
    if stat.S_ISDIR(mode):
        return FOLDER
    return FILE if stat.S_IFMT(mode) in (0, stat.S_IFREG) else SPECIAL


class _Zip:
    def __init__(self, opened: zipfile.ZipFile) -> None:
        self.opened = opened

    def entries(self) -> Iterator[Entry]:
        for info in self.opened.infolist():
            kind = FOLDER if info.is_dir() else _kind(info.external_attr >> 16)
            yield Entry(info.filename, kind, self._leads_to(info) if kind == SYMBOLIC_LINK else None)

    def _leads_to(self, info: zipfile.ZipInfo) -> str:
        with self.opened.open(info) as stream:
            return stream.read(_LONGEST_LINK).decode(errors="replace")

    def copy(self, wanted: Mapping[str, Path], allowance: Allowance) -> None:
        for name, target in wanted.items():
            info = self.opened.getinfo(name)
            if info.flag_bits & 0x1:
                raise NotImplementedError("a password protects it")
            with self.opened.open(info) as stream:
                _copy(name, stream, target, allowance)


class _Tar:
    def __init__(self, opened: tarfile.TarFile) -> None:
        self.opened = opened

    def entries(self) -> Iterator[Entry]:
        for info in self.opened:
            if info.issym() or info.islnk():
                yield Entry(info.name, SYMBOLIC_LINK if info.issym() else HARD_LINK, info.linkname)
            else:
                yield Entry(info.name, FOLDER if info.isdir() else FILE if info.isreg() else SPECIAL)

    def copy(self, wanted: Mapping[str, Path], allowance: Allowance) -> None:
        for name, target in wanted.items():
            stream = self.opened.extractfile(name)
            if stream is None:
                raise tarfile.ReadError(f"{name} is no file")
            with closing(stream):
                _copy(name, stream, target, allowance)


class _SevenZip:
    def __init__(self, opened: py7zr.SevenZipFile) -> None:
        self.opened = opened

    def entries(self) -> Iterator[Entry]:
        for info in self.opened.files:
            linked = info.is_symlink or info.is_junction
            special = info.is_socket or (info.st_fmt is not None and _kind(info.st_fmt) == SPECIAL)
            kind = SYMBOLIC_LINK if linked else FOLDER if info.is_directory else SPECIAL if special else FILE
            yield Entry(info.filename, kind)

    def copy(self, wanted: Mapping[str, Path], allowance: Allowance) -> None:
        with ExitStack() as stack:
            self.opened.extract(targets=list(wanted), factory=_Targets(wanted, allowance, stack))


class _Targets(WriterFactory):
    """Gives py7zr our files to write to, by the members' names, so that it opens none itself."""

    def __init__(self, wanted: Mapping[str, Path], allowance: Allowance, stack: ExitStack) -> None:
        self.wanted = {PurePosixPath(name).as_posix(): target for name, target in wanted.items()}
        self.allowance, self.stack = allowance, stack

    def create(self, filename: str) -> Py7zIO:
        stream = self.stack.enter_context(self.wanted[filename].open("wb"))
        return _Writer(_Sink(filename, stream, self.allowance))


class _Writer(Py7zIO):
    def __init__(self, sink: _Sink) -> None:
        self.sink = sink

    def close(self) -> None:
        self.sink.stream.close()

    def write(self, s: bytes | bytearray) -> int:
        return self.sink.write(s)

    def read(self, size: int | None = None) -> bytes:
        raise io.UnsupportedOperation("only written")

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        self.sink.stream.flush()

    def size(self) -> int:
        return self.sink.written

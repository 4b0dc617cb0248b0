"""Files of a study that come as a folder or as one archive, under the same names."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.files import BROKEN, open_binary
from stratify.unpacking import refuse_bomb, refuse_zip_bomb

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
NOT_TAR = "file could not be opened"
"""How the library begins to list every compression that it tried."""


class StudyFiles(Protocol):
    """Files by their name inside the study."""

    names: list[str]

    def where(self, name: str) -> str:
        """Say where a file is, for messages."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading bytes, seekable."""
        ...


@contextmanager
def open_study(path: Path, root_file: str) -> Iterator[StudyFiles]:
    """Open a study.

    Parameters
    ----------
    path
        Its folder, or a `.tar`, `.tar.gz` (`.bz2`, `.xz`) or `.zip` archive of it.
    root_file
        A file in the study's top folder, by which the top is found.

    Yields
    ------
    StudyFiles

    Raises
    ------
    StratifyError
        There is no such folder or archive, it is damaged, or `root_file` is not in it.
    """
    if path.is_dir():
        yield _Folder(path, root_file)
        return
    if not path.name.endswith(ARCHIVES):
        raise StratifyError(
            f"{path}: expected the folder of a study, or its archive ({', '.join(ARCHIVES)}); name one as `file`"
        )
    try:
        if path.suffix == ".zip":
            if not path.is_file():
                raise StratifyError(f"{path}: the raw file is missing; `stratify fetch` brings it again")
            refuse_zip_bomb(path)
            with zipfile.ZipFile(path) as archive:
                yield _Zip(path, archive, root_file)
        else:
            with open_binary(path) as stream, tarfile.open(fileobj=stream) as archive:
                yield _Tar(path, archive, root_file)
    except (tarfile.TarError, *BROKEN) as error:
        said = str(error).splitlines()[0] if str(error) else "it ends too early"
        said = "neither tar, plain or compressed, nor zip" if said.startswith(NOT_TAR) else said
        raise StratifyError(f"{path}: not readable as an archive: {said}") from None


def _top(names: list[str], root_file: str, path: Path) -> str:
    """Return the folder that holds the root file, with its slash."""
    found = sorted((name for name in names if PurePosixPath(name).name == root_file), key=lambda name: name.count("/"))
    if not found:
        shown = ", ".join(sorted(names)[:3]) or "nothing"
        raise StratifyError(f"{path}: no {root_file} in it, so it is no study of cBioPortal; it holds {shown}")
    if len(found) > 1:
        raise StratifyError(f"{path}: several studies: {', '.join(found[:3])}; name one study's folder as `file`")
    return found[0].removesuffix(root_file)


def _absent(name: str, files: StudyFiles) -> StratifyError:
    return StratifyError(f"{files.where(name)}: the study has no such file; {nearest(name, files.names)}")


class _Folder:
    def __init__(self, path: Path, root_file: str) -> None:
        self.path = path
        self.names = sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
        if root_file not in self.names:
            _top([], root_file, path) if not self.names else self._refuse(root_file)

    def _refuse(self, root_file: str) -> None:
        below = [name for name in self.names if name.endswith(f"/{root_file}")]
        if below:
            raise StratifyError(
                f"{self.path}: the study is one folder further down: {below[0].removesuffix(root_file)}"
            )
        _top(self.names, root_file, self.path)

    def where(self, name: str) -> str:
        return str(self.path / name)

    def open(self, name: str) -> IO[bytes]:
        if name not in self.names:
            raise _absent(name, self)
        return (self.path / name).open("rb")


class _Tar:
    def __init__(self, path: Path, archive: tarfile.TarFile, root_file: str) -> None:
        self.path, self.archive = path, archive
        members = {member.name.removeprefix("./"): member for member in archive.getmembers() if member.isfile()}
        refuse_bomb(sum(member.size for member in members.values()), path.stat().st_size, str(path))
        self.top = _top(list(members), root_file, path)
        self.members = {name.removeprefix(self.top): it for name, it in members.items() if name.startswith(self.top)}
        self.names = sorted(self.members)

    def where(self, name: str) -> str:
        return f"{self.path}: {self.top}{name}"

    def open(self, name: str) -> IO[bytes]:
        if name not in self.members:
            raise _absent(name, self)
        stream = self.archive.extractfile(self.members[name])
        return stream if stream is not None else io.BytesIO()


class _Zip:
    def __init__(self, path: Path, archive: zipfile.ZipFile, root_file: str) -> None:
        self.path, self.archive = path, archive
        names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        self.top = _top(names, root_file, path)
        self.names = sorted(name.removeprefix(self.top) for name in names if name.startswith(self.top))

    def where(self, name: str) -> str:
        return f"{self.path}: {self.top}{name}"

    def open(self, name: str) -> IO[bytes]:
        if name not in self.names:
            raise _absent(name, self)
        return self.archive.open(self.top + name)

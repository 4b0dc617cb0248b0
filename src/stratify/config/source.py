"""`config/sources/<id>.yaml`: files from web addresses, archives or a published package, or placed by users."""

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from stratify.config.closed import Closed
from stratify.config.url import FolderUrl, Url
from stratify.errors import nearest

NAME = r"[A-Za-z0-9_][A-Za-z0-9_.()+ -]*"
FILE_NAME = rf"^{NAME}(/{NAME})*$"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=FILE_NAME)]
TableName = Annotated[str, StringConstraints(pattern=rf"^{NAME}\.sha256$")]
ArchiveName = Annotated[str, StringConstraints(pattern=rf"^{NAME}\.(zip|tar|tar\.gz|tgz|tar\.bz2|tar\.xz|7z)$")]


def _inside(path: str) -> str:
    if path.startswith("/") or "\\" in path or ".." in PurePosixPath(path).parts:
        raise ValueError("must be a path inside the archive: relative, forward slashes, no '..'")
    return path


MemberPath = Annotated[str, StringConstraints(min_length=1), AfterValidator(_inside)]


class Package(Closed):
    """A published Python package that carries data files. It is never installed."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
    """Distribution name on the package index."""

    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.!+_-]*$")]
    """Exact version."""


class SourceArchive(Closed):
    """An archive that files are taken out of."""

    url: Url | None = None
    """Web address. Without it you put the archive into `data/raw/<source>/` yourself."""

    sha256: Sha256
    """Digest of the archive itself: `sha256sum <file>` prints it."""


class Checksums(Closed):
    """Many files at once: a text file of digests and names, as `sha256sum` prints it, stands for entries in `files`."""

    table: TableName
    """The text file, in `config/sources`: one line a file, with its digest, two spaces, and its name in
    `data/raw/<source>/`."""

    url: FolderUrl | None = None
    """Web address of the folder the files are in; each name is appended to it. With neither `url` nor `archive` you
    place the files yourself."""

    archive: str | None = None
    """The archive, from `archives`, that the files are taken out of."""

    folder: MemberPath | None = None
    """With `archive`: the folder in the archive to which the names are relative; its top where not given."""

    @model_validator(mode="after")
    def _from_one_place(self) -> "Checksums":
        if self.url is not None and self.archive is not None:
            raise ValueError("give 'url' or 'archive', not both")
        if self.folder is not None and self.archive is None:
            raise ValueError("'folder' is a folder in an archive; name it under 'archive'")
        return self


class SourceFile(Closed):
    """One file, and the digest of the bytes that count."""

    url: Url | None = None
    """Web address; for a file in a repository, one that names the commit."""

    archive: str | None = None
    """The archive, from `archives`, that the file is taken out of."""

    path: MemberPath | None = None
    """Path inside the archive or the package's wheel, with forward slashes. Not written for a file that comes as it
    is."""

    sha256: Sha256
    """Digest of the file as used (not of the archive or wheel): `sha256sum <file>` prints it."""

    @model_validator(mode="after")
    def _from_one_place(self) -> "SourceFile":
        if self.url is not None and (self.path is not None or self.archive is not None):
            raise ValueError(
                "give 'url' for a file that is fetched as it is; of a file in an archive the archive has the 'url', "
                "under 'archives'"
            )
        if self.archive is not None and self.path is None:
            raise ValueError(f"give 'path', where the file is inside {self.archive}")
        return self

    @property
    def in_package(self) -> bool:
        """Whether it is taken out of the source's package."""
        return self.path is not None and self.archive is None

    @property
    def placed(self) -> bool:
        """Whether users put it into the raw folder themselves."""
        return self.url is None and self.path is None


class SourceConfig(Closed):
    """Files that come together, where from, their digests, licence and citation."""

    title: str
    """What this is, in one line."""

    citation: str
    """Whom to cite for the data."""

    licence: str = "not_stated"
    """Licence of the data as stated by their publisher; `not_stated` where there is none (said at fetch)."""

    package: Package | None = None
    """The published package that files with a `path` and no `archive` are taken from."""

    archives: dict[ArchiveName, SourceArchive] = Field(default={})
    """Archives by their name in `data/raw/<source>/`: .zip, .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz or .7z."""

    files: dict[FileName, SourceFile] = Field(default={})
    """Files by their name in `data/raw/<source>/`, folders included. Without `url`, `archive` or `package` you put the
    file there yourself, and it is only verified."""

    checksums: Checksums | None = None
    """A table of many more files."""

    @model_validator(mode="after")
    def _something_to_fetch(self) -> "SourceConfig":
        if not self.files and self.checksums is None:
            raise ValueError(
                "files: expected at least one entry, found none; or name a table of them under 'checksums'"
            )
        return self

    @model_validator(mode="after")
    def _paths_lead_into_a_package(self) -> "SourceConfig":
        with_path = [name for name, file in self.files.items() if file.in_package]
        without = [name for name, file in self.files.items() if file.placed]
        if self.package is not None and without:
            raise ValueError(
                f"files: {', '.join(without)}: give 'path', where the file is inside {self.package.name} "
                f"{self.package.version}; leave 'package' out if you place the files yourself"
            )
        if self.package is None and with_path:
            raise ValueError(
                f"files: {', '.join(with_path)}: 'path' leads into a package, and this source has no 'package'; name "
                "it, or the 'archive' that holds the file, or leave 'path' out and put the file into "
                "data/raw/<source>/ yourself"
            )
        return self

    @model_validator(mode="after")
    def _archives_are_listed_and_used(self) -> "SourceConfig":
        named = {f"files.{name}": file.archive for name, file in self.files.items() if file.archive is not None}
        if self.checksums is not None and self.checksums.archive is not None:
            named["checksums"] = self.checksums.archive
        for place, archive in named.items():
            if archive not in self.archives:
                raise ValueError(
                    f"{place}.archive: no archive {archive!r} under 'archives'; {nearest(archive, self.archives)}"
                )
        if unused := sorted(set(self.archives) - set(named.values())):
            raise ValueError(f"archives: {', '.join(unused)}: no file is taken out of it; name it as 'archive' of one")
        return self

    @model_validator(mode="after")
    def _names_can_stand_side_by_side(self) -> "SourceConfig":
        clash = name_clash([*self.archives, *self.files])
        if clash is not None:
            raise ValueError(f"files: {clash}")
        return self


def name_clash(names: list[str]) -> str | None:
    """Say which names cannot stand in one folder together: the same twice, or one also the folder of another.

    Parameters
    ----------
    names
        File names with forward slashes.

    Returns
    -------
    str or None
        What is wrong with the first such name.

    Examples
    --------
    >>> name_clash(["a.csv", "a.csv/b.csv"])
    "'a.csv' is a file and, in 'a.csv/b.csv', also a folder"
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return f"{name!r} is named twice"
        seen.add(name)
    for name in names:
        for folder in PurePosixPath(name).parents:
            if folder.as_posix() in seen:
                return f"{folder.as_posix()!r} is a file and, in {name!r}, also a folder"
    return None

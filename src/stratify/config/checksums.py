"""Checksum tables: the digests and names of many files, as `sha256sum` prints them."""

import re
from pathlib import Path
from urllib.parse import quote

from stratify.config.source import FILE_NAME, Checksums, SourceConfig, SourceFile, name_clash
from stratify.errors import StratifyError

_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?:\./)?(?P<name>.+)")


def with_listed_files(config: SourceConfig, source: Path) -> SourceConfig:
    """Add the files of a source's checksum table to its files.

    Parameters
    ----------
    config
        The source as written.
    source
        Its file; the table is beside it.

    Returns
    -------
    SourceConfig
        With all files under `files`; unchanged where there is no table.

    Raises
    ------
    StratifyError
        The table is missing, a line of it is not a digest and a name, or a name is there twice.
    """
    if config.checksums is None:
        return config
    table = source.parent / config.checksums.table
    listed = {name: _entry(config.checksums, name, sha256) for name, sha256 in read_checksums(table).items()}
    clash = name_clash([*config.archives, *config.files, *listed])
    if clash is not None:
        raise StratifyError(f"{source}: with the names in {table}: {clash}")
    return config.model_copy(update={"files": {**config.files, **listed}})


def read_checksums(table: Path) -> dict[str, str]:
    """Read a checksum table.

    Parameters
    ----------
    table
        Text file of lines ``<64 hexadecimal digits>  <name>``; empty lines and lines that start with ``#`` are skipped.

    Returns
    -------
    dict of str to str
        File name to SHA-256 digest, in the order of the table.

    Raises
    ------
    StratifyError
        The table is missing or empty, or a line of it cannot be used; names the line.
    """
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise StratifyError(f"{table}: no such file; `sha256sum <files> > {table}` writes such a table") from None
    except UnicodeDecodeError as error:
        raise StratifyError(f"{table}: not a text file in UTF-8: {error}") from None
    digests: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, sha256 = _read_line(line, f"{table}, line {number}")
        if name in digests:
            raise StratifyError(f"{table}, line {number}: {name!r} is there twice")
        digests[name] = sha256
    if not digests:
        raise StratifyError(f"{table}: names no file; `sha256sum <files> > {table}` writes such a table")
    return digests


def _read_line(line: str, where: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise StratifyError(
            f"{where}: expected 64 lower-case hexadecimal digits, two spaces and a file name, as sha256sum prints "
            f"them, found {line[:100]!r}"
        )
    if not re.fullmatch(FILE_NAME, found["name"]):
        raise StratifyError(
            f"{where}: expected the name of a file below the source's folder (forward slashes, no '..'), "
            f"found {found['name']!r}"
        )
    return found["name"], found["sha256"]


def _entry(checksums: Checksums, name: str, sha256: str) -> SourceFile:
    if checksums.archive is not None:
        path = f"{checksums.folder.rstrip('/')}/{name}" if checksums.folder else name
        return SourceFile(archive=checksums.archive, path=path, sha256=sha256)
    if checksums.url is not None:
        return SourceFile(url=checksums.url + quote(name), sha256=sha256)
    return SourceFile(sha256=sha256)

"""Files that users put into a source's raw folder themselves."""

from pathlib import Path

from stratify.config.source import SourceConfig
from stratify.errors import StratifyError
from stratify.fetch.digest import sha256_of

PLACED = "placed by hand"


def check_placed(source: str, config: SourceConfig, folder: Path) -> None:
    """Check that every file of a source without a package is there, with the right bytes.

    Parameters
    ----------
    source
        Name of the source.
    config
        Which files, with which digests.
    folder
        The source's raw folder.

    Raises
    ------
    StratifyError
        A file is not there or has other bytes; says for each what was found.
    """
    problems = []
    for name, file in config.files.items():
        path = folder / name
        found = sha256_of(path) if path.is_file() else None
        if found is None:
            problems.append(f"put the file at {path} (expected sha256 {file.sha256}): {_instead(folder)}")
        elif found != file.sha256:
            problems.append(
                f"put the file at {path} (expected sha256 {file.sha256}): the file there has sha256 {found}; if it is "
                f"the right one, correct the digest in config/sources/{source}.yaml"
            )
    if problems:
        raise StratifyError(f"source {source!r} has no package, its files are placed by hand: {'; '.join(problems)}")


def _instead(folder: Path) -> str:
    if not folder.is_dir():
        return "there is no such folder yet"
    there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    return (
        f"the folder holds {', '.join(there[:3])}{', …' if len(there) > 3 else ''}" if there else "the folder is empty"
    )

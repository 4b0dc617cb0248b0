"""Files that users put into a source's raw folder themselves."""

from collections.abc import Mapping
from pathlib import Path

from stratify.errors import StratifyError
from stratify.fetch.digest import sha256_of

PLACED = "placed by hand"
MOST = 5
"""Files named in one message."""


def check_placed(source: str, expected: Mapping[str, str], folder: Path) -> None:
    """Check that every file that users place themselves is there, with the right bytes.

    Parameters
    ----------
    source
        Name of the source.
    expected
        File name to SHA-256 digest.
    folder
        The source's raw folder.

    Raises
    ------
    StratifyError
        A file is not there or has other bytes; says for each what was found.
    """
    problems = []
    for name, sha256 in expected.items():
        path = folder / name
        found = sha256_of(path) if path.is_file() else None
        if found is None:
            problems.append(f"put the file at {path} (expected sha256 {sha256}): {_instead(folder)}")
        elif found != sha256:
            problems.append(
                f"put the file at {path} (expected sha256 {sha256}): the file there has sha256 {found}; if it is "
                f"the right one, correct the digest in config/sources/{source}.yaml"
            )
    if problems:
        more = f"; and {len(problems) - MOST} more" if len(problems) > MOST else ""
        raise StratifyError(
            f"source {source!r} names no web address or package for files that are placed by hand: "
            f"{'; '.join(problems[:MOST])}{more}"
        )


def _instead(folder: Path) -> str:
    if not folder.is_dir():
        return "there is no such folder yet"
    there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    return (
        f"the folder holds {', '.join(there[:3])}{', …' if len(there) > 3 else ''}" if there else "the folder is empty"
    )

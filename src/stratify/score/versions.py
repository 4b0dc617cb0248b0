"""Which versions a model was made with, and what differs from them here."""

import platform
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

from packaging.version import InvalidVersion, Version
from sklearn.exceptions import InconsistentVersionWarning

import stratify
from stratify.errors import StratifyError

PACKAGE = "stratify-omics"
PYTHON = "python"
LIBRARIES = ["lightgbm", "numpy", "pandas", "scikit-learn", "scipy", "skops"]
"""Distributions that decide a model's numbers, besides this package and Python."""

ABSENT = "none"
_SOUND = re.compile(r"[0-9A-Za-z][0-9A-Za-z.!+_-]{0,60}")
"""Names and versions are shown in a command to paste: nothing else may stand there."""


def installed() -> dict[str, str]:
    """Give the versions that decide a model's numbers here: Python's, this package's, and those of `LIBRARIES`."""
    libraries = {name: _version(name) for name in LIBRARIES}
    return {PYTHON: platform.python_version(), PACKAGE: stratify.__version__, **libraries}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT


def check_made_with(content: object, where: str) -> dict[str, str]:
    """Read a model's record of versions.

    Parameters
    ----------
    content
        As it stands in the card file.
    where
        File, for the message.

    Returns
    -------
    dict of str to str
        Version by distribution.

    Raises
    ------
    StratifyError
        It is no mapping of names to versions, or lacks one that decides the numbers.
    """
    if not isinstance(content, dict) or not all(_is_sound(text) for pair in content.items() for text in pair):
        raise StratifyError(f"{where}: made_with: expected names and versions of packages, found {content!r:.80}")
    lacking = [name for name in (PYTHON, PACKAGE, *LIBRARIES) if name not in content]
    if lacking:
        raise StratifyError(f"{where}: made_with: the version of {lacking[0]} is missing")
    return content


def _is_sound(text: object) -> bool:
    return isinstance(text, str) and _SOUND.fullmatch(text) is not None


def is_later(found: object) -> bool:
    """Tell whether a version is later than that of this package; what is no version is not."""
    try:
        return Version(str(found)) > Version(stratify.__version__)
    except InvalidVersion:
        return False


def differences(made_with: Mapping[str, str]) -> list[str]:
    """List what is of another version here than when the model was made.

    Parameters
    ----------
    made_with
        Version by distribution, as `check_made_with` gives it.

    Returns
    -------
    list of str
        Such as ``scikit-learn was 1.9.1, is 1.8.0 here``.
    """
    here = installed()
    pairs = [(name, then, here.get(name) or _version(name)) for name, then in made_with.items()]
    return [f"{name} was {then}, is {now} here" for name, then, now in pairs if then != now]


def restored_by(made_with: Mapping[str, str]) -> str:
    """Say what brings back the versions a model was made with.

    Parameters
    ----------
    made_with
        Version by distribution, as `check_made_with` gives it.

    Returns
    -------
    str
        A command of pip, and what pip cannot bring back where that differs.
    """
    here = installed()
    other = [name for name, now in here.items() if made_with[name] != now]
    pins = " ".join(f"{name}=={made_with[name]}" for name in LIBRARIES)
    by_pip = [f"`pip install {pins}`"] if set(other) & set(LIBRARIES) else []
    return ", ".join([*by_pip, *(f"{name} {made_with[name]}" for name in other if name not in LIBRARIES)])


@contextmanager
def naming_versions(made_with: Mapping[str, str] | None) -> Iterator[None]:
    """Add to an error of reading a model which versions differ; keep the library's own warnings of that silent.

    Parameters
    ----------
    made_with
        Version by distribution; none where the model does not say.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            yield
    except StratifyError as error:
        changed = differences(made_with) if made_with else []
        if made_with is None or not changed:
            raise
        raise StratifyError(f"{error}; {'; '.join(changed)}; restored by {restored_by(made_with)}") from error

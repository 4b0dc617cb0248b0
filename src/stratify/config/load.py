"""Read and validate configuration files; every problem is one message with file, place and remedy."""

import codecs
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from stratify.config.checksums import with_listed_files
from stratify.config.closed import Closed
from stratify.config.dataset import DatasetConfig
from stratify.config.identifier import check_file_name
from stratify.config.problems import describe
from stratify.config.run import RunConfig
from stratify.config.safe_yaml import LARGEST_BYTES, SafeLoader
from stratify.config.source import SourceConfig
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError, nearest

ConfigModel = TypeVar("ConfigModel", bound=Closed)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping.

    Parameters
    ----------
    path
        File to read.

    Returns
    -------
    dict
        The mapping as written.

    Raises
    ------
    StratifyError
        The file is missing (names its nearest neighbour), is not YAML, or is not a mapping.
    """
    if not path.is_file():
        raise StratifyError(f"{path}: no such file; {_neighbour(path)}")
    try:
        content = yaml.load(_text(path), Loader=SafeLoader)  # noqa: S506 - a subclass of PyYAML's
    except yaml.YAMLError as error:
        raise StratifyError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise StratifyError(f"{path}: expected a mapping of keys (`key: value` on each line), found {_kind(content)}")
    return content


def _text(path: Path) -> str:
    """Read a file as UTF-8; other files end with a message that says what they seem to be."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise StratifyError(
            f"{path}: expected a YAML file of at most {LARGEST_BYTES:,} bytes, found {size:,}; is it another file?"
        )
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = "UTF-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "another encoding"
        line = content[: error.start].count(b"\n") + 1
        raise StratifyError(
            f"{path}, line {line}: not UTF-8 text but {found}, or no text (byte {error.start + 1}); save it as UTF-8"
        ) from None


def _kind(content: object) -> str:
    if content is None:
        return "nothing: the file is empty"
    if isinstance(content, list):
        return "a list"
    return "text" if isinstance(content, str) else f"a single value, {str(content)[:40]!r}"


def _neighbour(path: Path) -> str:
    """Say which file may be meant by a path that leads to none; a bare name may stand for one of the configuration."""
    name = path.name.removesuffix(".yaml") + ".yaml"
    below = sorted(Path("config").glob("*/*.yaml")) if path.parent == Path() else []
    candidates = [path.with_name(name), *(other for other in below if other.name == name)]
    meant = next((str(other) for other in candidates if other.is_file()), None)
    if meant is not None:
        return f"did you mean {meant!r}?"
    stems = [other.stem for other in path.parent.glob("*.yaml") if not other.name.startswith(".")]
    return nearest(path.stem, stems) if stems else f"the folder {str(path.parent)!r} holds no .yaml file"


def validate(model: type[ConfigModel], content: object, where: str) -> ConfigModel:
    """Check a mapping against a configuration model.

    Parameters
    ----------
    model
        Subclass of `Closed`.
    content
        The mapping as read.
    where
        File or place, for the message.

    Returns
    -------
    Closed
        An instance of `model`.

    Raises
    ------
    StratifyError
        Names each wrong key with its path in the file, what was found, and the nearest valid name.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise StratifyError(f"{where}: {describe(model, content, error.errors())}") from None


def load_run(path: Path) -> RunConfig:
    """Read `config/config.yaml`."""
    return validate(RunConfig, read_yaml(path), str(path))


def load_source(path: Path) -> SourceConfig:
    """Read `config/sources/<id>.yaml` and the checksum table it names."""
    check_file_name(path)
    return with_listed_files(validate(SourceConfig, read_yaml(path), str(path)), path)


def load_dataset(path: Path) -> DatasetConfig:
    """Read `config/datasets/<id>.yaml`."""
    check_file_name(path)
    return validate(DatasetConfig, read_yaml(path), str(path))


def load_study(path: Path) -> StudyConfig:
    """Read `config/studies/<id>.yaml`."""
    check_file_name(path)
    return validate(StudyConfig, read_yaml(path), str(path))

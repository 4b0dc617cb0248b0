"""Read and validate configuration files; every problem is one message with file, place and remedy."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from stratify.config.checksums import with_listed_files
from stratify.config.closed import Closed
from stratify.config.dataset import DatasetConfig
from stratify.config.problems import describe
from stratify.config.run import RunConfig
from stratify.config.source import SourceConfig
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError, nearest

MAX_BYTES = 16 * 1024**2
MAX_VALUES = 1_000_000
"""Most values that a file may stand for, aliases written out."""

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
        The file is missing (names its nearest neighbour), is too large, is not YAML or has tags of its own, or is not
        a mapping.
    """
    if not path.is_file():
        raise StratifyError(f"{path}: no such file; {_neighbour(path)}")
    if path.stat().st_size > MAX_BYTES:
        raise StratifyError(f"{path}: has {path.stat().st_size:,} bytes; expected a text of at most {MAX_BYTES:,}")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_CarefulLoader)  # noqa: S506 - a SafeLoader
    except RecursionError:
        raise StratifyError(f"{path}: not valid YAML: lists or mappings within each other too deeply") from None
    except (yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as error:
        # PyYAML lets what Python says of a value ("month must be in 1..12") through as it is
        raise StratifyError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise StratifyError(f"{path}: expected a mapping of keys, found {type(content).__name__}")
    return content


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


class _CarefulLoader(yaml.SafeLoader):
    """A safe loader for which a key written twice is an error, and so is a text that stands for one far larger."""

    def get_single_node(self) -> yaml.Node | None:
        root = super().get_single_node()
        size = _size(root, {}) if root is not None else 0
        if size > MAX_VALUES:
            raise yaml.constructor.ConstructorError(
                None, None, f"its aliases (*name) stand for {size:,} values, more than {MAX_VALUES:,}", None
            )
        return root

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = {key for key in keys if isinstance(key, str) and keys.count(key) > 1}
        if repeated:
            raise yaml.constructor.ConstructorError(
                None, None, f"key written twice: {sorted(repeated)}", node.start_mark
            )
        return super().construct_mapping(node, deep)


def _size(node: yaml.Node, known: dict[int, int | None]) -> int:
    """Count the values below a node with every alias written out; `known` holds those counted or begun."""
    if id(node) in known:
        size = known[id(node)]
        if size is None:
            raise yaml.constructor.ConstructorError(
                None, None, "an alias (*name) stands within itself", node.start_mark
            )
        return size
    known[id(node)] = None
    below = node.value if isinstance(node, yaml.CollectionNode) else []
    parts = [part for entry in below for part in (entry if isinstance(entry, tuple) else (entry,))]
    size = known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return size


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
    return with_listed_files(validate(SourceConfig, read_yaml(path), str(path)), path)


def load_dataset(path: Path) -> DatasetConfig:
    """Read `config/datasets/<id>.yaml`."""
    return validate(DatasetConfig, read_yaml(path), str(path))


def load_study(path: Path) -> StudyConfig:
    """Read `config/studies/<id>.yaml`."""
    return validate(StudyConfig, read_yaml(path), str(path))

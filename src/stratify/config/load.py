"""Read and validate configuration files; every problem is one message with file, place and remedy."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stratify.config.closed import Closed
from stratify.config.dataset import DatasetConfig
from stratify.config.run import RunConfig
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
        neighbours = [other.stem for other in path.parent.glob("*.yaml")]
        raise StratifyError(f"{path}: no such file; {nearest(path.stem, neighbours)}")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StratifyError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise StratifyError(f"{path}: expected a mapping of keys, found {type(content).__name__}")
    return content


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader for which a key written twice is an error rather than a silent replacement."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = {key for key in keys if isinstance(key, str) and keys.count(key) > 1}
        if repeated:
            raise yaml.constructor.ConstructorError(
                None, None, f"key written twice: {sorted(repeated)}", node.start_mark
            )
        return super().construct_mapping(node, deep)


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
        problems = "; ".join(_describe(model, problem) for problem in error.errors()[:5])
        raise StratifyError(f"{where}: {problems}") from None


def _describe(model: type[Closed], problem: ErrorDetails) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "top level"
    if problem["type"] == "extra_forbidden":
        key = str(problem["loc"][-1])
        return f"unknown key {place!r}; {nearest(key, _valid_keys(model, problem['loc'][:-1]))}"
    if problem["type"] == "missing":
        return f"key {place!r} is required and missing"
    message = problem["msg"].removeprefix("Value error, ")
    if isinstance(problem["input"], dict | list):
        return f"{place}: {message}"
    return f"{place}: {message}, found {problem['input']!r}"


def _valid_keys(model: type[Closed], location: tuple[int | str, ...]) -> list[str]:
    """Names of the fields at a location of a (possibly nested) model."""
    schema = model.model_json_schema()
    nodes = [schema]
    for part in location:
        nodes = [child for node in nodes for child in _children(schema, node, str(part))]
    forms = [form for node in nodes for form in _forms(schema, node)]
    return sorted({name for form in forms for name in form.get("properties", {})})


def _forms(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """List a node and the forms it can take."""
    node = _resolve(schema, node)
    return [node, *(_resolve(schema, form) for form in node.get("anyOf", node.get("oneOf", [])))]


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node


def _children(schema: dict[str, Any], node: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """List the schema nodes one step down; a union's tag (as pydantic reports it) selects among its members."""
    tagged = _resolve(schema, node).get("discriminator", {}).get("mapping", {}).get(part)
    if tagged:
        return [{"$ref": tagged}]
    found = []
    for candidate in _forms(schema, node):
        if part in candidate.get("properties", {}):
            found.append(candidate["properties"][part])
        elif isinstance(candidate.get("additionalProperties"), dict):
            found.append(candidate["additionalProperties"])
        elif "patternProperties" in candidate:
            found += candidate["patternProperties"].values()
        elif "items" in candidate:
            found.append(candidate["items"])
    return found


def load_run(path: Path) -> RunConfig:
    """Read `config/config.yaml`."""
    return validate(RunConfig, read_yaml(path), str(path))


def load_source(path: Path) -> SourceConfig:
    """Read `config/sources/<id>.yaml`."""
    return validate(SourceConfig, read_yaml(path), str(path))


def load_dataset(path: Path) -> DatasetConfig:
    """Read `config/datasets/<id>.yaml`."""
    return validate(DatasetConfig, read_yaml(path), str(path))


def load_study(path: Path) -> StudyConfig:
    """Read `config/studies/<id>.yaml`."""
    return validate(StudyConfig, read_yaml(path), str(path))

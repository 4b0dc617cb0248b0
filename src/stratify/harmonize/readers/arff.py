"""Attribute-relation files (arff), the format of Weka.

Read here as text with their declared nominal levels checked, so that codes stay exact; the format's `?` is missing.
String attributes are supported, sparse rows are not.
"""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from stratify.config.dataset import TableFile
from stratify.errors import StratifyError
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.grid import Grid

_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(\{{.*\}}|\S+.*)$", re.IGNORECASE)
_FIELD = re.compile(rf"\s*({_QUOTED}|(?:[^,'\"\s][^,]*?)?)\s*(?:,|$)")
MISSING = "?"


def read_grid(path: Path, layout: TableFile) -> Grid:
    """Read an arff file as text.

    Parameters
    ----------
    path
        The file, compressed or not.
    layout
        Its encoding.

    Returns
    -------
    list of list of str
        Attribute names first; missing values empty.

    Raises
    ------
    StratifyError
        The file is not arff, a row does not fit the declared attributes, or a value is none of its levels.
    """
    with open_binary(path) as stream:
        try:
            with io.TextIOWrapper(stream, encoding=layout.encoding) as text:
                lines = _content(text)
                attributes = dict(_attributes(lines, path))
                rows = [_row(line, number, attributes, path) for number, line in lines]
        except UnicodeDecodeError as error:
            raise StratifyError(
                f"{path}: not {layout.encoding} text: {error.reason}; declare its `encoding:`"
            ) from None
        except LookupError as error:
            raise StratifyError(f"{path}: {error}") from None
    return [list(attributes), *rows]


def _content(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        content = line.strip()
        if content and not content.startswith("%"):
            yield number, content


def _attributes(lines: Iterator[tuple[int, str]], path: Path) -> Iterator[tuple[str, set[str] | None]]:
    """Yield each attribute with its nominal levels (``None`` for other types) and stop after `@data`."""
    seen = set()
    for number, line in lines:
        if line.lower().startswith("@data"):
            return
        if line.lower().startswith("@relation"):
            continue
        match = _ATTRIBUTE.match(line)
        if match is None:
            raise StratifyError(f"{path}: line {number}: expected an @attribute, found {line[:60]!r}")
        name = _unquote(match[1])
        if name in seen:
            raise StratifyError(f"{path}: line {number}: the attribute {name!r} is declared twice")
        seen.add(name)
        kind = match[2].strip()
        yield name, set(_fields(kind[1:-1], number, path)) if kind.startswith("{") else None
    raise StratifyError(f"{path}: not a readable arff file: there is no @data line")


def _row(line: str, number: int, attributes: dict[str, set[str] | None], path: Path) -> list[str]:
    if line.startswith("{"):
        raise StratifyError(f"{path}: line {number}: sparse arff rows are not supported")
    fields = _fields(line, number, path)
    if len(fields) != len(attributes):
        raise StratifyError(
            f"{path}: line {number}: ragged table: {len(fields)} fields for {len(attributes)} attributes"
        )
    for (name, levels), value in zip(attributes.items(), fields, strict=True):
        if levels is not None and value not in levels and value != MISSING:
            raise StratifyError(f"{path}: line {number}: {value!r} is none of the declared levels of {name!r}")
    return ["" if value == MISSING else value for value in fields]


def _fields(line: str, number: int, path: Path) -> list[str]:
    fields, position = [], 0
    while True:
        match = _FIELD.match(line, position)
        if match is None:
            raise StratifyError(f"{path}: line {number}: quotes do not match: {line[:60]!r}")
        fields.append(_unquote(match[1]))
        if not match[0].endswith(","):
            return fields
        position = match.end()


def _unquote(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text

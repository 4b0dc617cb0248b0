"""Read and write artifacts: checked against their schema on both sides, written whole or not at all."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.errors import SchemaErrors

from stratify.artifacts.atomic import atomic
from stratify.artifacts.columns import owners_of
from stratify.artifacts.fit import COMPARATORS
from stratify.errors import StratifyError

SHOWN = 3


def write_table(frame: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> None:
    """Check a table against its schema and write it as parquet.

    Parameters
    ----------
    frame
        Rows to write; the index is not kept.
    schema
        The contract, from `stratify.artifacts`.
    path
        Target file.

    Raises
    ------
    StratifyError
        The table breaks its contract, or is of another study, dataset or model than its folder.
    """
    checked = _check(frame, schema, path)
    with atomic(path) as temporary:
        checked.to_parquet(temporary, index=False)


def read_table(
    schema: pa.DataFrameSchema, path: Path, *, filters: Sequence[tuple[str, str, Any]] | None = None
) -> pd.DataFrame:
    """Read a parquet file and check it against its schema.

    Parameters
    ----------
    schema
        The contract, from `stratify.artifacts`.
    path
        File to read.
    filters
        Row filters in pyarrow's form, ``[("feature", "in", genes)]``; all rows where ``None``.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    StratifyError
        The file is missing, is not parquet, breaks its contract, or is of another study, dataset or model than its
        folder.
    """
    frame = _load(path, filters=filters)
    if frame.empty and (schema.metadata or {}).get("never_empty"):
        raise StratifyError(f"{path}: expected rows of the contract {schema.name!r}, found none; {remade(path)}")
    return _check(frame, schema, path)


def read_column(path: Path, name: str) -> pd.Series:
    """Read one column of a parquet file, and no other.

    Raises
    ------
    StratifyError
        The file is missing, is not parquet, or has no such column.
    """
    return _load(path, columns=[name])[name]


def _load(path: Path, **options: Any) -> pd.DataFrame:
    if not path.is_file():
        raise StratifyError(f"{path}: no such file; run `snakemake {path}` to make it")
    try:
        return pd.read_parquet(path, **options)
    except (OSError, ValueError, NotImplementedError, pyarrow.ArrowException) as error:
        reason = " ".join(str(error).split())[:300]
        raise StratifyError(f"{path}: not a readable parquet file of this step: {reason}; {remade(path)}") from None


def remade(path: Path) -> str:
    """Say how a result is made again, for the end of a message."""
    return f"delete it and run `snakemake {path}` to make it again"


def _check(frame: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> pd.DataFrame:
    try:
        checked = schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "failure_case"]].astype(str).drop_duplicates().head(3)
        shown = "; ".join(f"{c.column}: {c.check}, found {c.failure_case}" for c in cases.itertuples())
        raise StratifyError(f"{path}: breaks the contract {schema.name!r}: {shown[:500]}") from None
    _require_own(checked, schema, path)
    return checked


def _require_own(frame: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> None:
    """Refuse what was put into the folder of another study, dataset or model."""
    owners = owners_of(schema)
    for (what, named), folder in zip(reversed(owners.items()), path.parents, strict=False):
        names = set(frame[named]) if isinstance(named, str) else set(named(frame))
        others = sorted(names - {folder.name})
        if others and folder.name != COMPARATORS:
            raise StratifyError(
                f"{path}: expected results of {what} {folder.name!r}, whose folder it stands in, found those of "
                f"{', '.join(map(repr, others[:SHOWN]))}; {remade(path)}"
            )


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write a JSON object, indented, with sorted keys."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    if not path.is_file():
        raise StratifyError(f"{path}: no such file")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise StratifyError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(content, dict):
        raise StratifyError(f"{path}: expected a JSON object, found {type(content).__name__}")
    return content

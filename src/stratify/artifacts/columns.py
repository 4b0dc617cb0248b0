"""Column definitions that several contracts share, and whose results a table holds."""

from collections.abc import Callable, Iterable

import pandas as pd
import pandera.pandas as pa

ROLES = ["cv", "internal", "external", "train"]
"""How a prediction came about: out of fold (`cv`), for a held-out cohort that may share people with the training
cohorts (`internal`) or cannot (`external`), or for the patients the model was trained on (`train`)."""

NEVER_EMPTY = {"never_empty": True}
"""Metadata of a table without which a step has nothing to do; `read_table` refuses one that has no rows."""


def belongs_to(**owners: str | Callable[[pd.DataFrame], Iterable[str]]) -> dict[str, object]:
    """Say which columns name what a table is of.

    Parameters
    ----------
    **owners
        By word for messages (`study`): the column, or what takes the names out of a table. In the order of the folders
        that the file stands in, the innermost last.

    Returns
    -------
    dict
        Metadata of the contract: a table in a folder of another name is neither read nor written.
    """
    return {"belongs_to": owners}


OF_STUDY = belongs_to(study="study")
OF_MODEL = belongs_to(study="study", model="model")


def owners_of(schema: pa.DataFrameSchema) -> dict[str, str | Callable[[pd.DataFrame], Iterable[str]]]:
    """List what a table of a contract is of, as declared with `belongs_to`."""
    return (schema.metadata or {}).get("belongs_to", {})


def text(*, nullable: bool = False, isin: list[str] | None = None) -> pa.Column:
    """Define a string column."""
    return pa.Column(str, pa.Check.isin(isin) if isin else None, nullable=nullable, coerce=True)


def number(*, nullable: bool = True, low: float | None = None, high: float | None = None) -> pa.Column:
    """Define a float64 column, optionally within closed bounds."""
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low))
    if high is not None:
        checks.append(pa.Check.le(high))
    return pa.Column("float64", checks, nullable=nullable, coerce=True)


def integer(*, nullable: bool = False, isin: list[int] | None = None) -> pa.Column:
    """Define a nullable-integer column."""
    return pa.Column("Int64", pa.Check.isin(isin) if isin else None, nullable=nullable, coerce=True)


def truth(*, nullable: bool = False) -> pa.Column:
    """Define a nullable-boolean column."""
    return pa.Column("boolean", nullable=nullable, coerce=True)


def closed(name: str, columns: dict[str, pa.Column], **options: object) -> pa.DataFrameSchema:
    """Define a table with exactly these columns."""
    return pa.DataFrameSchema(columns, name=name, strict=True, **options)

"""Column definitions that several contracts share."""

import pandera.pandas as pa

ROLES = ["cv", "internal", "external", "train"]
"""How a prediction came about: out of fold (`cv`), for a held-out cohort that may share people with the training
cohorts (`internal`) or cannot (`external`), or for the patients the model was trained on (`train`)."""

NEVER_EMPTY = {"never_empty": True}
"""Metadata of a table without which a step has nothing to do; `read_table` refuses one that has no rows."""


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

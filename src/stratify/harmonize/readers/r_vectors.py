"""R vectors as texts and numbers: factors, dates, missing values."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from rdata.parser import RObjectType

from stratify.errors import StratifyError
from stratify.harmonize.readers.r_objects import ARRAYS, RValue
from stratify.harmonize.readers.workbook import cell_text

EPOCH = date(1970, 1, 1)


def texts_of(vector: RValue) -> list[str | None]:
    """Write each element of a vector as text.

    Parameters
    ----------
    vector
        Character, factor, number, truth value, `Date`, `POSIXct`, `Rle`, or a list.

    Returns
    -------
    list of str or None
        Factors as their levels, whole numbers without decimals, truth values as `true` and `false`, dates and times
        (UTC) in ISO 8601, NA and NaN as ``None``, list elements joined by `; `. What has no text is written as its
        class in angle brackets.
    """
    if vector.kind is RObjectType.STR:
        return vector.strings()
    if "factor" in vector.classes:
        levels = vector.attribute_strings("levels") or []
        return [None if code is None else levels[int(code) - 1] for code in _plain(vector)]
    if vector.kind in ARRAYS:
        write = _writer(vector.classes)
        return [None if value is None else write(value) for value in _plain(vector)]
    if "Rle" in vector.classes:
        values, lengths = texts_of(vector.attributes["values"]), vector.attributes["lengths"].raw.value
        return [text for text, n in zip(values, lengths, strict=True) for _ in range(int(n))]
    return [_joined(element) for _, element in vector.elements()]


def _plain(vector: RValue) -> Iterator[Any]:
    """Yield Python numbers and truth values, missing as None."""
    values = np.ma.asarray(vector.raw.value)
    for value in values.tolist():
        yield None if value is None or value != value else value  # noqa: PLR0124 - only a NaN differs from itself


def _writer(classes: tuple[str, ...]) -> Callable[[Any], str]:
    if "Date" in classes:
        return lambda days: (EPOCH + timedelta(days=int(days // 1))).isoformat()
    if "POSIXct" in classes:
        return lambda seconds: (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
    return cell_text


def _joined(element: RValue) -> str | None:
    if element.kind is not RObjectType.STR and element.kind not in ARRAYS:
        return None if element.kind is RObjectType.NILVALUE else f"<{element.described()}>"
    texts = [text for text in texts_of(element) if text is not None]
    return "; ".join(texts) if texts else None


def column_texts(column: RValue, n: int) -> list[str | None]:
    """Write one column of a table as text, `n` elements long whatever it is."""
    texts = texts_of(column)
    return texts if len(texts) == n else [f"<{column.described()}>"] * n


def table_of(frame: RValue, where: str) -> pd.DataFrame:
    """Turn an R `data.frame` or Bioconductor `DataFrame` into a frame of text.

    Parameters
    ----------
    frame
        The object.
    where
        File and object, for messages.

    Returns
    -------
    pandas.DataFrame
        Columns of str (repeated names kept), missing as null; row names in the index, which counts from 1 where there
        are none.

    Raises
    ------
    StratifyError
        Row names repeat.
    """
    columns, rows = columns_of(frame), row_names(frame, where)
    content = [pd.Series(column_texts(column, len(rows)), index=rows, dtype="str") for _, column in columns]
    names = pd.Index([name.strip() for name, _ in columns], dtype="str")
    if not content:
        return pd.DataFrame(index=rows, columns=names, dtype="str")
    return pd.concat(content, axis="columns").set_axis(names, axis="columns")


def is_table(value: RValue) -> bool:
    """Tell a `data.frame` or Bioconductor `DataFrame` from everything else."""
    return "data.frame" in value.classes or ("listData" in value.attributes and "nrows" in value.attributes)


def columns_of(frame: RValue) -> list[tuple[str, RValue]]:
    """Return the columns of a table, repeated names too."""
    return frame.attributes["listData"].elements() if "listData" in frame.attributes else frame.elements()


def row_names(frame: RValue, where: str) -> pd.Index:
    """Return the row names of a table, or numbers from 1 where R keeps none."""
    named = frame.attributes.get("rownames" if "listData" in frame.attributes else "row.names")
    if named is not None and named.kind is RObjectType.STR:
        strings = frame.attribute_strings("rownames" if "listData" in frame.attributes else "row.names")
        if strings is not None:
            return unique_names(strings, "row", where)
    if "nrows" in frame.attributes:
        return pd.RangeIndex(1, int(frame.attributes["nrows"].raw.value[0]) + 1)
    columns = frame.elements()
    compact = named is None or np.ma.is_masked(named.raw.value)
    if compact:
        n = abs(int(named.raw.value[-1])) if named is not None else columns[0][1].length if columns else 0
        return pd.RangeIndex(1, n + 1)
    return pd.Index([cell_text(value) for value in _plain(named)], dtype="str") if named is not None else pd.Index([])


def unique_names(names: list[str | None], what: str, where: str) -> pd.Index:
    """Make an index of names of samples or rows.

    Raises
    ------
    StratifyError
        A name is missing or occurs more than once.
    """
    index = pd.Index(names, dtype="str")
    if index.isna().any():
        raise StratifyError(f"{where}: {int(np.sum(index.isna()))} of {len(index)} {what} names are missing")
    twice = index[index.duplicated()].unique()
    if len(twice):
        shown = ", ".join(twice[:3])
        raise StratifyError(f"{where}: duplicate {what} names: {shown}; which is meant cannot be known")
    return index


def numbers_of(vector: RValue, where: str) -> np.ndarray:
    """Return a numeric vector or matrix as float32, missing as NaN.

    Raises
    ------
    StratifyError
        It does not hold numbers.
    """
    if vector.kind not in ARRAYS or "factor" in vector.classes:
        shown = next((text for text in texts_of(vector) if text is not None), None)
        held = f", for example {shown!r}" if shown is not None else ""
        raise StratifyError(f"{where}: expected numbers, found {vector.described()} values{held}")
    values = vector.raw.value
    plain = np.ma.filled(values.astype(np.float64), np.nan) if np.ma.isMaskedArray(values) else values
    # NA is a signalling NaN, which casts with a warning.
    with np.errstate(invalid="ignore"):
        numbers = np.asarray(plain, dtype=np.float32)
    return numbers if vector.shape is None else numbers.reshape(vector.shape, order="F")

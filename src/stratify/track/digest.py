"""Digests of content: the same values give the same digest, whatever file, time or writer they come from."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd


def table_digest(table: pd.DataFrame) -> str:
    """Digest the values of a table.

    Parameters
    ----------
    table
        Rows in a meaningful order; the index does not count. Numbers are compared as float64, everything else as
        text; every kind of missing value is the same.

    Returns
    -------
    str
        sha256 in hexadecimal.
    """
    digest = hashlib.sha256(f"{len(table)}".encode())
    for name, column in table.items():
        digest.update(f"\x1e{name}\x1e".encode())
        digest.update(_column_bytes(column))
    return digest.hexdigest()


def _column_bytes(column: pd.Series) -> bytes:
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
        numbers = np.where(np.isnan(numbers), np.nan, numbers + 0.0)  # one null, and no negative zero
        return b"n" + numbers.astype("<f8").tobytes()
    texts = [None if missing else str(value) for value, missing in zip(column, column.isna(), strict=True)]
    return b"t" + json.dumps(texts, ensure_ascii=False).encode()


def value_digest(value: Any) -> str:
    """Digest a JSON-like value; the order of keys does not count.

    Parameters
    ----------
    value
        Mappings, lists, text, numbers, truth values, null.

    Returns
    -------
    str
        sha256 in hexadecimal.
    """
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

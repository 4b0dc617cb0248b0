"""Bring patients' values to the types a model was trained on, or say which value is not what it should be."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from stratify.errors import StratifyError
from stratify.score.card import FeatureRange

MISSING_TEXTS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "<na>"})
TRUTH_TEXTS = {"true": 1.0, "false": 0.0}
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
SHOWN = 3


def coerce_features(patients: pd.DataFrame, features: Sequence[FeatureRange]) -> pd.DataFrame:
    """Take a model's features out of a table, in order and in their types.

    Parameters
    ----------
    patients : DataFrame
        Indexed by patient; values may be text, as read from a file. ``true`` and ``false`` count as 1 and 0 in a
        number column; empty cells and ``NA``, ``N/A``, ``NaN``, ``null``, ``none`` (in any case) are missing.
    features
        Features to take; those that are not columns of `patients` are missing for everyone.

    Returns
    -------
    DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str, missing as null; the index of `patients`.

    Raises
    ------
    StratifyError
        A number column holds text or an infinite value (names the column and the first three patients), or a
        column stands twice.
    """
    repeated = sorted({str(name) for name in patients.columns[patients.columns.duplicated()]})
    wanted = [feature.name for feature in features if feature.name in repeated]
    if wanted:
        raise StratifyError(f"column {wanted[0]!r} stands twice; keep one of them")
    columns = {feature.name: _coerce(patients, feature) for feature in features}
    return pd.DataFrame(columns, index=patients.index)


def _coerce(patients: pd.DataFrame, feature: FeatureRange) -> pd.Series:
    number = feature.kind == "number"
    if feature.name not in patients.columns:
        return pd.Series(np.nan if number else None, index=patients.index, dtype="float64" if number else "str")
    column = patients[feature.name]
    return to_numbers(column) if number else to_categories(column, feature.levels)


def to_numbers(column: pd.Series) -> pd.Series:
    """Read a column as numbers.

    Parameters
    ----------
    column
        Numbers, truth values, or text that spells numbers; named, indexed by patient.

    Returns
    -------
    Series of float64
        Missing as null.

    Raises
    ------
    StratifyError
        A value is not a number, or not a finite one.
    """
    plain = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)
    if plain:
        numbers = column.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
        wrong = np.zeros(len(column), dtype=bool)
    else:
        texts = _texts(column)
        parsed = [_number(text) for text in texts]
        numbers = np.array([np.nan if value is None else value for value in parsed], dtype="float64")
        wrong = np.array([value is None for value in parsed], dtype=bool) & texts.notna().to_numpy()
    if wrong.any():
        hint = "; a decimal comma? write a point" if _has_decimal_comma(column[wrong]) else ""
        raise StratifyError(f"column {column.name!r} must hold numbers, found text: {_offenders(column, wrong)}{hint}")
    infinite = np.isinf(numbers)
    if infinite.any():
        raise StratifyError(
            f"column {column.name!r} must hold finite numbers, found {_offenders(column, infinite)}; "
            "leave the cell empty where there is no value"
        )
    return pd.Series(numbers, index=column.index, name=column.name, dtype="float64")


def to_categories(column: pd.Series, levels: Sequence[str] = ()) -> pd.Series:
    """Read a column as categories: text without surrounding blanks; whole numbers without a decimal point.

    Parameters
    ----------
    column
        Any values, indexed by patient.
    levels
        Known levels; one that reads like a missing value (``none``) is a level all the same.

    Returns
    -------
    Series of str
        Missing as null.
    """
    refuse_nested(column)
    return _texts(column, levels)


def refuse_nested(column: pd.Series) -> None:
    """Raise an error where a value is a list or a mapping, as JSON and parquet can hold them.

    Parameters
    ----------
    column
        Any values; named.

    Raises
    ------
    StratifyError
        Shows the first value that is neither text nor a number.
    """
    nested = first_nested(column)
    if nested is not None:
        raise StratifyError(f"column {column.name!r} must hold text or numbers, found {nested}")


def first_nested(column: pd.Series) -> str | None:
    """Show the first list or mapping in a column, none where every value is single."""
    kinds = list | tuple | dict | set | np.ndarray
    return next((f"{str(value)[:40]!r}" for value in column.array if isinstance(value, kinds)), None)


def _texts(column: pd.Series, levels: Sequence[str] = ()) -> pd.Series:
    texts = [None if _is_missing(value) else _text(value) for value in column.astype(object)]
    present = [text if text in levels or (text or "").lower() not in MISSING_TEXTS else None for text in texts]
    return pd.Series(present, index=column.index, name=column.name, dtype="str")


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))


def _text(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _number(text: object) -> float | None:
    """Read a text as a number, None if it is none; Python's digit separators are not numbers to anyone else."""
    if not isinstance(text, str) or "_" in text:
        return None
    if text.lower() in TRUTH_TEXTS:
        return TRUTH_TEXTS[text.lower()]
    try:
        return float(text)
    except ValueError:
        return None


def _has_decimal_comma(wrong: pd.Series) -> bool:
    return any(DECIMAL_COMMA.fullmatch(str(value).strip()) for value in wrong)


def _offenders(column: pd.Series, wrong: np.ndarray) -> str:
    """Show the first few offending values with their patients, and how many more there are."""
    found = column[wrong]
    shown = "; ".join(f"{str(value)[:40]!r} (patient {patient})" for patient, value in found.head(SHOWN).items())
    more = len(found) - SHOWN
    return shown + (f"; and {more} more" if more > 0 else "")

"""Value maps: from what stands in the file to what it means."""

import re
from collections.abc import Mapping

import pandas as pd

from stratify.config.dataset import Scalar
from stratify.errors import StratifyError
from stratify.harmonize.numbers import offenders
from stratify.wording import counted

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$")


def matches(text: str, key: Scalar) -> bool:
    """Tell whether a cell's text is what a key of the dataset file means.

    A text key must be equal. A number matches any way to write it (`1`, `1.0`) except with leading zeros, which are a
    code. `true` and `false` match in any case.

    Examples
    --------
    >>> matches("1.0", 1), matches("01", 1), matches("TRUE", True), matches("yes", True)
    (True, False, True, False)
    """
    if isinstance(key, bool):
        return text.lower() == str(key).lower()
    if isinstance(key, int | float):
        return bool(_PLAIN_NUMBER.match(text)) and float(text) == key
    return text == key.strip()


def mark_missing(text: pd.Series, codes: list[Scalar]) -> pd.Series:
    """Set the codes that mean missing to null."""
    coded = [value for value in text.dropna().unique() if any(matches(value, code) for code in codes)]
    return text.mask(text.isin(coded))


def apply_values(text: pd.Series, values: Mapping[Scalar, Scalar | None], where: str) -> pd.Series:
    """Replace each value by its meaning.

    Parameters
    ----------
    text
        str, missing as null; indexed by sample.
    values
        What stands in the file to what it means; ``None`` means missing.
    where
        File and column, for messages.

    Returns
    -------
    pandas.Series
        object, missing as None.

    Raises
    ------
    StratifyError
        A value is not listed; names it, its count and the first samples.
    """
    meaning: dict[str, Scalar | None] = {}
    for value in text.dropna().unique():
        keys = [key for key in values if matches(value, key)]
        if keys:
            meaning[value] = values[keys[0]]
    unknown = text.notna() & ~text.isin(list(meaning))
    if unknown.any():
        raise StratifyError(
            f"{where}: values that the map does not list: {offenders(text, unknown)}; listed: "
            f"{', '.join(repr(key) for key in values)}; add them under `values:` or, if they mean missing, "
            f"under `missing:`{_yaml_trap(values)}"
        )
    return _replaced(text, meaning)


def apply_groups(
    text: pd.Series,
    groups: Mapping[str, list[Scalar]],
    where: str,
    *,
    otherwise: Scalar | None = None,
    exhaustive: bool = False,
) -> pd.Series:
    """Replace each value by the group that lists it.

    Parameters
    ----------
    text
        str, missing as null; indexed by sample.
    groups
        Group to the values in the file.
    where
        File and column, for messages.
    otherwise
        Value of everything that is not listed.
    exhaustive
        Whether a value that no group lists is an error.

    Returns
    -------
    pandas.Series
        object, missing as None.

    Raises
    ------
    StratifyError
        A listed value does not occur in the file (a typing error would silently move a sample to `otherwise`), or
        a value is not listed although it has to be.
    """
    present = list(text.dropna().unique())
    listed: dict[Scalar, Scalar | None] = {value: group for group, values in groups.items() for value in values}
    absent = [str(key) for key in listed if not any(matches(value, key) for value in present)]
    if absent:
        raise StratifyError(
            f"{where}: `groups` lists {counted(len(absent), 'value')} that the file does not hold: "
            f"{', '.join(absent[:3])}; correct or remove them"
        )
    if exhaustive:
        return apply_values(text, listed, where)
    meaning = {value: next((listed[key] for key in listed if matches(value, key)), otherwise) for value in present}
    return _replaced(text, meaning)


def _replaced(text: pd.Series, meaning: Mapping[str, Scalar | None]) -> pd.Series:
    replaced = [meaning[value] if isinstance(value, str) else None for value in text]
    return pd.Series(replaced, index=text.index, dtype=object)


def _yaml_trap(values: Mapping[Scalar, Scalar | None]) -> str:
    if any(isinstance(key, bool) for key in values):
        return " (YAML reads yes, no, on, off without quotes as true and false)"
    return ""

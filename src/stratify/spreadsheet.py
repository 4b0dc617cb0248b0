"""Tables that people open in a spreadsheet: no text in them runs as a formula."""

import re

import pandas as pd

FORMULA_STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the start of a formula, also as full-width characters, which some turn into these."""

_FORMULA = re.compile(rf'[\s\0"\ufeff\u200b-\u200f]*[{re.escape(FORMULA_STARTS)}]|[\t\r\n]')
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Precede text that a spreadsheet would run as a formula by an apostrophe: cells, levels and column names.

    Numbers stay numbers, also those written as text, such as the identifier `+1`; the identifier `-` becomes `'-`.

    Parameters
    ----------
    table
        What is to be written.

    Returns
    -------
    DataFrame
        A copy.

    Examples
    --------
    >>> without_formulas(pd.DataFrame({"=a": ["=1+1", "-1.5", "b"]})).to_dict("list")
    {"'=a": ["'=1+1", '-1.5', 'b']}
    """
    escaped = [
        column if pd.api.types.is_numeric_dtype(column) else column.map(_escape, na_action="ignore")
        for _, column in table.items()
    ]
    columns = pd.Index([_escape(name) for name in table.columns], name=table.columns.name)
    if not escaped:
        return table.set_axis(columns, axis=1)
    return pd.concat(escaped, axis=1).set_axis(columns, axis=1)


def _escape(value: object) -> object:
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"

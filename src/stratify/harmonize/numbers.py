"""Parse numbers from text explicitly: what is not a number is named, never guessed or dropped."""

import re

import numpy as np
import pandas as pd

from stratify.errors import StratifyError
from stratify.wording import counted

DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}[-/. ][A-Za-z]{3,9}([-/. ]\d{2,4})?|[A-Za-z]{3,9}[-/. ]\d{1,4}"
)
"""What spreadsheets show of a date."""


def offenders(values: pd.Series, wrong: pd.Series) -> str:
    """Describe wrong values by count, the values, and the first three identifiers.

    Parameters
    ----------
    values
        Indexed by sample.
    wrong
        Truth values, same index and order.

    Returns
    -------
    str
        For example ``3 values: '<5' (A1, A7), 'n/a' (A9)``.
    """
    found = values[wrong.to_numpy()]
    shown = []
    for value, group in list(found.groupby(found, sort=False))[:3]:
        names = [str(name) for name in group.index[:3]]
        shown.append(f"{value!r} ({', '.join(names)}{', …' if len(group) > len(names) else ''})")
    more = ", …" if found.nunique() > len(shown) else ""
    return f"{counted(len(found), 'value')}: {', '.join(shown)}{more}"


def parse_numbers(text: pd.Series, where: str, *, decimal: str = ".", infinite: bool = False) -> pd.Series:
    """Turn text into float64.

    Parameters
    ----------
    text
        str, missing as null; indexed by sample.
    where
        File and column, for the message.
    decimal
        Decimal sign, `.` or `,`.
    infinite
        Whether `Inf` and `-Inf` count as numbers (measurements, where they are a finding of their own).

    Returns
    -------
    pandas.Series
        float64, missing as NaN.

    Raises
    ------
    StratifyError
        Some text is not a number; names value, count and samples.
    """
    written = text.str.strip()
    written = written.mask(written == "")
    plain = written if decimal == "." else written.mask(written.str.contains(".", regex=False, na=False), "?")
    plain = plain if decimal == "." else plain.str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(plain.astype(object), errors="coerce").astype("float64")
    wrong = (numbers.isna() & written.notna()) | (np.isinf(numbers) & (not infinite))
    if wrong.any():
        raise StratifyError(
            f"{where}: expected numbers, found {offenders(written, wrong)}; {_remedy(written[wrong], decimal)}"
        )
    return numbers


def _remedy(wrong: pd.Series, decimal: str) -> str:
    first = str(wrong.iloc[0])
    if DATE.fullmatch(first):
        return "that is a date, perhaps made of a number by a spreadsheet; write the number"
    if decimal == "," and first.replace(".", "").lstrip("-").isdigit():
        return "a point where `decimal: ','` is declared: write one decimal sign everywhere, and no thousands"
    if "," in first and "." in first and first.replace(",", "").replace(".", "").lstrip("-").isdigit():
        return "thousands separators are not read; write the numbers without them"
    if "," in first and first.replace(",", "").replace(".", "").lstrip("-").isdigit():
        return "for a decimal comma write `decimal: ','`"
    if first[0] in "<>":
        return "a limit of detection needs a decision: map it with `values:` or list it under `missing:`"
    return "list codes that mean missing under `missing:`, or map them with `values:`"

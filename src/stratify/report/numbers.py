"""How numbers are written: digits, intervals, p-values; a true minus sign, nothing for what is missing."""

import pandas as pd

ABSENT = "–"


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with fixed digits.

    Parameters
    ----------
    value
        The number; missing where ``None`` or NaN.
    digits
        Digits after the point.

    Returns
    -------
    str

    Examples
    --------
    >>> number(-0.12345, 2), number(float("nan")), number(-0.0004, 2)
    ('−0.12', '–', '0.00')
    """
    if value is None or pd.isna(value):
        return ABSENT
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "−").replace("inf", "∞")


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Write an interval.

    Examples
    --------
    >>> interval(-0.1, 0.25, 2)
    '−0.10 to 0.25'
    """
    if pd.isna(low) or pd.isna(high):
        return ""
    return f"{number(low, digits)} to {number(high, digits)}"


def with_interval(estimate: float | None, low: float | None, high: float | None, digits: int = 3) -> str:
    """Write an estimate with its interval in brackets.

    Examples
    --------
    >>> with_interval(0.8, 0.7, 0.9, 2)
    '0.80 (0.70 to 0.90)'
    """
    bounds = interval(low, high, digits)
    return f"{number(estimate, digits)} ({bounds})" if bounds else number(estimate, digits)


def p_value(value: float | None) -> str:
    """Write a p- or q-value: two significant digits, nothing finer than 0.001 unless asked by size.

    Examples
    --------
    >>> p_value(0.0312), p_value(0.00042), p_value(3e-9), p_value(0.5)
    ('0.031', '0.0004', '<0.0001', '0.50')
    """
    if value is None or pd.isna(value):
        return ABSENT
    if value < 0.0001:
        return "<0.0001"
    return f"{value:.4f}" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def percent(value: float | None, digits: int = 0) -> str:
    """Write a proportion as a percentage.

    Examples
    --------
    >>> percent(0.4567)
    '46%'
    """
    return ABSENT if value is None or pd.isna(value) else f"{number(100 * value, digits)}%"


def count(value: int | None) -> str:
    """Write a count with thousands set off.

    Examples
    --------
    >>> count(59403)
    '59,403'
    """
    return ABSENT if value is None or pd.isna(value) else f"{int(value):,}"

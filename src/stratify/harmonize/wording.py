"""Counts with their nouns, for messages."""


def counted(n: int, noun: str) -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> counted(1, "value"), counted(1200, "value")
    ('1 value', '1,200 values')
    """
    return f"{n:,} {noun if n == 1 else noun + 's'}"

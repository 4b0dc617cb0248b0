"""Counts with their nouns, for messages."""


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun.

    Parameters
    ----------
    n
        The count.
    one
        Noun for one.
    many
        Noun for every other count; `one` with an s where not given.

    Returns
    -------
    str

    Examples
    --------
    >>> counted(1, "patient"), counted(2, "patient"), counted(0, "patient has", "patients have")
    ('1 patient', '2 patients', '0 patients have')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"

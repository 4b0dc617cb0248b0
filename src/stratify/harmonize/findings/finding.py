"""What a finding is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """An oddity in a cohort's data.

    Parameters
    ----------
    finding
        Name of the kind of oddity, as `acknowledge` uses it.
    severity
        `error` stops the run unless the dataset file acknowledges it.
    n
        Number of values, rows or features concerned.
    detail
        What was found, with the first cases.
    column
        Column in our names, or modality, that it concerns; ``None`` for the whole table.
    """

    finding: str
    severity: Severity
    n: int
    detail: str
    column: str | None = None


def listed(names: Iterable[object], most: int = 3) -> str:
    """Name the first few cases.

    Examples
    --------
    >>> listed(["a", "b", "c", "d"])
    'a, b, c, …'
    """
    texts = [str(name) for name in names]
    return ", ".join(texts[:most]) + (", …" if len(texts) > most else "")

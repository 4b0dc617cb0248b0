"""Forms of gene identifiers."""

import re
from collections.abc import Iterable

VERSION = re.compile(r"^(ENS[A-Z]*[GTP]\d+)(\.\d+)?(_PAR_Y)?$")
"""An Ensembl identifier; its version, and the mark of the Y chromosome's copy of a pseudoautosomal gene."""

OPEN_READING_FRAME = re.compile(r"^(C(?:\d+|X|Y))ORF(\d+)$")
"""The one lower-case word in human gene symbols, in a file that wrote everything in capitals."""

KINDS = {
    "ensembl": re.compile(r"^ENS[A-Z]*G\d+"),
    "entrez": re.compile(r"^\d+$"),
    "symbol": re.compile(r"^[A-Za-z][A-Za-z0-9@_.-]*$"),
}


def without_versions(identifiers: Iterable[str]) -> list[str]:
    """Take the versions off Ensembl identifiers; others stay as they are.

    Examples
    --------
    >>> without_versions(["ENSG00000120217.14", "ENSG00000182378.15_PAR_Y", "RP11-34P13.7"])
    ['ENSG00000120217', 'ENSG00000182378', 'RP11-34P13.7']
    """
    return [VERSION.sub(r"\1", identifier) for identifier in identifiers]


def with_lower_case_orf(symbol: str) -> str:
    """Write the `orf` of a symbol as the nomenclature does.

    Examples
    --------
    >>> with_lower_case_orf("C10ORF54")
    'C10orf54'
    """
    return OPEN_READING_FRAME.sub(r"\1orf\2", symbol)


def likely_kind(identifiers: Iterable[str]) -> str | None:
    """Tell what most identifiers look like.

    Parameters
    ----------
    identifiers
        From a file.

    Returns
    -------
    str or None
        `ensembl`, `entrez` or `symbol`; ``None`` where most are none of these.

    Examples
    --------
    >>> likely_kind(["1", "10", "29126"])
    'entrez'
    """
    names = list(identifiers)
    for kind, pattern in KINDS.items():
        if sum(pattern.match(name) is not None for name in names) > len(names) / 2:
            return kind
    return None

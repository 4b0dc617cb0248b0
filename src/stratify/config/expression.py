"""What expression values are, which unit can become which, and the gene tables that conversions need."""

from typing import Literal

from pydantic import Field

from stratify.config.closed import Closed
from stratify.config.identifier import Identifier

Unit = Literal[
    "log2_tpm",
    "log2_cpm",
    "log2_fpkm",
    "tpm",
    "cpm",
    "fpkm",
    "counts",
    "log2_intensity",
    "zscore",
    "rank_normal",
    "fraction",
    "percent",
    "copy_number_level",
    "log2_ratio",
    "score",
]

LOG_UNITS = frozenset({"log2_tpm", "log2_cpm", "log2_fpkm"})
LINEAR_UNITS = frozenset({"tpm", "cpm", "fpkm", "counts"})

CONVERSIONS = {
    "log2_tpm": ("tpm", "log2_tpm", "fpkm", "log2_fpkm", "counts"),
    "log2_cpm": ("cpm", "log2_cpm", "counts"),
}
"""Target to the units it can be made from."""


class GeneTableFile(Closed):
    """A table about genes: a file of a source of its own."""

    source: Identifier
    """The source: a file in `config/sources`, without `.yaml`."""

    file: str
    """Name of the file in that source."""

    separator: str | None = None
    """Column separator of a text file; from the file name (`.csv` comma, else tab) where not given."""

    index_column: bool = False
    """The file's first column holds row names and has no header (as R's `write.table` leaves it)."""


IdentifierKind = Literal["ensembl", "entrez", "symbol"]


class GeneIds(GeneTableFile):
    """The gene table that turns identifiers into symbols."""

    identifier: IdentifierKind = Field(alias="from")
    """What the file calls genes by. Versions of Ensembl identifiers are ignored; `symbol` brings previous symbols and
    aliases to the current symbol."""


class GeneLengths(GeneTableFile):
    """Lengths of the genes of a file of counts."""

    id: str
    """Column with the gene identifiers, of the same kind as in the file of counts where `from` is not given; Ensembl
    versions are ignored."""

    identifier: IdentifierKind | None = Field(default=None, alias="from")
    """What `id` calls genes by where the file of counts calls them otherwise: both are then brought to symbols, by
    `genes`. A symbol with several lengths has none."""

    length: str
    """Column with the gene's length in base pairs (of its exons, without introns)."""


def conversion_problem(unit: str, to: str | None, *, offset: bool, lengths: bool, genes: bool) -> str | None:
    """Say what is wrong with a declared conversion.

    Parameters
    ----------
    unit
        Unit in the file.
    to
        Unit to convert to.
    offset, lengths, genes
        Whether the key is given.

    Returns
    -------
    str or None
        ``None`` where the conversion is complete and possible.
    """
    log, sources = unit in LOG_UNITS, CONVERSIONS.get(to or "", ())
    problems = {
        f"'offset' is the c of log2(x + c); values in {unit!r} have none": offset and not log,
        "'lengths' serves the conversion of 'counts' to 'log2_tpm' only": (
            lengths and (unit, to) != ("counts", "log2_tpm")
        ),
        (
            "'genes' adds the rows of one gene, which logarithms do not allow: write 'offset' (the c of log2(x + c)) "
            f"and 'to', the unit after conversion, beside {unit!r}"
        ): to is None and genes and log,
        f"{unit!r} cannot become {to!r}, which is made from {', '.join(sources)}": (
            to is not None and unit not in sources
        ),
        f"to convert {unit!r}, say what was added before the logarithm: 'offset', the c of log2(x + c)": (
            to is not None and log and not offset
        ),
        "'counts' become 'log2_tpm' by gene lengths: give 'lengths', or convert to 'log2_cpm'": (
            (unit, to) == ("counts", "log2_tpm") and not lengths
        ),
    }
    return next((problem for problem, found in problems.items() if found), None)

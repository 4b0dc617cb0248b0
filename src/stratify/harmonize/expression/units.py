r"""Units of expression and the ways between them, each sample by itself.

With counts :math:`k_g`, lengths :math:`l_g` in kilobases and sums over every gene of the sample's file,

.. math::
    \mathrm{CPM}_g = 10^6 \frac{k_g}{\sum_h k_h}, \qquad
    \mathrm{TPM}_g = 10^6 \frac{k_g / l_g}{\sum_h k_h / l_h} = 10^6 \frac{\mathrm{FPKM}_g}{\sum_h \mathrm{FPKM}_h}.

The sums come before genes are renamed or left out. Values that are TPM or CPM already are not scaled again: a file that
lacks genes does not sum to a million, and should not.
"""

import numpy as np
from numpy.typing import NDArray

from stratify.config.expression import LOG_UNITS

Floats = NDArray[np.float64]

MILLION = 1e6

ROUNDED = 1e-5
"""Single precision is coarser than this for no logarithm of expression; x is then at most 7e-6 c."""

SCALED_UNITS = frozenset({"counts", "fpkm", "log2_fpkm"})
"""Units whose values become parts of a million only after division by the sample's sum."""


def to_linear(values: Floats, unit: str, offset: float | None) -> Floats:
    """Undo a logarithm.

    Parameters
    ----------
    values : array, shape (n_samples, n_genes)
        Values in `unit`; NaN where missing.
    unit
        Their unit.
    offset
        The c of log2(x + c), where the unit is a logarithm.

    Returns
    -------
    array, shape (n_samples, n_genes)
        x; zero for everything up to `ROUNDED` above the logarithm of c, where x is rounding error or, below it, none.
    """
    if unit not in LOG_UNITS or offset is None:
        return values
    floor = np.log2(offset) if offset > 0 else -np.inf
    with np.errstate(over="ignore"):  # a value that is no logarithm; what it becomes is found as infinite
        return np.where(values <= floor + ROUNDED, 0.0, np.exp2(values) - offset)


def to_parts_per_million(linear: Floats, unit: str, lengths: Floats | None = None) -> Floats:
    """Make TPM or CPM of linear values.

    Parameters
    ----------
    linear : array, shape (n_samples, n_genes)
        Every gene of the file; NaN where missing.
    unit
        Their unit in the file.
    lengths : array, shape (n_genes,), optional
        Base pairs, for counts to TPM; NaN where not known, and the gene then counts for nothing.

    Returns
    -------
    array, shape (n_samples, n_genes)
        NaN for a sample without any expression.
    """
    if unit not in SCALED_UNITS:
        return linear
    rates = linear if lengths is None else linear / (lengths / 1000)
    totals = np.nansum(rates, axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # zero times infinity
        return rates * np.divide(MILLION, totals, out=np.full_like(totals, np.nan), where=totals > 0)


def to_log2(linear: Floats) -> Floats:
    """Take log2(x + 1), the form of every converted table."""
    return np.log2(linear + 1)

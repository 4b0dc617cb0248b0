r"""Scores of gene sets from one sample's ranks.

Notation: the sample ranks :math:`N` measured genes of the universe, :math:`r_g` is a gene's rank (1 lowest, :math:`N`
highest, ties averaged), :math:`S` are the :math:`n` measured genes of a set. Each formula is a closed form of sums over
the members alone, so that all sets are scored in one pass. Where ties need an order, as in the running sums of ssGSEA
and AUCell, tied genes take their average rank (for ssGSEA, this gives the mean score over every order they could stand
in): the order of the genes in a file never matters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

SSGSEA_EXPONENT = 0.25
AUCELL_TOP = 0.05


@dataclass(frozen=True)
class Members:
    """Ranks of the members of all sets in one sample, set after set."""

    doubled: np.ndarray
    """Twice each member's rank, int64, shape (n_members,); 0 where the sample lacks the gene."""

    starts: np.ndarray
    """Position of each set's first member, shape (n_sets,)."""

    present: np.ndarray
    """Members measured, shape (n_sets,)."""

    n_ranked: int
    """Genes ranked in this sample."""

    def per_set(self, values: np.ndarray) -> np.ndarray:
        """Sum a quantity of the members within each set, shape (n_sets,)."""
        return np.add.reduceat(values, self.starts)

    @property
    def mean_rank(self) -> np.ndarray:
        """Mean rank of each set's measured members, shape (n_sets,)."""
        return self.per_set(self.doubled) / (2 * self.present)


def ssgsea(members: Members) -> np.ndarray:
    r"""Score by the enrichment score of single-sample GSEA, not normalised by a range.

    The running sum over genes from the highest rank down, of the members' share weighted by :math:`r_g^{0.25}` less the
    share of the other genes, adds up to

    .. math:: \frac{\sum_S r_g^{0.25}\, r_g}{\sum_S r_g^{0.25}} - \frac{N(N+1)/2 - \sum_S r_g}{N - n}.

    Higher means that the set's genes are among the sample's highest. Its scale grows with :math:`N`: compare cohorts
    on a common universe. (Dividing by the range over all samples, as is common, would make it depend on the file.)

    Parameters
    ----------
    members
        Ranks in one sample.

    Returns
    -------
    array of float64, shape (n_sets,)
        Between -N and N; not finite for a set without measured members, or with every gene of the universe.
    """
    weights = members.doubled**SSGSEA_EXPONENT  # doubling the ranks cancels in the ratio
    inside = members.per_set(weights * members.doubled) / (2 * members.per_set(weights))
    n = members.n_ranked
    outside = (n * (n + 1) - members.per_set(members.doubled)) / (2 * (n - members.present))
    return inside - outside


def singscore(members: Members) -> np.ndarray:
    r"""Score by the mean rank between its lowest and highest possible value, centred: singscore of an expected-up set.

    .. math:: \frac{\bar r_S - (n+1)/2}{N - n} - \frac12

    Parameters
    ----------
    members
        Ranks in one sample.

    Returns
    -------
    array of float64, shape (n_sets,)
        Between -0.5 (the lowest genes) and 0.5 (the highest).
    """
    lowest = (members.present + 1) / 2
    return (members.mean_rank - lowest) / (members.n_ranked - members.present) - 0.5


def rank_mean(members: Members) -> np.ndarray:
    r"""Score by the mean rank as a share of the genes ranked: :math:`(\bar r_S - 0.5) / N`.

    Parameters
    ----------
    members
        Ranks in one sample.

    Returns
    -------
    array of float64, shape (n_sets,)
        Between 0 (lowest) and 1 (highest); 0.5 for genes taken at random.
    """
    return (members.mean_rank - 0.5) / members.n_ranked


def aucell(members: Members) -> np.ndarray:
    r"""Score by the area under the recovery curve of the members among the top 5 % of genes.

    With :math:`d_g = N + 1 - r_g` and :math:`T = \lceil 0.05\,N \rceil` (at least 2, at most N), it is
    :math:`\sum_S \max(T - d_g, 0)` over its largest possible value :math:`\sum_{k=1}^{\min(n, T-1)} (T - k)`.

    Parameters
    ----------
    members
        Ranks in one sample.

    Returns
    -------
    array of float64, shape (n_sets,)
        Between 0 (no member at the top) and 1 (all at the very top).
    """
    top = aucell_top(members.n_ranked)
    above = members.doubled - 2 * (members.n_ranked + 1 - top)
    k = np.minimum(members.present, top - 1)
    return members.per_set(np.maximum(above, 0)) / (2 * k * top - k * (k + 1))


def aucell_top(n_ranked: int) -> int:
    """Say how many of the highest genes the recovery curve covers: 5 %, at least two.

    Parameters
    ----------
    n_ranked
        Genes ranked in a sample.

    Returns
    -------
    int
    """
    return min(max(int(np.ceil(AUCELL_TOP * n_ranked)), 2), n_ranked)


RANK_METHODS: Mapping[str, Callable[[Members], np.ndarray]] = MappingProxyType(
    {"ssgsea": ssgsea, "singscore": singscore, "aucell": aucell, "rank_mean": rank_mean}
)
"""Methods that need nothing but the order of the genes within the sample."""

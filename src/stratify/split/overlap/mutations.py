"""Patients who carry the same rare mutations."""

import numpy as np
import pandas as pd

from stratify.split.overlap.strangers import log_chance, logit, pooled_frequency, tendencies
from stratify.split.overlap.strata import members

AGREEMENT = 0.5
"""Of the information in two patients' mutated genes, the share that both have. Two records of one person reach 0.74
where 15 % of the calls differ and 0.54 where 30 % do. Between strangers with exomes the highest in a real cohort of 68,
hypermutated ones among them, is 0.12."""

LEVEL = 0.001
"""Pairs of strangers that may be listed between two cohorts, in expectation. Few patients of a panel have mutations
enough to reach this (of 100 with four of 392 genes on average, two were found); a laxer limit would list strangers with
the usual drivers."""

COLUMNS = ["first", "second", "fields", "deviation", "detail"]


def match_mutations(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    types: tuple[pd.Series, pd.Series] | None = None,
    within: bool = False,
) -> pd.DataFrame | None:
    r"""Find patients of two cohorts whose mutated genes are the same, rare ones among them.

    Gene :math:`g`, mutated with frequency :math:`f_g` among the patients compared, carries the information
    :math:`-\ln f_g`. A pair is listed where two things hold. *Agreement*: the information of the genes mutated in both
    is at least half of that of the genes mutated in either, so that nobody is alike for having many mutations.
    *Evidence*: times the number of pairs, the chance that strangers with these two numbers of mutated genes share so
    much information is below 0.001, whichever of the two one starts from (see `stratify.split.overlap.strangers`).

    Misleads where two tables count different things (one truncating mutations only, the other all): one person's
    mutations then differ. Two tumours of one person have few mutations in common, and are not found.

    Parameters
    ----------
    first, second : DataFrame, shape (n_genes, n_patients)
        Mutations: genes in the index, patients in the columns; mutated where above zero. Genes known for everyone in
        both are compared.
    types : tuple of Series of int, optional
        Cancer types, as `stratify.split.overlap.strata.strata` gives; without them everyone is compared with everyone.
    within
        Whether both are the same cohort: pairs of different patients are compared, once each.

    Returns
    -------
    DataFrame or None
        Columns `first`, `second`, `fields`, `deviation` (one minus the agreement), `detail`; ``None`` where no gene, or
        no cancer type, is in both.
    """
    first, second = first.sort_index(axis="columns"), second.sort_index(axis="columns")
    genes = first.dropna().index.intersection(second.dropna().index).sort_values()
    groups = members(first.columns, second.columns, types)
    if genes.empty or not groups:
        return None
    one, other = (table.loc[genes].to_numpy().T > 0 for table in (first, second))
    everyone = one if within else np.concatenate([one, other])
    comparisons = sum(
        len(rows) * (len(rows) - 1) // 2 if within else len(rows) * len(columns) for rows, columns in groups
    )
    found = []
    for rows, columns in groups:
        of_type = np.zeros(len(everyone), dtype=bool)
        of_type[rows] = True
        of_type[(0 if within else len(one)) + columns] = True
        alike = _alike(one[rows], other[columns], pooled_frequency(everyone, of_type), within=within)
        names = {"first": first.columns[rows[alike.pop("row")]], "second": second.columns[columns[alike.pop("column")]]}
        found.append(alike.assign(**{side: name.astype("str") for side, name in names.items()}))
    pairs = pd.concat(found, ignore_index=True).assign(fields=f"mutations of {len(genes)} genes")
    evident = pairs["log_chance"] + np.log(max(1, comparisons)) < np.log(LEVEL)
    return pairs.loc[evident, COLUMNS].sort_values(["first", "second"], ignore_index=True)


def _alike(mine: np.ndarray, theirs: np.ndarray, frequency: np.ndarray, *, within: bool) -> pd.DataFrame:
    """List the pairs that agree, by row of each cohort, and the chance that they do."""
    information = -np.log(frequency)
    shared = (mine * information) @ theirs.T
    either = (mine @ information)[:, np.newaxis] + theirs @ information - shared
    agreement = np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)
    row, column = np.nonzero((np.triu(agreement, 1) if within else agreement) >= AGREEMENT)
    amount = shared[row, column]
    # Of the two directions the one that chance explains better.
    chance = np.maximum(
        _log_chances(mine, theirs, frequency, (row, column), amount),
        _log_chances(theirs, mine, frequency, (column, row), amount),
    )
    both, any_of_two = (mine[row] & theirs[column]).sum(axis=1), (mine[row] | theirs[column]).sum(axis=1)
    powers = -chance / np.log(10)
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "deviation": (1 - agreement[row, column]).clip(min=0),
            "log_chance": chance,
            "detail": [
                f"{n} of {total} mutated genes in both, by chance in 1 of 10^{power:.0f} pairs"
                for n, total, power in zip(both, any_of_two, powers, strict=True)
            ],
        }
    )


def _log_chances(
    anyone: np.ndarray,
    given: np.ndarray,
    frequency: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    amount: np.ndarray,
) -> np.ndarray:
    """Bound the chance that anyone with as many mutated genes shares so much with the patient who is given."""
    row, column = pairs
    chance = np.zeros(len(row))
    tendency = tendencies(anyone.sum(axis=1), frequency)
    for patient in np.unique(column):
        these, genes = np.flatnonzero(column == patient), given[patient]
        log_odds = logit(frequency[genes]) + tendency[row[these], np.newaxis]
        chance[these] = log_chance(log_odds, -np.log(frequency[genes]), amount[these])
    return chance

"""Oddities of whose measurements are whose: values that were sorted and given back to patients by position."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from stratify.config.dataset import Modality
from stratify.config.expression import LINEAR_UNITS, LOG_UNITS
from stratify.harmonize.findings.finding import Finding, listed

FEWEST_FEATURES = 20
FEWEST_SAMPLES = 10
"""With fewer samples, features that repeat each other agree, or do not, by chance."""

FEWEST_VALUES = 20
"""Distinct values in a row that only rise: of a million features in random order, one does so once in 10 to the 12."""

MOST_FEATURES = 500
SHUFFLES = 200
ABOVE_CHANCE = 3.0
"""Standard deviations of the shuffles; the least among sixteen cohorts as published is 6.7."""


def modalities_disagree(
    tables: Mapping[str, pd.DataFrame], modalities: Mapping[str, Modality], seed: int = 0
) -> Iterator[Finding]:
    r"""Find two tables of the same features that do not agree on who is who.

    Two ways to score the same gene sets, or to quantify the same genes, rank patients alike. Where the rows of one file
    were put in another order than its identifiers (a scorer that sorts, with identifiers given back by position), they
    agree no more than if patients were drawn by lot. For each shared feature, Spearman's correlation :math:`\rho` over
    the samples is taken. The two disagree where its median over the features is at most 3 times, in size, the standard
    deviation that the median has over 200 shuffles of the samples. A file in which a part of the rows is exchanged is
    not found.

    Parameters
    ----------
    tables
        As `stratify.artifacts.harmonize.MODALITY`, by name of the modality.
    modalities
        What each is. Compared are those of one unit, and expression with expression; features by their names without
        namespace, at least 20 that are known for every one of at least 10 samples.
    seed
        Seed of the shuffles.

    Yields
    ------
    Finding
        One per pair of modalities.
    """
    for first, second in combinations(tables, 2):
        if not _of_one_kind(modalities[first], modalities[second]):
            continue
        ranks = _shared_ranks(_by_plain_name(tables[first]), _by_plain_name(tables[second]))
        if ranks is None:
            continue
        observed, chance = _agreement(*ranks, np.random.default_rng(seed))
        if abs(observed) > ABOVE_CHANCE * chance:
            continue
        features, samples = ranks[0].shape
        detail = (
            f"{first} and {second} order the same {samples} samples differently: median rank correlation "
            f"{observed:.2f} over {features} features of one name, by chance up to {ABOVE_CHANCE * chance:.2f}; "
            "are the rows of one of the files in another order than its identifiers?"
        )
        yield Finding("modalities_disagree", "error", samples, detail, second)


def sorted_by_value(modality: str, measured: pd.DataFrame) -> Iterator[Finding]:
    """Find measurements whose samples stand in the order of one feature; identifiers may have stayed where they were.

    Parameters
    ----------
    modality
        Name of the modality.
    measured : DataFrame, shape (n_features, n_samples)
        Samples in the order of the file.

    Yields
    ------
    Finding
        One that names the features, if any has at least 20 distinct values and none missing.
    """
    values = measured.to_numpy(dtype=np.float32)
    with np.errstate(invalid="ignore"):  # infinite values are a finding of their own
        steps = np.diff(values, axis=1)
    distinct = (steps != 0).sum(axis=1) + 1
    in_order = ((steps >= 0).all(axis=1) | (steps <= 0).all(axis=1)) & (distinct >= FEWEST_VALUES)
    if in_order.any():
        names = measured.index[in_order]
        detail = (
            f"all {values.shape[1]} samples stand in the file in the order of {listed(names)}: sorted by it, with the "
            "identifiers given back by position? Check one sample by hand, and accept where its values are its own"
        )
        yield Finding("sorted_by_value", "error", values.shape[1], detail, modality)


def _by_plain_name(table: pd.DataFrame) -> pd.DataFrame:
    named = table.set_index("feature")
    named.index = named.index.str.partition(".").get_level_values(2)
    return named.loc[~named.index.duplicated()]


def _of_one_kind(first: Modality, second: Modality) -> bool:
    expression = LOG_UNITS | LINEAR_UNITS
    if first.mutations is not None or second.mutations is not None:
        return False
    return first.unit == second.unit or {first.unit, second.unit} <= expression


def _shared_ranks(first: pd.DataFrame, second: pd.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    """Give standardised ranks over samples, features by samples; None where there is too little to compare."""
    names = first.index.intersection(second.index).sort_values()
    sides = [first.loc[names], second.loc[names]]
    # Whoever was not measured in one of the two.
    both = ~(sides[0].isna().all() | sides[1].isna().all())
    sides = [side.loc[:, both] for side in sides]
    whole = np.logical_and.reduce([_varies_and_is_known(side) for side in sides])
    chosen = np.flatnonzero(whole)
    if len(chosen) < FEWEST_FEATURES or both.sum() < FEWEST_SAMPLES:
        return None
    chosen = chosen[np.linspace(0, len(chosen) - 1, min(len(chosen), MOST_FEATURES)).astype(int)]
    return _standardised(sides[0].iloc[chosen]), _standardised(sides[1].iloc[chosen])


def _varies_and_is_known(table: pd.DataFrame) -> np.ndarray:
    values = table.to_numpy()
    return np.asarray(np.ptp(values, axis=1) > 0)  # NaN is not


def _standardised(values: pd.DataFrame) -> np.ndarray:
    ranks = values.rank(axis="columns").to_numpy("float64")
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).sum(axis=1, keepdims=True)))


def _agreement(first: np.ndarray, second: np.ndarray, generator: np.random.Generator) -> tuple[float, float]:
    """Give the median correlation of the features, and its standard deviation over shuffles of the samples."""
    shuffles = (generator.permutation(second.shape[1]) for _ in range(SHUFFLES))
    chance = [np.median((first * second[:, order]).sum(axis=1)) for order in shuffles]
    return float(np.median((first * second).sum(axis=1))), float(np.std(chance))

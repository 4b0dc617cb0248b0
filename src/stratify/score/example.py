"""Synthetic patients to try a model with, drawn from its card; never patients of a cohort."""

import numpy as np
import pandas as pd

from stratify.score.card import FeatureRange, ModelCard

MISSING_SHARE = 0.1


def synthetic_patients(card: ModelCard, n: int = 5, seed: int = 0) -> pd.DataFrame:
    """Draw patients feature by feature, independently, inside the training ranges.

    A number is drawn from the triangular distribution between the training minimum and maximum with its mode at the
    median; a category uniformly from its levels. From the second patient on, a tenth of the values is left empty, so
    that one sees what scoring says of them. Nothing but the ranges on the card is used.

    Parameters
    ----------
    card
        Card of the model.
    n
        Number of patients.
    seed
        Seed of the draw; the same seed gives the same patients.

    Returns
    -------
    DataFrame, shape (n, n_features)
        Indexed by `patient_id` (``example-1`` …); columns ``card.feature_names``, numbers float64 rounded to four
        significant digits (still inside the range; whole where training values are), categories str.
    """
    generator = np.random.default_rng(seed)
    index = pd.Index([f"example-{number}" for number in range(1, n + 1)], name="patient_id", dtype="str")
    columns = {feature.name: _draw(feature, index, generator) for feature in card.features}
    patients = pd.DataFrame(columns, index=index)
    empty = generator.random(patients.shape) < MISSING_SHARE
    empty[0] = False
    return patients.mask(empty)


def _draw(feature: FeatureRange, index: pd.Index, generator: np.random.Generator) -> pd.Series:
    if feature.kind == "category":
        levels = generator.choice(feature.levels, len(index)) if feature.levels else None
        return pd.Series(levels, index=index, dtype="str")
    if feature.low is None or feature.high is None or feature.median is None:
        return pd.Series(np.nan, index=index, dtype="float64")
    if feature.low == feature.high:
        return pd.Series(feature.low, index=index, dtype="float64")
    drawn = generator.triangular(feature.low, feature.median, feature.high, len(index))
    rounded = np.round(drawn) if feature.whole else np.array([float(f"{value:.4g}") for value in drawn])
    return pd.Series(np.clip(rounded, feature.low, feature.high), index=index, dtype="float64")

"""Canary 2: with permuted labels the model ranks no better, and no worse, than chance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t
from sklearn.metrics import roc_auc_score

from stratify.assemble.cohort import Cohort
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.cross_fit import cross_fit

PERMUTATIONS = 10
LIMIT = 3.3
"""Of a normal distribution, exceeded once in a thousand times."""

LIMIT_OF_FEW = float(t.ppf(1 - 0.0005, PERMUTATIONS - 1))
"""The same of Student's t: where the error rests on the spread of ten means."""


def permuted_labels(experiment: Experiment, parameters: Mapping[str, object]) -> dict[str, Any]:
    r"""Shuffle outcomes within each cohort, on both sides of the splits, and cross-validate one repetition.

    The measure is :math:`(m - 0.5) / s`, where :math:`m` is the mean over permutations of the mean AUROC over folds
    and cohorts, and :math:`s` its standard error: the larger of the spread observed between permutations and the
    spread expected of independent folds, :math:`\sqrt{(n_1 + n_0 + 1) / (12 n_1 n_0)}` for a fold. Where whole
    cohorts are held out, folds are not independent (each learns from nearly the same cohorts) and the observed spread
    decides: the limit is then that of Student's t with nine degrees of freedom, 4.8 in place of 3.3. An honest model
    exceeds it about once in a thousand runs; the permutations are the same for all models of a study, so they exceed
    it together.

    Shuffling only the training side would prove nothing: a direction learned from random labels can still lie along
    the real axis of the data and rank the true labels well.

    Parameters
    ----------
    experiment
        The model and its inputs.
    parameters
        Hyper-parameters to use; this canary does not tune.

    Returns
    -------
    dict
        One measure, in standard errors.
    """
    samples = experiment.assembled().samples
    means, expected = [], []
    for permutation in range(PERMUTATIONS):
        rng = np.random.default_rng([experiment.study.seed, permutation])
        shuffled = experiment.tampered(lambda cohort, rng=rng: _permute(cohort, samples, rng))  # type: ignore[misc]
        aurocs, variances = _one_repetition(shuffled, parameters)
        means.append(np.mean(aurocs))
        expected.append(np.sum(variances) / len(variances) ** 2)
    error = np.sqrt(max(np.var(means, ddof=1), np.mean(expected)) / PERMUTATIONS)
    mean = float(np.mean(means))
    return {
        "canary": "permuted_labels",
        "measure": "distance of the mean AUROC from 0.5, in standard errors",
        "value": (mean - 0.5) / float(error),
        "limit": LIMIT_OF_FEW if experiment.study.design.kind != "repeated_nested_cv" else LIMIT,
        "n": len(samples),
        "detail": f"mean AUROC {mean:.3f}, standard error {error:.3f}, {PERMUTATIONS} permutations of one repetition",
    }


def _permute(cohort: Cohort, samples: pd.Index, rng: np.random.Generator) -> Cohort:
    """Move whole outcomes between the samples of the study; who is in the study stays the same."""
    clinical = cohort.clinical.sort_values("sample_id", ignore_index=True)
    outcomes = [name for name in clinical.columns if name.startswith("endpoint.")]
    rows = clinical.index[clinical["sample_id"].isin(samples)]
    clinical.loc[rows, outcomes] = clinical.loc[rng.permutation(rows), outcomes].set_index(rows)
    return Cohort(cohort.name, cohort.config, clinical, cohort.measurements)


def _one_repetition(experiment: Experiment, parameters: Mapping[str, object]) -> tuple[list[float], list[float]]:
    """AUROC and its variance without a signal, per fold and cohort; folds with one class have neither."""
    table = experiment.assembled().table
    predictions = cross_fit(experiment.study, experiment.model, table, experiment.once_held_out, parameters).predictions
    held_out = predictions[predictions["role"].ne("train")]
    aurocs, variances = [], []
    for _, part in held_out.groupby(["split", "cohort"], sort=True):
        if part["y"].nunique() == 2:
            aurocs.append(float(roc_auc_score(part["y"].to_numpy(dtype=int), part["score"])))
            variances.append(_null_variance(part["y"]))
    return aurocs, variances


def _null_variance(y: pd.Series) -> float:
    positive, negative = int(y.sum()), int((1 - y).sum())
    return (positive + negative + 1) / (12 * positive * negative)

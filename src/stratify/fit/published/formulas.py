"""Published formulas with their published coefficients: nothing is learned."""

from typing import ClassVar

import numpy as np
import pandas as pd

from stratify.config.published import COMPARATOR_INPUTS
from stratify.fit.published.classifier import ProbabilityMixin, PublishedClassifier

UPPER_LIMITS = {"clin.tmb_per_mb": 50.0, "clin.nlr": 25.0, "clin.age_years": 85.0}
"""Larger values count as these."""

CANCER_TYPE_TERMS = {
    "bladder": -0.3323,
    "breast": -0.3323,
    "colorectal": -0.102,
    "endometrial": -0.0079,
    "esophageal": 0.55,
    "gastric": 0.2306,
    "head_and_neck": 0.0678,
    "hepatobiliary": -0.1189,
    "melanoma": -0.0086,
    "mesothelioma": 0.1255,
    "nsclc": 0.0008,
    "ovarian": -0.052,
    "pancreatic": -1.1169,
    "renal": 0.5451,
    "sarcoma": 0.0542,
    "sclc": -0.0033,
}
"""Term of the pan-cancer formula; any other type has 0."""


def limited(features: pd.DataFrame) -> pd.DataFrame:
    """Cut tumour mutational burden, neutrophil to lymphocyte ratio and age at the upper limits of LORIS.

    Parameters
    ----------
    features : DataFrame
        Columns of the study table.

    Returns
    -------
    DataFrame
        The same columns.
    """
    return features.assign(
        **{name: features[name].clip(upper=limit) for name, limit in UPPER_LIMITS.items() if name in features}
    )


class _Formula(ProbabilityMixin, PublishedClassifier):
    """A linear sum turned into a probability by the logistic function."""

    coefficients: ClassVar[dict[str, float]]
    intercept: ClassVar[float]

    def _decide(self, features: pd.DataFrame) -> np.ndarray:
        values = limited(features)
        total = sum(weight * values[name] for name, weight in self.coefficients.items())
        return np.asarray(total + self.intercept, dtype="float64")


class LorisPanCancer(_Formula):
    """Score patients by the pan-cancer LORIS formula (Chang 2024).

    The probability is ``1 / (1 + exp(-S))`` with ``S = 0.0371 min(TMB, 50) - 0.8775 PSTH + 0.5382 albumin
    - 0.033 min(NLR, 25) + 0.0049 min(age, 85) + term of the cancer type - 2.0886``; TMB in mutations per megabase,
    PSTH 1 after earlier systemic therapy, albumin in g/dL, age in years. It misleads as a probability: it was fitted
    with balanced class weights and states about twice the responses that occur.

    References
    ----------
    Chang 2024, Nature Cancer, doi:10.1038/s43018-024-00772-7.
    """

    inputs: ClassVar[tuple[str, ...]] = COMPARATOR_INPUTS["loris_pan_cancer"]
    coefficients: ClassVar[dict[str, float]] = {
        "clin.tmb_per_mb": 0.0371,
        "clin.prior_systemic_therapy": -0.8775,
        "clin.albumin_g_per_dl": 0.5382,
        "clin.nlr": -0.033,
        "clin.age_years": 0.0049,
    }
    intercept: ClassVar[float] = -2.0886

    def _decide(self, features: pd.DataFrame) -> np.ndarray:
        terms = features["clin.cancer_type"].map(CANCER_TYPE_TERMS).astype("float64").fillna(0.0)
        return super()._decide(features) + terms.to_numpy()


class LorisNsclc(_Formula):
    """Score patients with non-small-cell lung cancer by the LORIS formula made for them (Chang 2024).

    The probability is ``1 / (1 + exp(-S))`` with ``S = 0.0353 min(TMB, 50) + 0.0111 PD-L1 - 0.375 PSTH
    + 0.2924 albumin - 0.0103 min(NLR, 25) - 1.5593``; PD-L1 as tumour proportion score in percent, the rest as in
    `LorisPanCancer`, whose caveat on the probabilities holds here too. Patients with another cancer are not scored.

    References
    ----------
    Chang 2024, Nature Cancer, doi:10.1038/s43018-024-00772-7.
    """

    inputs: ClassVar[tuple[str, ...]] = COMPARATOR_INPUTS["loris_nsclc"]
    coefficients: ClassVar[dict[str, float]] = {
        "clin.tmb_per_mb": 0.0353,
        "clin.pdl1_tps_percent": 0.0111,
        "clin.prior_systemic_therapy": -0.375,
        "clin.albumin_g_per_dl": 0.2924,
        "clin.nlr": -0.0103,
    }
    intercept: ClassVar[float] = -1.5593

    def _prepare(self, features: pd.DataFrame) -> pd.DataFrame:
        return features.where(features["clin.cancer_type"] == "nsclc")


class Tmb10(PublishedClassifier):
    """Call a tumour mutational burden of at least 10 mutations per megabase high.

    The score is 1 for high and 0 for low; no probability was published with it.

    References
    ----------
    Marabelle 2020, Lancet Oncology (KEYNOTE-158).
    """

    inputs: ClassVar[tuple[str, ...]] = COMPARATOR_INPUTS["tmb_10"]
    cut: ClassVar[float] = 10.0
    _positive_from: ClassVar[float] = 0.5

    def _decide(self, features: pd.DataFrame) -> np.ndarray:
        return (features["clin.tmb_per_mb"] >= self.cut).to_numpy(dtype="float64")

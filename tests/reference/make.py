"""Write the reference values of this folder; see README.md. Needs scikit-learn, statsmodels and firthmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from firthmodels import FirthLogisticRegression
from scipy.special import logit
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

HERE = Path(__file__).parent


def performance() -> None:
    rng = np.random.default_rng(20261122)
    y = (rng.random(80) < 0.35).astype(int)
    probability = np.clip(np.round(1 / (1 + np.exp(-rng.normal(-1 + 1.5 * y, 1.2))), 2), 0.01, 0.99)
    patients = pd.DataFrame({"y": y, "probability": probability, "weight": rng.poisson(1, 80)})
    patients.to_csv(HERE / "performance_patients.csv", index=False)
    rows = [(f"{name}_{kind}", value) for kind, w in _weights(patients) for name, value in _measures(y, probability, w)]
    for events, n in [(0, 7), (3, 11), (40, 40), (35, 189)]:
        low, high = proportion_confint(events, n, method="wilson")
        rows += [(f"wilson_low_{events}_{n}", low), (f"wilson_high_{events}_{n}", high)]
    pd.DataFrame(rows, columns=["quantity", "value"]).to_csv(HERE / "performance_expected.csv", index=False)


def _weights(patients: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    return [("plain", np.ones(len(patients))), ("weighted", patients["weight"].to_numpy(dtype=float))]


def _measures(y: np.ndarray, p: np.ndarray, weight: np.ndarray) -> list[tuple[str, float]]:
    options = {"family": sm.families.Binomial(), "freq_weights": weight}
    slope = sm.GLM(y, sm.add_constant(logit(p)), **options).fit(tol=1e-14)
    large = sm.GLM(y, np.ones_like(p), offset=logit(p), **options).fit(tol=1e-14)
    return [
        ("auroc", roc_auc_score(y, p, sample_weight=weight)),
        ("auprc", average_precision_score(y, p, sample_weight=weight)),
        ("brier", brier_score_loss(y, p, sample_weight=weight)),
        ("calibration_slope", slope.params[1]),
        ("calibration_intercept", large.params[0]),
    ]


def univariate() -> None:
    rng = np.random.default_rng(20261123)
    n = 60
    y = (rng.random(n) < 0.4).astype(int)
    patients = pd.DataFrame(rng.normal(size=(n, 8)).round(4), columns=[f"gene.G{i}" for i in range(8)])
    patients["gene.G0"] += 1.2 * y
    patients["gene.G1"] -= 0.8 * y
    patients.loc[rng.random(n) < 0.3, "gene.G2"] = np.nan
    patients["mut.BOTH"] = (rng.random(n) < 0.3).astype(float)
    patients["mut.POSITIVE"] = ((np.arange(n) % 5 == 0) & (y == 1)).astype(float)
    patients["mut.NEGATIVE"] = ((np.cumsum(y == 0) == 3) & (y == 0)).astype(float)
    patients["gene.PERFECT"] = (0.01 + rng.random(n).round(4)) * np.where(y == 1, 1, -1)
    patients.insert(0, "y", y)
    patients.to_csv(HERE / "univariate_patients.csv", index=False)
    rows = [_association(patients[["y", name]].dropna(), name) for name in patients.columns[1:]]
    expected = pd.DataFrame(rows, columns=["feature", "method", "effect", "low", "high", "p_value"])
    expected["q_value"] = multipletests(expected["p_value"], method="fdr_bh")[1]
    expected.to_csv(HERE / "univariate_expected.csv", index=False)


def _association(patients: pd.DataFrame, name: str) -> tuple[str, str, float, float, float, float]:
    y, x = patients["y"].to_numpy(), patients[name].to_numpy()
    x = (x - x.mean()) / x.std(ddof=1)
    one, other = x[y == 1], x[y == 0]
    if one.min() >= other.max() or other.min() >= one.max():
        fit = FirthLogisticRegression(backend="numpy", gtol=1e-7, xtol=1e-7, max_iter=1000).fit(x[:, None], y)
        low, high = fit.conf_int(method="pl", max_iter=1000, tol=1e-7)[0]
        return name, "firth", fit.coef_[0], low, high, fit.lrt(warm_start=True).lrt_pvalues_[0]
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-12)
    return name, "maximum_likelihood", fit.params[1], *fit.conf_int()[1], fit.pvalues[1]


if __name__ == "__main__":
    performance()
    univariate()

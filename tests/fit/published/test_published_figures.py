"""What the comparators reach on the authors' own workbook, against published and independently computed figures."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from stratify.fit.published import PUBLISHED

pytestmark = pytest.mark.cohorts

PAN_CANCER = {
    # sheet: patients scored, AUROC, observed to expected responders
    "Chowell_train": (964, 0.741, 0.62),
    "Chowell_test": (515, 0.754, 0.56),
    "MSK1": (453, 0.699, 0.54),
    "MSK2": (100, 0.637, 0.33),
    "Kato_panCancer": (35, 0.793, 0.39),
    "Shim_NSCLC": (190, 0.589, 0.68),
    "Vanguri_NSCLC": (246, 0.664, 0.54),
    "Ravi_NSCLC": (309, 0.7245, 0.81),
    "Pradat_panCancer": (57, 0.7105, 1.65),
}


def scored(name, train, test, seed=0):
    """Fit on one sheet, and give label, score and probability of whom it can score in the other."""
    published = PUBLISHED[name]
    estimator = published.fit(train, train["y"], seed)
    return published.score(estimator, test).assign(y=test["y"]).dropna(subset="score")


@pytest.mark.parametrize("sheet", PAN_CANCER)
def test_pan_cancer_formula(workbook, sheet):
    rows = scored("loris_pan_cancer", workbook["Chowell_train"], workbook[sheet])
    n, auroc, observed_to_expected = PAN_CANCER[sheet]
    assert len(rows) == n
    assert roc_auc_score(rows["y"], rows["score"]) == pytest.approx(auroc, abs=5e-4)
    assert rows["y"].sum() / rows["probability"].sum() == pytest.approx(observed_to_expected, abs=0.005)


def test_brier_of_the_pan_cancer_formula(workbook):
    rows = scored("loris_pan_cancer", workbook["Chowell_train"], workbook["Chowell_test"])
    assert brier_score_loss(rows["y"], rows["probability"]) == pytest.approx(0.191, abs=5e-4)


def test_pan_cancer_formula_gives_the_authors_own_scores(workbook):
    control = workbook["MSK_nonICB"]
    published = PUBLISHED["loris_pan_cancer"]
    estimator = published.fit(workbook["Chowell_train"], workbook["Chowell_train"]["y"], 0)
    ours = published.score(estimator, control)["probability"]
    assert len(ours) == 841
    assert np.abs(ours - control["loris"]).max() < 1e-3
    assert ours.corr(control["loris"], method="spearman") > 0.99999


def test_loris_refit(workbook):
    rows = scored("loris_refit", workbook["Chowell_train"], workbook["Chowell_test"])
    assert len(rows) == 515
    assert roc_auc_score(rows["y"], rows["score"]) == pytest.approx(0.756, abs=0.005)
    assert brier_score_loss(rows["y"], rows["probability"]) == pytest.approx(0.154, abs=0.005)
    assert rows["y"].sum() / rows["probability"].sum() == pytest.approx(0.92, abs=0.005)


def test_random_forest_refit(workbook):
    train = workbook["Chowell_train"]
    apparent = scored("rf16", train, train)
    assert roc_auc_score(apparent["y"], apparent["score"]) == pytest.approx(0.851, abs=0.005)
    rows = scored("rf16", train, workbook["Chowell_test"])
    assert (len(apparent), len(rows)) == (964, 515)
    assert roc_auc_score(rows["y"], rows["score"]) == pytest.approx(0.725, abs=0.01)


def test_only_chowell_has_what_the_forest_needs(workbook):
    able = {sheet: int(PUBLISHED["rf16"].can_score(table).sum()) for sheet, table in workbook.items()}
    assert {sheet for sheet, n in able.items() if n} == {"Chowell_train", "Chowell_test"}

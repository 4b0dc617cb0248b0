import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from stratify.artifacts.evaluate import COMPARISONS
from stratify.evaluate.comparisons import comparisons
from stratify.evaluate.intervals import resample

DRAWS = 200


def compare(synthetic, predictions=None, draws=DRAWS):
    given = synthetic.predictions if predictions is None else predictions
    frame = comparisons(given, synthetic.splits, study_id="toy", study=synthetic.study, draws=draws)
    COMPARISONS.validate(frame)
    return frame.set_index(["model", "comparator", "metric"])


@pytest.fixture
def compared(synthetic):
    return compare(synthetic)


def test_every_model_meets_every_comparator_and_each_other_model_once(compared):
    auroc = {(model, comparator) for model, comparator, metric in compared.index if metric == "auroc"}
    others = ["prevalence", "group_mean", "gene.CXCL9"]
    expected = {(model, other) for model in ("elastic_net", "lightgbm") for other in others}
    assert auroc == expected | {("elastic_net", "lightgbm")}
    brier = {(model, comparator) for model, comparator, metric in compared.index if metric == "brier"}
    assert brier == {pair for pair in auroc if pair[1] != "gene.CXCL9"}
    assert set(compared["method"]) == {f"paired bootstrap over patients, {DRAWS} draws"}


def slow_difference(rows, marker, weight):
    """Weighted difference in fold-wise AUROC between a model and a fixed score, fold by fold."""
    rows = rows.assign(marker=rows["patient_id"].map(marker), weight=rows["patient_id"].map(weight))
    rows = rows[rows["marker"].notna() & (rows["weight"] > 0)]
    by_fold = {}
    for key, fold in rows.groupby(["repeat", "split"]):
        if fold["y"].nunique() == 2:
            y, w = fold["y"].astype(int), fold["weight"]
            by_fold[key] = [roc_auc_score(y, fold[name], sample_weight=w) for name in ("score", "marker")]
    means = pd.DataFrame(by_fold, index=["score", "marker"]).T.groupby(level=0).mean().mean()
    return means["score"] - means["marker"]


def test_a_fixed_score_is_compared_in_the_same_folds_on_shared_patients(compared, synthetic):
    rows = synthetic.predictions.query("model == 'elastic_net' and role == 'cv'")
    marker = synthetic.predictions.query("model == 'gene.CXCL9'").set_index("patient_id")["score"]
    weights = pd.DataFrame(resample(60, synthetic.study.seed, 40), columns=synthetic.patients)
    slow = np.array([slow_difference(rows, marker, row) for _, row in weights.iterrows()])
    found = compared.loc[("elastic_net", "gene.CXCL9", "auroc")]
    assert found["difference"] == pytest.approx(slow[0], abs=1e-12)
    assert found["n"] == 54
    few = compare(synthetic, draws=40).loc[("elastic_net", "gene.CXCL9", "auroc")]
    assert [few["low"], few["high"]] == pytest.approx(np.percentile(slow[1:], [2.5, 97.5]), abs=1e-12)


def test_a_model_does_not_differ_from_its_double(synthetic):
    frame = synthetic.predictions
    double = frame[frame["model"] == "elastic_net"].assign(model="lightgbm")
    found = compare(synthetic, pd.concat([frame[frame["model"] != "lightgbm"], double], ignore_index=True))
    row = found.loc[("elastic_net", "lightgbm", "auroc")]
    assert row[["difference", "low", "high", "p_value"]].tolist() == [0, 0, 0, 1]


def test_a_perfect_model_beats_the_prevalence_as_surely_as_the_draws_allow(synthetic):
    frame = synthetic.predictions.copy()
    mine = frame["model"] == "elastic_net"
    frame.loc[mine, "score"] = frame.loc[mine, "y"].astype(float)
    row = compare(synthetic, frame).loc[("elastic_net", "prevalence", "auroc")]
    assert row["difference"] == 0.5
    assert row["p_value"] == pytest.approx(2 / (DRAWS + 1))


def test_row_order_does_not_matter(synthetic, compared):
    shuffled = compare(synthetic, synthetic.predictions.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled.sort_index(), compared.sort_index())

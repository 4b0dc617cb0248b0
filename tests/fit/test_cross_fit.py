import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

from stratify.artifacts.fit import PREDICTIONS, TUNING
from stratify.errors import StratifyError
from stratify.fit.comparators import compare
from stratify.fit.cross_fit import cross_fit, fit_split, split_rows


@pytest.fixture(scope="module", params=["elastic_net", "lightgbm"])
def fitted(request, make_experiment):
    experiment = make_experiment(model=request.param, n=40)
    study, table, splits = experiment.study, experiment.assembled().table, experiment.splits
    return study, request.param, table, splits, cross_fit(study, request.param, table, splits)


def test_predictions_and_tuning_keep_their_contracts(fitted):
    _, model, _, _, result = fitted
    identity = {"study": "toy-study", "model": model}
    PREDICTIONS.validate(result.predictions.assign(**identity)[list(PREDICTIONS.columns)])
    TUNING.validate(result.tuning.assign(**identity)[list(TUNING.columns)])


def test_every_patient_is_predicted_once_a_repetition_by_a_model_that_did_not_see_them(fitted):
    _, _, table, splits, result = fitted
    outer = result.predictions.query("role == 'cv'")
    assert (outer.groupby("repeat")["patient_id"].nunique() == len(table)).all()
    assert len(outer) == 2 * len(table)
    sides = outer.merge(splits, on=["split", "patient_id"], suffixes=("", "_side"))
    assert sides["role_side"].eq("test").all()
    assert len(result.predictions.query("role == 'train'")) == len(table)


def test_labels_travel_with_their_patient(fitted):
    _, _, table, _, result = fitted
    truth = table.set_index("patient_id")["y"]
    assert (result.predictions["y"].to_numpy() == truth.reindex(result.predictions["patient_id"]).to_numpy()).all()


def test_one_candidate_a_split_is_chosen_and_it_is_the_best_by_log_loss(fitted):
    _, _, _, _, result = fitted
    for _, candidates in result.tuning.groupby("split"):
        assert candidates["chosen"].sum() == 1
        best = candidates["inner_neg_log_loss"].max()
        assert candidates.loc[candidates["chosen"] == 1, "inner_neg_log_loss"].item() == best


def test_inner_estimates_agree_with_a_plain_loop(fitted):
    study, model, table, splits, result = fitted
    split = splits[splits["split"] == "r00f0"]
    train, _ = split_rows(table, split)
    candidate = result.tuning.query("split == 'r00f0' and chosen == 1").iloc[0]
    pipeline = fit_split(study, model, train).pipeline
    pipeline.set_params(**{f"classifier__{k}": v for k, v in json.loads(candidate["parameters"]).items()})
    features = [name for name in table.columns if "." in name]
    y = train["y"].to_numpy(dtype=int)
    losses, aurocs = [], []
    for inside, outside in RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=study.seed).split(train, y):
        pipeline.fit(train[features].iloc[inside], y[inside])
        probability = pipeline.predict_proba(train[features].iloc[outside])[:, 1]
        losses.append(log_loss(y[outside], probability))
        aurocs.append(roc_auc_score(y[outside], probability))
    assert np.mean(aurocs) == pytest.approx(candidate["inner_auroc"], abs=1e-12)
    assert -np.mean(losses) == pytest.approx(candidate["inner_neg_log_loss"], abs=1e-8)


def test_splitting_joins_by_patient_not_by_position(fitted):
    _, _, table, splits, _ = fitted
    split = splits[splits["split"] == "r00f0"]
    first = split_rows(table, split)
    second = split_rows(table.sample(frac=1, random_state=1), split.sample(frac=1, random_state=2))
    for one, two in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True))


def test_naive_comparators_by_hand(fitted, signatures):
    study, _, table, splits, _ = fitted
    predictions = compare(study, table, splits, signatures)
    split = splits[splits["split"] == "r00f0"]
    train, test = split_rows(table, split)
    of_split = predictions[predictions["split"].eq("r00f0")]
    prevalence = of_split.query("model == 'prevalence'")
    assert prevalence["probability"].eq(train["y"].mean()).all()
    assert set(prevalence["patient_id"]) == set(test["patient_id"])
    group = of_split.query("model == 'group_mean'").set_index("patient_id")["probability"]
    for row in test.itertuples():
        same = train[train["clin.sex"] == table.set_index("patient_id").loc[row.patient_id, "clin.sex"]]
        expected = train["y"].mean() if same.empty else same["y"].mean()
        assert group[row.patient_id] == pytest.approx(expected)


def test_biomarkers_keep_a_row_for_patients_they_cannot_score_and_are_turned(make_study, signatures, fitted):
    _, _, table, splits, _ = fitted
    holes = table.assign(**{"gene.CXCL9": table["gene.CXCL9"].mask(table.index < 3)})
    study = make_study(biomarkers={"gene.CXCL9": "higher", "gene.CD8A": "lower"})
    predictions = compare(study, holes, splits, signatures).set_index("patient_id")
    cxcl9 = predictions[predictions["model"] == "gene.CXCL9"]
    assert len(cxcl9) == len(table)
    assert cxcl9["score"].isna().sum() == 3
    assert cxcl9["probability"].isna().all()
    turned = predictions.loc[predictions["model"] == "gene.CD8A", "score"]
    assert turned.to_list() == (-table.set_index("patient_id")["gene.CD8A"]).to_list()
    assert "sig.cyt" in set(predictions["model"])


def test_a_biomarker_must_be_a_number(make_study, signatures, fitted):
    _, _, table, splits, _ = fitted
    with pytest.raises(StratifyError, match=r"biomarkers: 'clin.sex' is not a number"):
        compare(make_study(biomarkers={"clin.sex": "higher"}), table, splits, signatures)


def test_too_few_training_patients_for_the_inner_folds_is_an_error(make_study, fitted):
    _, _, table, _, _ = fitted
    few = pd.concat([table[table["y"] == 1].head(2), table[table["y"] == 0]])
    with pytest.raises(StratifyError, match="3 inner folds need at least 3 training patients"):
        fit_split(make_study(), "elastic_net", few)

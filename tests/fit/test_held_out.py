"""What is predicted for whom, and in which role, where whole cohorts are held out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.split import DUPLICATE
from stratify.assemble.table import assemble
from stratify.fit.comparators import compare
from stratify.fit.cross_fit import cross_fit, rows_to_predict
from stratify.fit.published import PUBLISHED
from stratify.split import make_splits
from stratify.synthetic import make_cohort


@pytest.fixture(scope="module")
def fitted(make_experiment, three_hospitals, held_out_design):
    experiment = make_experiment(cohorts=three_hospitals, **held_out_design)
    table = experiment.assembled().table
    return experiment, table, cross_fit(experiment.study, "elastic_net", table, experiment.splits).predictions


def test_every_held_out_patient_has_one_prediction_in_the_role_of_their_cohort(fitted):
    experiment, table, predictions = fitted
    rows = predictions.assign(study="toy", model="elastic_net")[list(PREDICTIONS.columns)]
    PREDICTIONS.validate(rows)
    held_out = predictions[predictions["role"] != "train"]
    assert not held_out["patient_id"].duplicated().any()
    roles = held_out.groupby("cohort")["role"].unique().map(list).to_dict()
    if experiment.study.design.kind == "external":
        assert roles == {"sister": ["internal"], "far": ["external"]}
    else:
        assert roles == {"toy": ["external"], "sister": ["external"], "far": ["external"]}
    judged = table[table["cohort"].isin(roles)]
    assert set(held_out["patient_id"]) == set(judged["patient_id"])


def test_comparators_are_judged_on_the_same_patients_in_the_same_roles(fitted, signatures):
    experiment, table, predictions = fitted
    compared = compare(experiment.study, table, experiment.splits, signatures)
    expected = predictions[predictions["role"] != "train"].set_index("patient_id")["role"].sort_index()
    for _, rows in compared.groupby("model"):
        found = rows[rows["role"] != "train"].set_index("patient_id")["role"].sort_index()
        pd.testing.assert_series_equal(found, expected)


def test_a_suspected_duplicate_is_predicted_like_the_others(fitted):
    experiment, table, _ = fitted
    split = experiment.largest_split["split"].iloc[0]
    members = experiment.splits[experiment.splits["split"] == split]
    first = members.loc[members["role"].eq("test"), "patient_id"].min()
    apart = members.assign(role=members["role"].mask(members["patient_id"].eq(first), DUPLICATE))
    assert apart["role"].eq(DUPLICATE).sum() == 1
    rows = rows_to_predict(table, apart).drop(columns="repeat")
    pd.testing.assert_frame_equal(rows, rows_to_predict(table, members).drop(columns="repeat"))


def test_a_cohort_that_lacks_a_feature_is_still_predicted(fitted):
    _, table, predictions = fitted
    far = table[table["cohort"].eq("far")]
    assert far["clin.sex"].isna().all()
    assert far["clin.age_years"].isna().all()
    assert np.isfinite(predictions["probability"]).all()


def test_a_formula_is_not_judged_on_those_it_was_fitted_to(make_study, signatures, monkeypatch):
    cohorts = [make_cohort(40, n_genes=12, name=name, patient_pool=name, seed=seed) for seed, name in enumerate("ab")]
    cohorts = [replace(one, clinical=one.clinical.assign(**{"clin.tmb_per_mb": 12.0})) for one in cohorts]
    study = make_study(
        datasets={"train": ["a", "b"]}, design={"kind": "leave_one_out", "inner": {"folds": 3}}, comparators=["tmb_10"]
    )
    table = assemble("toy", study, cohorts, signatures).table
    monkeypatch.setitem(PUBLISHED, "tmb_10", replace(PUBLISHED["tmb_10"], fitted_to=frozenset({"a"})))
    predictions = compare(study, table, make_splits("toy", study, table), signatures)
    scored = predictions[predictions["model"].eq("tmb_10")].groupby("cohort")["score"].count()
    assert scored.to_dict() == {"a": 0, "b": 40}

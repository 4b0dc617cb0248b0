import numpy as np
import pandas as pd
from sklearn.utils.estimator_checks import parametrize_with_checks

from stratify.fit.models import MODELS
from stratify.fit.models.encoding import FillIfComplete, encode

nan = np.nan


@parametrize_with_checks([FillIfComplete()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_numbers_come_first_and_unknown_levels_are_missing():
    frame = pd.DataFrame({"clin.sex": pd.Series(["m", "f", None], dtype="str"), "clin.age_years": [1.0, nan, 3.0]})
    step = encode(frame).fit(frame)
    new = frame.assign(**{"clin.sex": ["m", "x", None]})
    np.testing.assert_array_equal(step.transform(new), [[1.0, 1.0], [nan, nan], [3.0, nan]])


def test_only_what_training_never_missed_is_filled():
    train = np.array([[1.0, 5.0, 2.0, 0.0], [2.0, nan, 2.0, nan], [9.0, 7.0, 1.0, 1.0]])
    fill = FillIfComplete(n_categories=2).fit(train)
    np.testing.assert_array_equal(fill.transform(np.full((1, 4), nan)), [[2.0, nan, 2.0, nan]])
    np.testing.assert_array_equal(fill.transform(train), train)


def test_a_patient_without_a_feature_that_training_always_had_scores_as_the_median(patients):
    """LightGBM on its own reads the missing value as 0, far below any training value."""
    features, y = patients
    model = MODELS["lightgbm"](features, 0).fit(features, y)
    new = features.iloc[:50]
    absent = model.predict_proba(new.assign(**{"clin.falling": nan}))
    np.testing.assert_array_equal(
        absent, model.predict_proba(new.assign(**{"clin.falling": features["clin.falling"].median()}))
    )
    assert np.abs(absent - model.predict_proba(new.assign(**{"clin.falling": 0.0}))).max() > 0.01


def test_a_feature_missing_in_training_keeps_what_the_trees_learned(patients):
    features, y = patients
    features = features.assign(**{"clin.sometimes": features["clin.sometimes"].mask(y == 1)})
    model = MODELS["lightgbm"](features, 0).fit(features, y)
    encoded = model[0].transform(features)
    np.testing.assert_array_equal(model[:-1].transform(features), encoded)
    gone = features.assign(**{"clin.sometimes": nan})
    filled = features.assign(**{"clin.sometimes": features["clin.sometimes"].median()})
    assert (model.predict_proba(gone)[:, 1] - model.predict_proba(filled)[:, 1]).mean() > 0.05


def test_an_unseen_level_scores_as_the_most_frequent(patients):
    features, y = patients
    model = MODELS["lightgbm"](features, 0).set_params(classifier__n_estimators=200).fit(features, y)
    unseen, usual, first = (
        model.predict_proba(features.assign(**{"clin.level": level}))
        for level in ("never seen", features["clin.level"].mode()[0], "level_11")
    )
    np.testing.assert_array_equal(unseen, usual)
    assert not np.array_equal(unseen, first)

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import (
    check_do_not_raise_errors_in_init_or_set_params,
    check_estimator_cloneable,
    check_estimator_repr,
    check_get_params_invariance,
    check_mixin_order,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
    check_valid_tag_types,
)

from stratify.errors import StratifyError
from stratify.fit.published import PUBLISHED, with_published_values
from stratify.fit.published.classifier import TEXT_INPUTS
from stratify.harmonize.vocabulary import CHARACTERISTICS

NAMES = pytest.mark.parametrize("name", PUBLISHED)


def fitted(name, patients):
    published = PUBLISHED[name]
    return published.fit(patients, patients["y"], seed=5)


def test_what_each_may_do():
    facts = {
        name: (published.learns, published.gives_probability, published.reads_published_constants)
        for name, published in PUBLISHED.items()
    }
    assert facts == {
        "loris_pan_cancer": (False, True, True),
        "loris_nsclc": (False, True, True),
        "loris_refit": (True, True, False),
        "rf16": (True, True, False),
        "tmb_10": (False, False, False),
    }


@NAMES
def test_inputs_are_known_columns_of_the_right_kind(name):
    for column in PUBLISHED[name].inputs:
        assert (CHARACTERISTICS[column.removeprefix("clin.")].kind == "category") == (column in TEXT_INPUTS)


@NAMES
def test_inputs_are_those_of_the_estimator(name):
    estimator = PUBLISHED[name].build(0)
    assert estimator.inputs == PUBLISHED[name].inputs
    assert hasattr(estimator, "predict_proba") == PUBLISHED[name].gives_probability
    assert estimator.learns == PUBLISHED[name].learns
    assert is_classifier(estimator)


@NAMES
@pytest.mark.parametrize(
    "check",
    [
        check_do_not_raise_errors_in_init_or_set_params,
        check_estimator_cloneable,
        check_estimator_repr,
        check_get_params_invariance,
        check_mixin_order,
        check_no_attributes_set_in_init,
        check_parameters_default_constructible,
        check_set_params,
        check_valid_tag_types,
    ],
)
def test_scikit_learn_contract(name, check):
    """The checks that bring no unnamed matrix of their own."""
    check(name, PUBLISHED[name].build(0))


@NAMES
def test_an_unfitted_one_says_so(name, patients):
    with pytest.raises(NotFittedError):
        PUBLISHED[name].build(0).predict(patients)


@NAMES
def test_fitted_state_survives_a_pickle_and_a_clone_starts_anew(name, patients):
    estimator = fitted(name, patients)
    again = pickle.loads(pickle.dumps(estimator))
    assert np.array_equal(again.decision_function(patients), estimator.decision_function(patients), equal_nan=True)
    assert estimator.classes_.tolist() == [0, 1]
    assert set(estimator.predict(patients)[estimator.can_score(patients)]) <= {0.0, 1.0}
    with pytest.raises(NotFittedError):
        clone(estimator).predict(patients)


@NAMES
def test_fitted_attributes_hold_no_pandas(name, patients):
    state = vars(fitted(name, patients))
    assert not [key for key, value in state.items() if isinstance(value, (pd.DataFrame, pd.Series, pd.Index))]


@NAMES
def test_scores_keep_the_index_and_name_whom_they_cannot_score(name, patients):
    published = PUBLISHED[name]
    rows = patients.sample(frac=1, random_state=2)
    rows.iloc[:5, rows.columns.get_loc("clin.tmb_per_mb")] = np.nan
    scores = published.score(fitted(name, patients), rows)
    assert scores.index.equals(rows.index)
    assert list(scores) == ["score", "probability"]
    assert (scores.dtypes == "float64").all()
    assert scores["score"].notna().equals(published.can_score(rows))
    assert scores["score"].head(5).isna().all()
    assert scores["score"].notna().sum() > 20
    if published.gives_probability:
        assert scores["probability"].to_numpy() == pytest.approx(1 / (1 + np.exp(-scores["score"])), nan_ok=True)
    else:
        assert scores["probability"].isna().all()


@NAMES
def test_a_table_without_an_input_scores_nobody(name, patients):
    published = PUBLISHED[name]
    rows = patients.drop(columns=published.inputs[0])
    assert not published.can_score(rows).any()
    assert published.score(fitted(name, patients), rows)["score"].isna().all()


@pytest.mark.parametrize("name", [name for name, published in PUBLISHED.items() if published.learns])
def test_a_refit_is_repeatable_and_uses_its_seed(name, patients):
    first, second = (PUBLISHED[name].score(fitted(name, patients), patients) for _ in range(2))
    assert first.equals(second)
    assert PUBLISHED[name].build(5).random_state == 5


def test_labels_of_other_patients_are_refused(patients):
    with pytest.raises(StratifyError, match="rf16: the labels are not indexed like the table"):
        PUBLISHED["rf16"].fit(patients, patients["y"].iloc[::-1], seed=0)


def test_published_values_go_before_measured_ones():
    table = pd.DataFrame(
        {
            "clin.nlr": [3.3, 3.6, np.nan, 2.0],
            "clin.nlr__as_published": [6.6, np.nan, 6.2, np.nan],
            "clin.albumin_g_per_dl__as_published": [3.8, 3.8, 3.8, np.nan],
            "clin.cancer_type": pd.array([None, "renal", None, None], dtype="str"),
            "clin.cancer_type__as_published": pd.array(["nsclc", None, "nsclc", None], dtype="str"),
            "clin.age_years": [60.0, 61.0, 62.0, 63.0],
        },
        index=list("abcd"),
    )
    wanted = ("clin.nlr", "clin.albumin_g_per_dl", "clin.cancer_type", "clin.sex")
    found = with_published_values(table, wanted)
    assert list(found) == list(wanted)
    assert found["clin.nlr"].tolist() == [6.6, 3.6, 6.2, 2.0]
    assert found["clin.albumin_g_per_dl"].to_numpy() == pytest.approx([3.8, 3.8, 3.8, np.nan], nan_ok=True)
    assert found["clin.cancer_type"].fillna("?").tolist() == ["nsclc", "renal", "nsclc", "?"]
    assert found["clin.sex"].isna().all()
    assert table["clin.nlr"].tolist()[:2] == [3.3, 3.6]


@NAMES
def test_only_formulas_read_what_was_published(name, patients):
    published = PUBLISHED[name]
    column = "clin.tmb_per_mb"
    hidden = patients.assign(**{column: np.nan, f"{column}__as_published": patients[column]})
    scored = published.score(fitted(name, patients), hidden)["score"]
    if published.reads_published_constants:
        assert scored.equals(published.score(fitted(name, patients), patients)["score"])
    else:
        assert scored.isna().all()

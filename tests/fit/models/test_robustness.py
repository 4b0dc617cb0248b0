"""What every model owes a patient from another hospital: a sensible probability whatever is missing or out of range."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.special import logit
from sklearn.pipeline import Pipeline

from stratify.fit.canaries.fitted_state import fitted_state, largest_change
from stratify.fit.models import MODELS
from stratify.fit.models.recalibrated import Recalibrated
from stratify.logistic import fit_logistic
from stratify.score.boosters import check_boosters
from stratify.score.skops_file import ESTIMATORS, FORMS, TRUSTED, checked_copy

DIRECTIONS = {"clin.rising": "increasing", "clin.falling": "decreasing"}
HELD_TO_DIRECTIONS = ["spline_logistic", "lightgbm", "ensemble", "rank_lightgbm"]
NUMBERS = ["clin.rising", "clin.falling", "clin.free", "clin.before", "clin.sometimes"]


@pytest.fixture(scope="module")
def fitted(patients):
    return {name: build(patients[0], 0, DIRECTIONS).fit(*patients) for name, build in MODELS.items()}


def spoil(features, column, value):
    return features.assign(**{column: pd.Series(value, index=features.index, dtype=features[column].dtype)})


def inside_and_the_same_alone(model, patients):
    together = model.predict_proba(patients)[:, 1]
    alone = [model.predict_proba(patients.iloc[[row]])[0, 1] for row in range(len(patients))]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-9)
    return ((together > 0.001) & (together < 0.999)).all()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("column", "value"), [*((column, np.nan) for column in NUMBERS), ("clin.level", None), ("clin.level", "never seen")]
)
def test_a_cohort_without_a_feature_or_of_an_unseen_level_is_scored(fitted, others, name, column, value):
    assert inside_and_the_same_alone(fitted[name], spoil(others[0].iloc[:20], column, value))


@pytest.mark.parametrize("name", HELD_TO_DIRECTIONS)
@pytest.mark.parametrize("column", NUMBERS)
@pytest.mark.parametrize("value", [0.0, -1e9, 1e9])
def test_a_value_far_out_of_range_is_scored_like_one_at_the_end(fitted, patients, others, name, column, value):
    """Not the elastic net, whose straight lines go on for ever."""
    new = others[0].iloc[:20]
    assert inside_and_the_same_alone(fitted[name], spoil(new, column, value))
    if value:
        extreme = patients[0][column].max() if value > 0 else patients[0][column].min()
        found, at_end = (fitted[name].predict_proba(spoil(new, column, each)) for each in (value, extreme))
        np.testing.assert_allclose(found, at_end, atol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_a_patient_of_whom_nothing_is_known_is_scored(fitted, others, name):
    nobody = others[0].iloc[[0]].copy()
    for column in NUMBERS:
        nobody[column] = np.nan
    nobody["clin.level"] = pd.Series([None], index=nobody.index, dtype="str")
    assert 0.05 < fitted[name].predict_proba(nobody)[0, 1] < 0.9


values = st.one_of(st.just(float("nan")), st.floats(-20, 200))


@pytest.mark.parametrize("name", HELD_TO_DIRECTIONS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rest=st.tuples(values, values, values, values),
    level=st.sampled_from(["level_00", "level_07", "never seen", None]),
    which=st.sampled_from(sorted(DIRECTIONS)),
)
def test_known_directions_hold_whatever_else_is_known_or_missing(fitted, name, rest, level, which):
    grid = np.sort(np.concatenate([np.geomspace(0.01, 500, 120), np.linspace(-1, 8, 80)]))
    frame = pd.DataFrame({"clin.level": pd.Series([level] * len(grid), dtype="str")})
    others = iter(rest)
    for column in NUMBERS:
        frame[column] = grid if column == which else next(others)
    steps = np.diff(fitted[name].predict_proba(frame[[*NUMBERS, "clin.level"]])[:, 1])
    assert (steps >= -1e-12).all() if DIRECTIONS[which] == "increasing" else (steps <= 1e-12).all()
    assert np.abs(steps).sum() > 0


@pytest.mark.parametrize("name", HELD_TO_DIRECTIONS)
@pytest.mark.parametrize(
    ("column", "wrong", "low", "high"),
    [("clin.rising", "decreasing", 0.1, 100.0), ("clin.falling", "increasing", 5.5, 2.5)],
)
def test_a_direction_against_the_data_leaves_the_feature_without_effect(
    patients, others, name, column, wrong, low, high
):
    def gain(directions):
        model = MODELS[name](patients[0], 0, directions).fit(*patients)
        at_low, at_high = (model.predict_proba(spoil(others[0], column, value))[:, 1] for value in (low, high))
        return (at_high - at_low).mean()

    assert gain({}) > 0.03
    assert -0.025 < gain({column: wrong}) < 1e-9


@pytest.mark.parametrize("name", MODELS)
def test_probabilities_mean_what_they_say(fitted, patients, others, name):
    features, y = patients
    assert fitted[name].predict_proba(features)[:, 1].mean() == pytest.approx(y.mean(), abs=0.01)
    if name in ("spline_logistic", "ensemble"):
        score = logit(fitted[name].predict_proba(others[0])[:, 1])
        calibration = fit_logistic(score, others[1])
        assert calibration.slope[0] == pytest.approx(1, abs=0.2)
        assert fit_logistic(score, others[1], slope=1.0).intercept[0] == pytest.approx(0, abs=0.25)


@pytest.mark.parametrize("name", MODELS)
def test_training_twice_and_shuffled_gives_the_same_scores(fitted, patients, others, name):
    """Patients are sorted before a fit; here only the fit itself is repeated, its learned state compared."""
    again = MODELS[name](patients[0], 0, DIRECTIONS).fit(*patients)
    assert largest_change(fitted_state(fitted[name]), fitted_state(again)) == 0.0
    assert np.array_equal(again.predict_proba(others[0]), fitted[name].predict_proba(others[0]))


@pytest.mark.parametrize("name", MODELS)
def test_one_changed_patient_changes_the_learned_state(fitted, patients, name):
    features, y = patients
    changed = MODELS[name](features, 0, DIRECTIONS).fit(features, np.where(np.arange(len(y)) == 5, 1 - y, y))
    assert largest_change(fitted_state(fitted[name]), fitted_state(changed)) > 1e-9


@pytest.mark.parametrize("name", MODELS)
def test_saved_and_loaded_with_trusted_types_only(fitted, others, name):
    content = checked_copy(skops.io.dumps(fitted[name]), name)
    check_boosters(content, name)
    again = skops.io.loads(content, trusted=TRUSTED)
    assert np.array_equal(again.predict_proba(others[0]), fitted[name].predict_proba(others[0]))


def test_the_closed_list_is_what_the_models_are_made_of(fitted, patients):
    """A type that no model needs any more leaves the list; one that a new model needs joins it."""
    features, y = patients
    blank = features.assign(**{"clin.empty": np.nan})
    recalibrated = Pipeline([("classifier", Recalibrated(fitted["elastic_net"][-1]).estimate(np.zeros(len(y)), y))])
    holes = MODELS["elastic_net"](blank, 0, DIRECTIONS).fit(blank, y)
    counted = features.assign(**{"clin.tmb_per_mb": features["clin.rising"]})
    burden = MODELS["grouped_ridge"](counted, 0, DIRECTIONS).fit(counted, y)
    found = {
        kind for model in [*fitted.values(), holes, burden, recalibrated] for kind in kinds_of(skops.io.dumps(model))
    }
    assert {name for loader, name in found if loader == "ObjectNode"} == ESTIMATORS
    assert {loader for loader, _ in found} == set(FORMS)
    assert all(name in FORMS[loader] for loader, name in found)


def kinds_of(content):
    """List every node of a skops file: what reads it, and the type it names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        waiting = [json.loads(archive.read("schema.json"))]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            if "__loader__" in found:
                yield found["__loader__"], f"{found['__module__']}.{found['__class__']}"
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found

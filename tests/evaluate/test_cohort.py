import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.evaluate.cohort import cohorts_of


def test_everything_is_aligned_by_patient(synthetic):
    shuffled = synthetic.predictions.sample(frac=1, random_state=0)
    (cohort,) = cohorts_of(shuffled, seed=1)
    assert cohort.patients.tolist() == sorted(synthetic.patients)
    assert cohort.y.tolist() == synthetic.y.tolist()
    assert cohort.fold.shape == (synthetic.repeats, synthetic.n)
    assert sorted(np.unique(cohort.fold)) == list(range(synthetic.folds))
    rows = synthetic.predictions.query("model == 'lightgbm' and repeat == 2").set_index("patient_id")
    expected = rows["score"].reindex(cohort.patients)
    assert cohort.predictors["lightgbm"].score[2].tolist() == expected.tolist()


def test_a_fixed_score_keeps_the_patients_it_cannot_score(synthetic):
    (cohort,) = cohorts_of(synthetic.predictions, seed=1)
    marker = cohort.predictors["gene.CXCL9"]
    assert marker.fixed
    assert not marker.has_probability
    assert marker.scorable.sum() == 54
    part = cohort.only(marker.scorable)
    assert part.y.size == part.weights.shape[1] == part.fold.shape[1] == 54
    assert (part.weights == cohort.weights[:, marker.scorable]).all()


def test_a_patient_missing_from_a_model_is_an_error(synthetic):
    gone = (synthetic.predictions["model"] == "lightgbm") & (synthetic.predictions["patient_id"] == "north:007")
    with pytest.raises(StratifyError, match=r"lightgbm: 177 rows, expected each of 60 patients once in each of 3"):
        cohorts_of(synthetic.predictions[~gone], seed=1)


def test_models_held_out_in_different_folds_are_an_error(synthetic):
    frame = synthetic.predictions.copy()
    first = frame.index[(frame["model"] == "lightgbm") & (frame["split"] == "r00f0")][0]
    frame.loc[first, "split"] = "r00f1"
    with pytest.raises(StratifyError, match="different folds"):
        cohorts_of(frame, seed=1)


def test_models_that_disagree_on_the_class_are_an_error(synthetic):
    frame = synthetic.predictions.copy()
    first = frame.index[(frame["model"] == "lightgbm") & (frame["role"] == "cv")][0]
    frame.loc[first, "y"] = 1 - frame.loc[first, "y"]
    with pytest.raises(StratifyError, match="disagree on the class of 1 patients"):
        cohorts_of(frame, seed=1)


def test_a_study_without_a_cross_validated_model_is_an_error(synthetic):
    with pytest.raises(StratifyError, match="at least 'prevalence'"):
        cohorts_of(synthetic.predictions.query("model == 'gene.CXCL9'"), seed=1)

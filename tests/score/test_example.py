import pandas as pd
import pytest

from stratify.score import FeatureRange, ModelCard
from stratify.score.example import synthetic_patients


def test_the_same_seed_gives_the_same_patients(model):
    pd.testing.assert_frame_equal(synthetic_patients(model.card, 9, 4), synthetic_patients(model.card, 9, 4))
    assert not synthetic_patients(model.card, 9, 4).equals(synthetic_patients(model.card, 9, 5))


@pytest.mark.parametrize("seed", range(5))
def test_everyone_is_inside_the_training_range_and_scored(model, seed):
    scores = model.predict(synthetic_patients(model.card, 40, seed))
    assert not scores["outside_training_range"].any()
    assert scores["probability"].between(0, 1).all()
    assert scores["feature_coverage"].iloc[0] == 1
    assert (scores["feature_coverage"] < 1).any()


def test_no_training_patient_is_among_them(model, patients):
    drawn = synthetic_patients(model.card, 200, 0).dropna()
    numbers = ["clin.age_years", "sig.cyt", "gene.CD8A"]
    assert drawn[numbers].merge(patients[numbers], on=numbers).empty
    assert not set(drawn.index) & set(patients.index)


def test_features_without_a_range(model):
    features = [
        FeatureRange(name="clin.constant", kind="number", low=2, high=2, median=2),
        FeatureRange(name="clin.never", kind="number"),
        FeatureRange(name="clin.nothing", kind="category"),
    ]
    card = ModelCard.model_validate(model.card.model_dump() | {"features": features})
    drawn = synthetic_patients(card, 1)
    assert drawn["clin.constant"].tolist() == [2.0]
    assert drawn[["clin.never", "clin.nothing"]].isna().all(axis=None)


def test_what_is_yes_or_no_in_training_is_so_in_the_example(model):
    answer = FeatureRange(name="clin.metformin", kind="number", low=0, high=1, median=0, whole=True)
    card = model.card.model_copy(update={"features": [answer]})
    drawn = synthetic_patients(card, n=200)["clin.metformin"].dropna()
    assert set(drawn) == {0.0, 1.0}

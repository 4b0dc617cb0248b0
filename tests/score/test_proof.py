import json

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.score.example import synthetic_patients
from stratify.score.proof import UNKNOWN_LEVEL, check_reference, make_reference, reference_patients


def test_reference_patients_are_of_every_kind(model):
    patients = reference_patients(model.card)
    names = model.card.feature_names
    assert patients.loc[0, names].notna().all()
    assert patients[names].isna().to_numpy().any()
    assert (patients["clin.sex"] == UNKNOWN_LEVEL).sum() == 1
    assert (patients[names].notna().sum(axis=1) == 1).sum() == 1
    with_genes = patients[patients["gene.GZMA"].notna()]
    assert len(with_genes) == 2
    assert with_genes["sig.cyt"].isna().all()
    scores = model.predict(patients)
    assert scores["outside_training_range"].any()
    assert scores.loc[with_genes.index, "missing_features"].str.contains("sig.cyt").sum() == 0


def test_no_reference_patient_is_a_patient(model, patients):
    ages = set(patients["gene.CD8A"])
    assert not ages & set(reference_patients(model.card)["gene.CD8A"].dropna())


def test_a_reference_survives_json_to_the_last_digit(model):
    kept = json.loads(json.dumps(make_reference(model), allow_nan=False))
    assert check_reference(model, kept, "here") == 0


def test_a_reference_does_not_hang_on_the_random_generator(model, monkeypatch):
    """They are kept by value: another generator in a later numpy draws others, and the kept ones stay."""
    kept = make_reference(model)
    monkeypatch.setattr("stratify.score.proof.SEED", 21)
    assert make_reference(model)["patients"] != kept["patients"]
    assert check_reference(model, kept, "here") == 0


def test_a_card_without_any_values_has_a_reference(model):
    blank = [
        feature.model_copy(update={"low": None, "high": None, "median": None, "levels": []})
        for feature in model.card.features
    ]
    patients = reference_patients(model.card.model_copy(update={"features": blank}))
    assert isinstance(patients, pd.DataFrame)
    assert len(patients) == 10


def test_one_reference_patient_who_differs_is_enough(model):
    class Shifted:
        card = model.card

        def predict(self, patients):
            scores = model.predict(patients)
            unknown = (patients["clin.sex"] == UNKNOWN_LEVEL).to_numpy()
            return scores.assign(probability=scores["probability"] + np.where(unknown, 0.01, 0))

    with pytest.raises(StratifyError, match=r"1 of 10 reference patients \(synthetic\) differ, by up to 0\.01"):
        check_reference(Shifted(), make_reference(model), "here")


def test_the_first_reference_patient_is_a_synthetic_one(model):
    drawn = synthetic_patients(model.card, 6, 20).iloc[0]
    first = reference_patients(model.card).loc[0, model.card.feature_names]
    assert first.to_dict() == drawn.to_dict()

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.assemble.signatures import Signature
from stratify.score import PatientModel
from stratify.score.model import OUTPUT_COLUMNS

EXACT = {"rtol": 0, "atol": 1e-12}


def test_probabilities_are_those_of_the_pipeline(model, patients):
    names = model.card.feature_names
    expected = model.pipeline.predict_proba(patients[names])[:, 1]
    found = model.predict(patients)
    np.testing.assert_allclose(found["probability"], expected, **EXACT)
    np.testing.assert_allclose(model.score(patients)["score"], np.log(expected / (1 - expected)), rtol=1e-9)
    assert list(found.columns) == OUTPUT_COLUMNS


def test_alone_in_a_batch_and_shuffled_is_the_same(model, patients):
    batch = model.predict(patients)
    alone = pd.concat([model.predict(patients.loc[[name]]) for name in patients.index])
    shuffled = model.predict(patients.sample(frac=1, random_state=3)).loc[patients.index]
    for other in (alone, shuffled):
        np.testing.assert_allclose(other["probability"], batch["probability"], **EXACT)
        pd.testing.assert_frame_equal(other.drop(columns="probability"), batch.drop(columns="probability"))


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.integers(0, 59), min_size=1, max_size=8, unique=True))
def test_company_never_matters(model, patients, rows):
    some = patients.iloc[rows]
    expected = model.predict(patients)["probability"].loc[some.index]
    np.testing.assert_allclose(model.predict(some)["probability"], expected, **EXACT)


def test_numbers_as_text_score_like_numbers(model, patients):
    features = patients[model.card.feature_names]
    as_text = features.astype(object).map(lambda value: "" if pd.isna(value) else str(value))
    pd.testing.assert_frame_equal(model.predict(as_text), model.predict(features), rtol=0, atol=1e-12)


def test_missing_columns_and_values_are_named_and_counted(model, patients):
    frame = patients[["clin.age_years", "gene.CD8A"]].iloc[[1, 2]].copy()
    frame.loc[frame.index[1], "gene.CD8A"] = np.nan
    found = model.predict(frame)
    assert found["feature_coverage"].tolist() == [0.5, 0.25]
    assert found["missing_features"].tolist() == ["clin.sex, sig.cyt", "clin.sex, sig.cyt, gene.CD8A"]
    assert found["probability"].notna().all()


def test_a_patient_without_any_feature_is_not_scored(model):
    found = model.predict(pd.DataFrame({"clin.age_years": [np.nan], "other": [1]}, index=["a"]))
    assert found["probability"].isna().all()
    assert found["stratum"].tolist() == ["not_scored"]
    assert found["feature_coverage"].tolist() == [0.0]
    assert not found["outside_training_range"].any()


def test_a_signature_is_computed_from_its_genes(model, patients):
    genes = patients.drop(columns="sig.cyt")
    expected = (patients["gene.GZMA"] + patients["gene.PRF1"]) / 2
    with_signature = genes.assign(**{"sig.cyt": expected})
    found = model.predict(genes)
    pd.testing.assert_frame_equal(found, model.predict(with_signature), rtol=0, atol=1e-12)
    assert not found["missing_features"].str.contains("sig.cyt").any()


def test_a_signature_with_too_few_genes_stays_missing(model, patients):
    found = model.predict(patients.drop(columns=["sig.cyt", "gene.PRF1"]))
    assert found["missing_features"].str.contains("sig.cyt").all()


def test_a_signature_that_is_given_is_not_replaced(model, patients):
    given = patients.assign(**{"sig.cyt": 4.2})
    without_genes = given.drop(columns=["gene.GZMA", "gene.PRF1"])
    pd.testing.assert_frame_equal(model.predict(given), model.predict(without_genes))


def test_a_signature_on_some_of_its_genes_counts_with_their_share(model, patients):
    wide = Signature.model_validate({**model.card.signatures["cyt"].model_dump(), "genes": ["GZMA", "PRF1", "GZMB"]})
    card = model.card.model_copy(update={"signatures": {"cyt": wide}})
    frame = patients.drop(columns="sig.cyt").dropna()
    found = PatientModel(model.pipeline, card).predict(frame)
    np.testing.assert_allclose(found["feature_coverage"], (3 + 2 / 3) / 4)
    assert (found["missing_features"] == "").all()
    expected = model.predict(frame)["probability"]  # the two genes there are those of the narrower signature
    np.testing.assert_allclose(found["probability"], expected, rtol=0, atol=1e-12)


def test_values_beyond_training_are_flagged(model, patients):
    frame = patients.iloc[[1, 2, 3]].copy()
    low, high = patients["clin.age_years"].min(), patients["clin.age_years"].max()
    frame["clin.age_years"] = [low, high, high + 0.1]
    frame["clin.sex"] = ["male", "unknown", "female"]
    found = model.predict(frame)
    assert found["outside_features"].tolist() == ["", "clin.sex", "clin.age_years"]
    assert found["outside_training_range"].tolist() == [False, True, True]


def test_training_patients_are_inside_the_range(model, patients):
    assert not model.predict(patients)["outside_training_range"].any()


@pytest.mark.parametrize(
    ("probability", "stratum"),
    [(0.0, "low"), (0.2999, "low"), (0.3, "intermediate"), (0.6, "high"), (1.0, "high"), (np.nan, "not_scored")],
)
def test_a_patient_at_a_cut_off_belongs_above_it(model, patients, probability, stratum):
    class Constant:
        def predict_proba(self, X):
            return np.column_stack([np.full(len(X), 1 - probability), np.full(len(X), probability)])

    found = PatientModel(Constant(), model.card).predict(patients.iloc[[1]])
    assert found["stratum"].tolist() == [stratum]


def test_unknown_columns_are_named_and_ignored(model, patients):
    frame = patients.assign(shoe_size=40)
    assert model.unknown_columns(frame.columns) == ["y", "shoe_size"]
    pd.testing.assert_frame_equal(model.predict(frame), model.predict(patients))


def test_no_patients_no_scores(model, patients):
    assert model.predict(patients.iloc[:0]).empty

import pandas as pd
import pytest

from stratify.config import validate
from stratify.errors import StratifyError
from stratify.score import ModelCard, feature_ranges


def test_ranges_of_a_number_and_a_category_worked_by_hand():
    table = pd.DataFrame(
        {
            "clin.age_years": [30.0, 50.0, None, 90.0],
            "clin.sex": pd.Series(["male", None, "female", "male"], dtype="str"),
        }
    )
    age, sex = feature_ranges(table)
    assert (age.kind, age.low, age.high, age.median, age.share_missing) == ("number", 30, 90, 50, 0.25)
    assert (sex.kind, sex.levels, sex.share_missing) == ("category", ["female", "male"], 0.25)


def test_a_feature_that_is_never_there_has_no_range():
    (feature,) = feature_ranges(pd.DataFrame({"clin.bmi": pd.Series([None, None], dtype="float64")}))
    assert (feature.low, feature.high, feature.median, feature.share_missing) == (None, None, None, 1.0)


def test_card_survives_json(model):
    again = validate(ModelCard, model.card.model_dump(mode="json"), "card")
    assert again == model.card


def test_a_mistyped_key_is_an_error(model):
    content = model.card.model_dump(mode="json") | {"cutoffs": [0.1]}
    with pytest.raises(StratifyError, match=r"unknown key 'cutoffs'; did you mean 'cut_offs'\?"):
        validate(ModelCard, content, "card")

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.score import FeatureRange
from stratify.score.values import coerce_features, to_categories, to_numbers

IDS = ["a", "b", "c", "d", "e"]


def column(values: list, dtype: object = object) -> pd.Series:
    return pd.Series(values, index=IDS[: len(values)], name="clin.age_years", dtype=dtype)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", " 2.5 ", "-3e2", "", "NA"], [1, 2.5, -300, np.nan, np.nan]),
        (["N/A", "null", "None", "nan", "<NA>"], [np.nan] * 5),
        ([1, 2.0, None, True, "4"], [1, 2, np.nan, 1, 4]),
        (["true", "FALSE"], [1, 0]),
    ],
)
def test_text_that_spells_numbers(values, expected):
    np.testing.assert_array_equal(to_numbers(column(values)), expected)


@pytest.mark.parametrize("dtype", ["int64", "float32", "Int64", "Float64", "bool", "boolean"])
def test_every_numeric_type_becomes_float64(dtype):
    found = to_numbers(column([1, 0], dtype))
    assert found.dtype == "float64"
    assert found.tolist() == [1.0, 0.0]


def test_decimals_read_from_text_are_the_nearest_float():
    assert to_numbers(column(["0.1", "5.123456789012345678"])).tolist() == [0.1, 5.123456789012345678]


def test_text_in_a_number_column_names_column_values_and_patients():
    with pytest.raises(
        StratifyError,
        match=r"column 'clin.age_years' must hold numbers, found text: 'old' \(patient b\); '6O' \(patient c\); "
        r"'1,5' \(patient d\); and 1 more",
    ):
        to_numbers(column(["1", "old", "6O", "1,5", "1_000"]))


@pytest.mark.parametrize(("value", "hinted"), [("1,5", True), (" -61,25 ", True), ("1,5 cm", False), ("old", False)])
def test_a_decimal_comma_is_guessed(value, hinted):
    with pytest.raises(StratifyError, match="must hold numbers") as raised:
        to_numbers(column(["1", value]))
    assert str(raised.value).endswith("; a decimal comma? write a point") == hinted


def test_no_values_are_no_numbers():
    assert to_numbers(column([])).dtype == "float64"
    assert to_numbers(column([])).empty


@pytest.mark.parametrize("value", ["inf", "-Infinity", np.inf, "1e999"])
def test_infinite_values_are_refused(value):
    with pytest.raises(StratifyError, match=r"must hold finite numbers, found .* \(patient b\)"):
        to_numbers(column(["1", value]))


def test_dates_are_not_numbers():
    with pytest.raises(StratifyError, match="must hold numbers"):
        to_numbers(column(pd.to_datetime(["2020-01-01"]).tolist(), dtype="datetime64[ns]"))


def test_categories_are_text_without_blanks_or_decimal_points():
    found = to_categories(column([3, 3.0, " high ", None, "NA"]))
    assert found.isna().tolist() == [False, False, False, True, True]
    assert found.dropna().tolist() == ["3", "3", "high"]


def test_a_known_level_that_reads_like_missing_is_a_level():
    assert to_categories(column(["none", "NA"]), ["none", "chemotherapy"]).isna().tolist() == [False, True]


def test_absent_columns_are_missing_in_their_type():
    features = [FeatureRange(name="clin.age_years", kind="number"), FeatureRange(name="clin.sex", kind="category")]
    found = coerce_features(pd.DataFrame(index=["a"]), features)
    assert found.dtypes.astype(str).tolist() == ["float64", "str"]
    assert found.isna().all(axis=None)


def test_a_feature_that_stands_twice_is_an_error():
    patients = pd.DataFrame([[1, 2]], columns=["clin.age_years", "clin.age_years"])
    with pytest.raises(StratifyError, match=r"column 'clin\.age_years' stands twice"):
        coerce_features(patients, [FeatureRange(name="clin.age_years", kind="number")])

import numpy as np
import pandas as pd
import pytest

from stratify.config import validate
from stratify.config.dataset import Column
from stratify.errors import StratifyError
from stratify.harmonize.columns import map_column
from stratify.harmonize.numbers import parse_numbers
from stratify.harmonize.values import matches


@pytest.fixture
def raw():
    columns = {
        "Age": ["61", " 47.5 ", None, "38"],
        "Sex": ["M", "F", "F ", "M"],
        "Code": ["01", "1", "1.0", "2"],
        "OS_Months": ["12", "2", "1", "24"],
        "Resp": ["CR", "SD", "X", None],
        "PDL1": ["<1", "50", "80", "n/a"],
        "Smoke": ["yes", "no", "no", "yes"],
        "Comma": ["1,5", "2", "3", "4"],
    }
    return pd.DataFrame(columns, index=["s1", "s2", "s3", "s4"], dtype="str")


def mapped(name, spec, raw, **options):
    return map_column(name, validate(Column, spec, "test"), raw, "toy: c.csv", **options)


def values(series):
    return [None if pd.isna(value) else value for value in series]


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("age_years", "Age", [61.0, 47.5, None, 38.0]),
        ("age_years", {"from": "Age", "missing": [38]}, [61.0, 47.5, None, None]),
        ("sex", {"from": "Sex", "values": {"M": "male", "F": "female"}}, ["male", "female", "female", "male"]),
        ("best_response", {"from": "Resp", "missing": ["X"]}, ["CR", "SD", None, None]),
        ("best_response", {"from": "Resp", "values": {"CR": "CR", "SD": "SD", "X": None}}, ["CR", "SD", None, None]),
        ("os_days", {"from": "OS_Months", "unit": "months"}, [365.25, 60.875, 30.4375, 730.5]),
        ("os_days", {"from": "OS_Months", "unit": "day"}, [12.0, 2.0, 1.0, 24.0]),
        ("cancer_type", {"constant": "melanoma"}, ["melanoma"] * 4),
        ("prior_systemic_therapy", {"constant": 1}, [1.0] * 4),
        ("hand", {"from": "Sex", "kind": "category"}, ["M", "F", "F", "M"]),
        ("points", {"from": "OS_Months", "kind": "number"}, [12.0, 2.0, 1.0, 24.0]),
        ("points", {"from": "Sex", "values": {"M": 1, "F": 2.5}}, [1.0, 2.5, 2.5, 1.0]),
        ("hand", {"from": "Sex", "values": {"M": "a", "F": "b"}}, ["a", "b", "b", "a"]),
        ("prior_systemic_therapy", {"from": "Smoke", "values": {"yes": True, "no": False}}, [1.0, 0.0, 0.0, 1.0]),
        ("code", {"from": "Code", "values": {"01": "x", 1: "y", 2: "z"}}, ["x", "y", "y", "z"]),
        ("code", {"from": "Code", "groups": {"a": ["01"], "b": [1]}, "otherwise": "c"}, ["a", "b", "b", "c"]),
        ("code", {"from": "Code", "groups": {"a": ["01"], "b": [1]}, "otherwise": None}, ["a", "b", "b", None]),
        ("code", {"from": "Code", "groups": {"a": ["01", 2], "b": [1]}}, ["a", "b", "b", "a"]),
    ],
)
def test_maps(raw, name, spec, expected):
    found = mapped(name, spec, raw)
    assert values(found) == expected
    assert found.index.tolist() == raw.index.tolist()
    assert found.dtype == ("float64" if isinstance(expected[0], float) else "str")


@pytest.mark.parametrize(
    ("name", "spec", "message"),
    [
        ("age_years", "age", r"toy: c.csv: no column 'age'; did you mean 'Age'\?"),
        (
            "sex",
            {"from": "Sex", "values": {"M": "male"}},
            r"'sex' \(from 'Sex'\): values that the map does not list: 2 values: 'F' \(s2, s3\); listed: 'M'",
        ),
        ("pdl1_tps_percent", "PDL1", r"expected numbers, found 2 values: '<1' \(s1\), 'n/a' \(s4\); a limit of"),
        ("pdl1_tps_percent", {"from": "PDL1", "missing": ["<1"]}, r"1 value: 'n/a' \(s4\); list codes"),
        ("age_years", "Comma", r"for a decimal comma write `decimal: ','`"),
        ("sex", "Sex", r"'sex' takes female, male; found 4 values: 'M' \(s1, s4\), 'F' \(s2, s3\)"),
        ("best_response", "Resp", "takes CR, PR, SD, PD, NE; found 1 value"),
        ("os_event", "OS_Months", "takes 0, 1; found"),
        ("hand", "Sex", "not in the vocabulary: write `kind: number` or `kind: category`"),
        ("albumin_gdl", "Age", "did you mean 'albumin_g_per_dl'?"),
        ("age_years", {"from": "Age", "kind": "category"}, "is a number everywhere, not a category"),
        ("age_years", {"from": "Sex", "values": {"M": "old", "F": 3}}, r"the map gives 2 values: 'old'"),
        ("hand", {"from": "Sex", "values": {"M": 1, "F": "b"}}, "both numbers and texts"),
        ("os_days", "OS_Months", "speaks of month, our name of day; write the unit .* `unit: month`"),
        ("os_days", {"from": "OS_Months", "unit": "mm"}, "does not convert"),
        ("sex", {"from": "Smoke", "values": {True: "male", False: "female"}}, "YAML reads yes, no, on, off"),
        ("code", {"from": "Code", "groups": {"a": ["01"]}}, r"does not list: 3 values"),
        ("code", {"from": "Code", "groups": {"a": ["O1", "7"]}, "otherwise": "c"}, "2 values that the file does not"),
    ],
)
def test_what_cannot_be_mapped_names_column_value_and_samples(raw, name, spec, message):
    with pytest.raises(StratifyError, match=message):
        mapped(name, spec, raw)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"from": "A", "otherwise": "x"}, "'otherwise' goes with 'groups'"),
        ({"from": "A", "groups": {"a": ["1"], "b": ["1"]}, "otherwise": "x"}, "lists the same value twice: 1"),
        ({"constant": 1, "unit": "mm"}, "it takes no values, groups, missing or unit"),
        ({"from": "A", "constant": 1}, "give either 'from'"),
    ],
)
def test_a_contradictory_map_is_refused(spec, message):
    with pytest.raises(StratifyError, match=message):
        validate(Column, spec, "test")


def test_decimal_comma(raw):
    assert values(mapped("age_years", "Comma", raw, decimal=",")) == [1.5, 2.0, 3.0, 4.0]
    with pytest.raises(StratifyError, match=r"'47.5' \(s2\)"):
        mapped("age_years", "Age", raw, decimal=",")


@pytest.mark.parametrize("wrong", ["1_000", "0x1A", "1 000", "Inf", "nan", "true", "1e", "--1", "1.2.3"])
def test_only_plain_numbers_count(wrong):
    with pytest.raises(StratifyError, match="expected numbers"):
        parse_numbers(pd.Series(["1", wrong], dtype="str"), "here")


def test_numbers_are_parsed_exactly():
    exact = ["0.1", "-3.25e-2", "+7", ".5", "5766", "123456789.123456789"]
    found = parse_numbers(pd.Series([*exact, None], dtype="str"), "here")
    assert found.iloc[:-1].tolist() == [float(value) for value in exact]
    assert np.isnan(found.iloc[-1])


def test_measurements_may_be_infinite():
    found = parse_numbers(pd.Series(["1", "-Inf"], dtype="str"), "here", infinite=True)
    assert found.tolist() == [1, -np.inf]


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [("1", 1, True), ("1.0", 1, True), ("01", 1, False), ("1", "1", True), ("1.0", "1", False), ("True", True, True)],
)
def test_how_a_cell_matches_a_key(text, key, expected):
    assert matches(text, key) is expected

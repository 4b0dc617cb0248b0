"""Findings on labels of response, corrections of single samples, and counts."""

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.clinical import harmonize_clinical
from stratify.harmonize.findings.distribution import fractions_in_a_count
from stratify.harmonize.findings.endpoints import few_response_categories, response_contradicts_best_response

NAN = np.nan


def outcomes(best, label, **more):
    return pd.DataFrame({"best_response": pd.Series(best, dtype="str"), "published_response": label} | more)


def test_labels_that_best_response_contradicts():
    table = outcomes(
        ["CR", "PR", "SD", "PD", "SD", "NE", None, "NE"],
        [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, NAN],
        os_days=[9.0, 9.0, 9.0, 9.0, 800.0, 10.0, NAN, 1.0],
    )
    (found,) = response_contradicts_best_response(table)
    assert (found.severity, found.n, found.column) == ("error", 3, "published_response")
    assert "in 3 samples (1 with NE 0, 1 with SD 1, 1 with unknown 1): 4, 5, 6" in found.detail
    assert found.detail.endswith("their os_days 10 to 800, the median of all 9")


@pytest.mark.parametrize(
    "table",
    [
        outcomes(["CR", "PR", "SD", "PD", "NE"], [1.0, 1.0, 0.0, 0.0, NAN]),
        outcomes([None, None], [1.0, 0.0]),
        outcomes(["PD", "PR"], [NAN, NAN]),
    ],
    ids=["as it should be", "nothing known of anyone", "no label"],
)
def test_labels_that_it_does_not_contradict(table):
    assert list(response_contradicts_best_response(table)) == []


@pytest.mark.parametrize(
    ("best", "n"),
    [
        (["PR"] * 6 + ["PD"] * 4, 1),
        (["PR"] * 6 + ["PD"] * 4 + ["NE", None], 1),
        (["PR"] * 6 + ["PD"] * 3 + ["SD"], 0),
        (["PR"] * 5 + ["PD"] * 4, 0),
    ],
    ids=["two", "two and not evaluable", "three", "too few patients"],
)
def test_best_response_of_two_categories(best, n):
    found = list(few_response_categories(pd.Series(best, dtype="str", name="best_response")))
    assert len(found) == n
    assert all("best responses are PD or PR" in each.detail for each in found)


def test_fractions_in_a_count():
    found = list(fractions_in_a_count(pd.Series([3.0, 4.4, 361.9999999999996, NAN], name="mutation_count")))
    assert [(each.finding, each.n) for each in found] == [("fractions_in_a_count", 1)]
    assert list(fractions_in_a_count(pd.Series([4.4], name="tmb_per_mb"))) == []


def test_values_of_single_samples(clinical, text):
    column = {"from": "r", "values": {"PD": "PD", "none": "NE"}, "of_samples": {"b": "none", "c": None}}
    raw = text(id=["1", "2", "3"], sample=["a", "b", "c"], r=["PD", "PD", "PD"])
    result = harmonize_clinical(raw, clinical(sample="sample", endpoints={"best_response": column}), "toy")
    assert result.table["endpoint.best_response"].fillna("missing").tolist() == ["PD", "NE", "missing"]
    found = {each.finding: each for each in result.findings}["corrected_values"]
    assert (found.severity, found.n, found.column) == ("info", 2, "best_response")
    assert found.detail.endswith("b none for PD, c None for PD")


def test_a_single_sample_must_be_there(clinical, text):
    column = {"from": "r", "of_samples": {"patient_9": "PD"}}
    layout = clinical(endpoints={"best_response": column})
    with pytest.raises(StratifyError, match=r"`of_samples` names 1 sample .* hold: patient_9; .*'patient_1'"):
        harmonize_clinical(text(id=["patient_1"], r=["PD"]), layout, "toy")


def test_a_constant_is_not_corrected(column):
    with pytest.raises(StratifyError, match="'of_samples' corrects a column of the file"):
        column(constant="PD", of_samples={"1": "SD"})

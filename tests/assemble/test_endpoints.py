import numpy as np
import pandas as pd
import pytest

from stratify.assemble.endpoints import label, opposite
from stratify.config.endpoint import AsPublished, LandmarkEvent, ObjectiveResponse
from stratify.errors import StratifyError

OBJECTIVE = ObjectiveResponse(rule="objective_response")
LANDMARK = LandmarkEvent(rule="landmark_event", time="dmfs_days", event="dmfs_event", days=365)
PUBLISHED = AsPublished(rule="as_published", field="response")


def test_objective_response_counts_stable_disease_as_no_response_and_excludes_what_was_not_evaluated():
    clinical = pd.DataFrame({"endpoint.best_response": ["CR", "PR", "SD", "PD", "NE", None]}, index=list("abcdef"))
    result = label(clinical, OBJECTIVE, "toy")
    assert result["y"].tolist()[:4] == [1, 1, 0, 0]
    assert result["y"].isna().tolist() == [False] * 4 + [True] * 2
    assert result["reason"].tolist()[4:] == ["response not evaluable (NE)", "response missing"]
    assert result["reason"].isna().tolist()[:4] == [True] * 4


@pytest.mark.parametrize(
    ("stable", "expected"), [("non_response", [1, 1, 0, 0]), ("response", [1, 1, 1, 0]), ("excluded", [1, 1, None, 0])]
)
def test_stable_disease_counts_as_the_study_says(stable, expected):
    clinical = pd.DataFrame({"endpoint.best_response": ["CR", "PR", "SD", "PD"]})
    rule = ObjectiveResponse(rule="objective_response", stable_disease=stable)
    result = label(clinical, rule, "toy")
    assert [None if pd.isna(value) else value for value in result["y"]] == expected
    assert result["reason"].dropna().tolist() == ["stable disease (SD)"] * expected.count(None)
    turned = label(opposite(clinical, rule), rule, "toy")["y"]
    assert [None if pd.isna(value) else 1 - value for value in turned] == expected


def test_objective_response_refuses_a_code_it_does_not_know():
    clinical = pd.DataFrame({"endpoint.best_response": ["CR", "MR"]})
    with pytest.raises(StratifyError, match="found 'MR'"):
        label(clinical, OBJECTIVE, "toy")


@pytest.mark.parametrize(
    ("time", "event", "expected"),
    [
        (364, 1, 1),
        (365, 1, 0),
        (366, 1, 0),
        (364, 0, None),
        (365, 0, 0),
        (900, 0, 0),
        (np.nan, 1, None),
        (900, np.nan, None),
        (0, 1, 1),
    ],
)
def test_landmark_event_by_hand(time, event, expected):
    clinical = pd.DataFrame({"endpoint.dmfs_days": [float(time)], "endpoint.dmfs_event": [float(event)]})
    result = label(clinical, LANDMARK, "toy").iloc[0]
    if expected is None:
        assert pd.isna(result["y"])
        assert isinstance(result["reason"], str)
    else:
        assert result["y"] == expected


def test_landmark_event_names_censoring_and_missing_apart():
    clinical = pd.DataFrame({"endpoint.dmfs_days": [100.0, np.nan], "endpoint.dmfs_event": [0.0, 1.0]})
    assert label(clinical, LANDMARK, "toy")["reason"].tolist() == [
        "censored before 365 days",
        "time or event missing",
    ]


def test_as_published_excludes_missing_and_refuses_other_codes():
    assert label(pd.DataFrame({"endpoint.response": [1.0, 0.0, np.nan]}), PUBLISHED, "toy")["y"].tolist()[:2] == [1, 0]
    with pytest.raises(StratifyError, match=r"must hold 1 and 0, found 2\.0"):
        label(pd.DataFrame({"endpoint.response": [1.0, 2.0]}), PUBLISHED, "toy")


def test_a_cohort_without_the_endpoint_is_named_with_the_nearest_field():
    with pytest.raises(StratifyError, match=r"dataset 'toy' has no endpoint 'response'.*did you mean 'responses'"):
        label(pd.DataFrame({"endpoint.responses": [1.0]}), PUBLISHED, "toy")


@pytest.mark.parametrize(
    ("clinical", "rule"),
    [
        (pd.DataFrame({"endpoint.best_response": ["CR", "PR", "SD", "PD", "NE", None]}), OBJECTIVE),
        (
            pd.DataFrame(
                {"endpoint.dmfs_days": [10.0, 365, 800, 10, np.nan], "endpoint.dmfs_event": [1.0, 1, 0, 0, 1]}
            ),
            LANDMARK,
        ),
        (pd.DataFrame({"endpoint.response": [1.0, 0.0, np.nan]}), PUBLISHED),
    ],
)
def test_opposite_turns_every_label_and_only_labels(clinical, rule):
    before, after = label(clinical, rule, "toy")["y"], label(opposite(clinical, rule), rule, "toy")["y"]
    known = before.notna()
    assert (after[known] == 1 - before[known]).all()
    assert after[~known].isna().all()


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [(100.0, 2.0, r"'dmfs_event' must hold 1 and 0, found 2\.0"), (-5.0, 1.0, r"'dmfs_days' is negative: -5\.0")],
)
def test_landmark_event_refuses_impossible_outcomes(time, event, message):
    clinical = pd.DataFrame({"endpoint.dmfs_days": [time], "endpoint.dmfs_event": [event]})
    with pytest.raises(StratifyError, match=message):
        label(clinical, LANDMARK, "toy")

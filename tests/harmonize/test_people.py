import pandas as pd
import pytest

from stratify.harmonize.clinical import harmonize_clinical
from stratify.harmonize.findings.people import patient_contradicts_itself, perhaps_one_patient

SAME = {"sex": ["F", "F", "M"], "age": [61.0, 61.0, 70.0], "stage": [None, None, "IV"], "os_days": [5.0, 5.0, 9.0]}


def patients(*names):
    return pd.Series(names, dtype="str")


def test_one_person_under_two_names():
    found = list(
        perhaps_one_patient(patients("d:P1-a-1", "d:P1-a-2", "d:P2-a-3"), pd.DataFrame(SAME | {"x": [1, 1, 2]}))
    )
    assert [(each.finding, each.n) for each in found] == [("perhaps_one_patient", 2)]
    assert "2 identifiers, 1 stem without their last part" in found[0].detail
    assert found[0].detail.count("d:P1-a") == 1


@pytest.mark.parametrize(
    ("names", "change"),
    [
        (["d:P1-a-1", "d:P1-a-2", "d:P2-a-3"], {"age": [61.0, 62.0, 70.0]}),
        (["d:P1-a-1", "d:P1-a-2", "d:P2-a-3"], {"x": [1.0, None, 2.0]}),
        (["d:P1-a-1", "d:P1-a-2", "d:P2-a-3"], {"stage": [None, None, None], "x": [1, 1, 1]}),
        (["d:P1", "d:P2", "d:P3"], {}),
        (["d:P1-a-1", "d:P2-a-2", "d:P3-a-3"], {}),
        (["d:P1-a-1", "d:P1-a-1", "d:P3-a-3"], {}),
    ],
    ids=["another age", "unknown in one", "too few columns", "no parts", "no common stem", "declared to be one"],
)
def test_other_people(names, change):
    assert list(perhaps_one_patient(patients(*names), pd.DataFrame(SAME | {"x": [1, 1, 2]} | change))) == []


def test_two_people_under_one_name():
    values = pd.DataFrame({"sex": ["F", "M", "M", "M"], "os_days": [5.0, 7.0, 3.0, None]})
    found = list(patient_contradicts_itself(patients("d:1", "d:1", "d:2", "d:2"), values))
    assert [(each.finding, each.severity, each.n) for each in found] == [("patient_contradicts_itself", "error", 1)]
    assert "differ in sex, os_days: d:1" in found[0].detail


@pytest.mark.parametrize(("timepoint", "n"), [("on", 0), ("pre", 1)])
def test_only_baseline_samples_are_judged(clinical, text, timepoint, n):
    layout = clinical(
        sample="sample",
        timepoint={"from": "time", "values": {"pre": "baseline", "on": "on_treatment"}},
        endpoints={"published_response": "r"},
    )
    raw = text(id=["1", "1"], sample=["a", "b"], time=["pre", timepoint], r=["0", "1"])
    found = [each.finding for each in harmonize_clinical(raw, layout, "toy").findings]
    assert found.count("patient_contradicts_itself") == n
    assert found.count("constant_timepoint") == n


def test_a_sample_that_stands_twice_is_one_finding(clinical, text):
    raw = text(id=["1", "1"], r=["0", "1"])
    found = harmonize_clinical(raw, clinical(endpoints={"published_response": "r"}), "toy").findings
    assert [each.finding for each in found] == ["duplicate_id"]

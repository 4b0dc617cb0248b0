"""Each check, tripped and not tripped."""

import numpy as np
import pandas as pd
import pytest

from stratify.config import validate
from stratify.config.dataset import Acknowledgement, Column
from stratify.harmonize.findings import (
    blocking_message,
    clinical,
    distribution,
    endpoints,
    findings_frame,
    identity,
    measurements,
    source,
)
from stratify.harmonize.findings.finding import Finding

SAMPLES = pd.Index(["d:a", "d:b", "d:c", "d:d"])


def series(name, *values):
    return pd.Series(values, index=SAMPLES[: len(values)], name=name)


def plain(**keys):
    return validate(Column, {"from": "x", **keys}, "test")


def ids(*written, patients=None):
    frame = pd.DataFrame({"written": written, "written_patient": patients or written}, dtype="str")
    frame["sample_id"] = "d:" + frame["written"].str.strip()
    frame["patient_id"] = "d:" + frame["written_patient"].str.strip()
    return frame


def only(findings):
    (finding,) = findings
    return finding


# identifiers


@pytest.mark.parametrize("check", [identity.stripped_id, identity.duplicate_id, identity.colliding_id])
def test_good_identifiers_are_no_finding(check):
    assert list(check(ids("a", "b", "ab"))) == []
    assert list(check(ids("a1", "a2", patients=["a", "a"]))) == []


def test_stripped_id():
    finding = only(identity.stripped_id(ids("PL001 ", "b", " c")))
    assert (finding.severity, finding.n) == ("warning", 2)
    assert "'PL001 ', ' c'" in finding.detail
    assert only(identity.stripped_id(ids("a", "b", patients=["p ", "q"]))).n == 1


def test_duplicate_id():
    finding = only(identity.duplicate_id(ids("a", "b", "a", "a ")))
    assert (finding.severity, finding.n) == ("error", 3)
    assert finding.detail.startswith("1 sample in 3 rows: d:a;")


def test_colliding_id():
    finding = only(identity.colliding_id(ids("Pt1", "PT1", "b")))
    assert (finding.severity, finding.n) == ("error", 2)
    assert "d:Pt1, d:PT1" in finding.detail
    assert only(identity.colliding_id(ids("Pt 1", "Pt1"))).n == 2
    assert only(identity.colliding_id(ids("x1", "x2", patients=["p", "P"]))).n == 2


# single columns


@pytest.mark.parametrize("values", [(3.8, 3.8, 3.8), (3.8, None, 3.8), ("x", "x", "x")])
def test_constant_column(values):
    finding = only(clinical.constant_column(series("albumin_g_per_dl", *values)))
    assert (finding.severity, finding.column) == ("error", "albumin_g_per_dl")
    assert finding.n == sum(value is not None for value in values)
    assert finding.detail.startswith(f"all {finding.n} values are {'3.8' if values[0] == 3.8 else repr('x')};")


@pytest.mark.parametrize("values", [(3.8, 3.9, 3.8), (3.8,), (3.8, None, None), (None, None)])
def test_not_a_constant_column(values):
    assert list(clinical.constant_column(series("nlr", *values))) == []


def test_a_declared_constant_is_no_oddity():
    table = pd.DataFrame({"cancer_type": ["melanoma"] * 4}, index=SAMPLES)
    assert list(clinical.check_columns(table, {"cancer_type": validate(Column, {"constant": "melanoma"}, "t")})) == []
    assert len(list(clinical.check_columns(table, {"cancer_type": plain()}))) == 1


def test_all_missing_column():
    assert only(clinical.all_missing_column(series("nlr", None, None))).severity == "error"
    assert list(clinical.all_missing_column(series("nlr", None, 1.0))) == []


def test_days_declared_as_months_are_an_impossible_unit():
    months = np.array([2779.0, 31.0, 412.0])
    finding = only(clinical.impossible_unit(series("os_days", *(months * 30.4375)), plain(unit="months")))
    assert (finding.severity, finding.column, finding.n) == ("error", "os_days", 1)
    assert finding.detail == (
        "in months the maximum of 2,779 would be 232 years; perhaps `unit: day`, which makes it 7.6 years"
    )


@pytest.mark.parametrize(
    ("name", "values", "keys"),
    [
        ("os_days", (2779.0, 31.0), {"unit": "day"}),
        ("os_days", (60 * 365.25,), {}),
        ("pfs_days", (None, None), {"unit": "month"}),
        ("tmb_per_mb", (99999.0,), {}),
    ],
)
def test_a_possible_unit(name, values, keys):
    assert list(clinical.impossible_unit(series(name, *values), plain(**keys))) == []


def test_an_impossible_duration_in_days_has_no_proposal():
    finding = only(clinical.impossible_unit(series("os_days", 40000.0), plain()))
    assert finding.detail == "in days the maximum of 40,000 would be 110 years"


@pytest.mark.parametrize(
    ("name", "values", "keys", "n"),
    [
        ("age_years", (61.0, 250.0, -1.0), {}, 2),
        ("age_years", (0.0, 110.0, None), {}, 0),
        ("age_years", (61.0, 17.0), {"plausible": (18, 90)}, 1),
        ("points", (1e9,), {"kind": "number"}, 0),
        ("points", (1e9,), {"kind": "number", "plausible": (0, 10)}, 1),
        ("sex", ("male", "female"), {}, 0),
        ("albumin_g_per_dl", (41.0, 38.0), {}, 2),
    ],
)
def test_implausible_value(name, values, keys, n):
    findings = list(clinical.implausible_value(series(name, *values), plain(**keys)))
    assert [finding.n for finding in findings] == ([n] if n else [])
    assert all(finding.severity == "error" and finding.column == name for finding in findings)


# how values are spread


def number_series(name, values):
    return pd.Series(np.asarray(values, dtype=float), index=[f"d:{at}" for at in range(len(values))], name=name)


def test_values_at_ceiling():
    tmb = number_series("tmb_per_mb", [*range(20), 49, *[50] * 6])
    finding = only(distribution.values_at_ceiling(tmb, plain()))
    assert (finding.finding, finding.severity, finding.column, finding.n) == (
        *("values_at_ceiling", "warning", "tmb_per_mb", 6),
    )
    assert finding.detail == "6 of 27 values are exactly 50, the highest, and 1 the next, 49: probably cut off there"


@pytest.mark.parametrize(
    ("name", "values", "keys"),
    [
        ("tmb_per_mb", [*range(20), *[50] * 4], {}),
        ("tmb_per_mb", [*range(20), 49, 49, *[50] * 6], {}),
        ("pdl1_tps_percent", [*range(20), *[100] * 9], {}),
        ("points", [*range(20), *[30] * 9], {"kind": "number", "plausible": (0, 30)}),
        ("ecog", [0, 1, 2, *[3] * 9], {}),
        ("tmb_per_mb", [np.nan] * 9, {}),
    ],
    ids=["few", "not so many more", "end of the scale", "declared end", "a code", "no values"],
)
def test_not_a_ceiling(name, values, keys):
    assert list(distribution.values_at_ceiling(number_series(name, values), plain(**keys))) == []


@pytest.mark.parametrize(("shift", "expected"), [(0, 1), (1, 0)])
def test_ages_in_classes_are_coarse(shift, expected):
    """A single age between two classes shows that ages are not in classes."""
    ages = number_series("age_years", [2.5, *range(18, 98, 5), 63, 63 + shift, np.nan])
    found = list(distribution.coarse_values(ages))
    assert len(found) == expected
    assert all(
        (finding.finding, finding.severity, finding.n) == ("coarse_values", "warning", 19)
        and "17 distinct values, at least 5 apart" in finding.detail
        and "(2.5, 18, 23, …)" in finding.detail
        for finding in found
    )


@pytest.mark.parametrize(("name", "values"), [("age_years", range(20, 50, 5)), ("pdl1_tps_percent", range(0, 100, 5))])
def test_few_values_and_columns_without_a_known_step_are_not_judged(name, values):
    assert list(distribution.coarse_values(number_series(name, list(values)))) == []


def test_only_measured_numbers_are_judged_by_their_spread():
    values = [*range(20), *[50] * 6]
    table = pd.DataFrame({"tmb_per_mb": [value + 0.5 for value in values], "sex": "male", "nlr": 3.0})
    columns = {"tmb_per_mb": plain(), "sex": plain(), "nlr": validate(Column, {"constant": 3.0}, "t")}
    assert [finding.column for finding in distribution.check_spread(table, columns)] == ["tmb_per_mb"]


# the file's own columns


def text_table(**columns):
    return pd.DataFrame(columns, dtype="str").rename(index=lambda at: f"d:{at}")


def test_characteristic_missing():
    finding = only(source.characteristic_missing(text_table(nlr=["1", None, " ", "2"])["nlr"]))
    assert (finding.severity, finding.n, finding.column) == ("info", 2, "nlr")
    assert finding.detail == "2 of 4 samples have no value: d:1, d:2"
    assert list(source.characteristic_missing(text_table(nlr=["1", "2"])["nlr"])) == []
    assert list(source.characteristic_missing(text_table(nlr=[None, None])["nlr"])) == []


def test_a_value_that_is_declared_missing_is_no_oddity():
    raw = text_table(g=["unknown", "1", "2"])
    spec = {"from": "g", "values": {"unknown": None, 1: 1, 2: 2}}
    assert list(source.check_source(raw, {"grade": validate(Column, spec, "t")})) == []


def written(values):
    return [None if np.isnan(value) else f"{value:g}" for value in values]


RATIOS = np.round(np.random.default_rng(5).lognormal(1, 0.5, 30), 1)
MULTIPLES = {
    "double": (2 * RATIOS, "'x' is 0.5 times 'y' in all 30 rows that have both"),
    "the same": (RATIOS, "'x' is 1 times 'y' in all 30 rows that have both"),
    "with gaps": (np.r_[np.nan, 2 * RATIOS[1:]], "'x' is 0.5 times 'y' in all 29 rows that have both"),
    "one row differs": (np.r_[2 * RATIOS[:-1], 1.0], None),
    "shifted": (RATIOS + 1, None),
    "few rows in common": (np.r_[np.full(11, np.nan), 2 * RATIOS[11:]], None),
    "a zero against a number": (np.r_[0.0, 2 * RATIOS[1:]], None),
}


@pytest.mark.parametrize("case", MULTIPLES)
def test_proportional_columns(case):
    other, expected = MULTIPLES[case]
    raw = text_table(x=written(RATIOS), y=written(other), note=["text"] * 30)
    found = list(source.proportional_columns(raw, {"nlr": "x"}))
    assert [finding.detail for finding in found] == ([expected] if expected else [])
    assert all((finding.severity, finding.column) == ("info", "nlr") for finding in found)


def test_zeros_on_both_sides_are_proportional_and_a_pair_is_named_once():
    values = np.r_[0.0, RATIOS[1:]]
    raw = text_table(x=written(values), y=written(3 * values))
    assert only(source.proportional_columns(raw, {"nlr": "x", "tmb_per_mb": "y"})).column == "nlr"


def test_codes_are_not_proportional():
    codes = np.arange(30) % 3.0
    assert list(source.proportional_columns(text_table(x=written(codes), y=written(2 * codes)), {"ecog": "x"})) == []


# outcomes


def test_endpoint_missing():
    finding = only(endpoints.endpoint_missing(series("best_response", "CR", None, "PD")))
    assert (finding.severity, finding.n, finding.column) == ("warning", 1, "best_response")
    assert finding.detail == "1 of 3 samples have no value: d:b"
    assert list(endpoints.endpoint_missing(series("best_response", "CR", "PD"))) == []
    assert list(endpoints.endpoint_missing(series("best_response", None, None))) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [((1, 1, None), 1), ((1, 0, None), 0), ((1, 1, 1), 0), ((1, None, None), 0), ((None, None), 0), ((0, 0, None), 0)],
)
def test_only_events_recorded(values, found):
    event = series("os_event", *values).astype(float)
    assert endpoints.records_only_events(event) == bool(found)
    findings = list(endpoints.only_events_recorded(event))
    assert len(findings) == found
    assert all((finding.severity, finding.n, finding.column) == ("error", 2, "os_event") for finding in findings)
    assert all("all 2 known values are events, and 1 of 3 are unknown" in finding.detail for finding in findings)


def test_a_label_may_be_one_everywhere_it_is_known():
    assert not endpoints.records_only_events(series("published_response", 1.0, 1.0, None))


def label_and_time(positive, negative):
    label = number_series("published_response", [1] * len(positive) + [0] * len(negative))
    return label, number_series("os_days", [*positive, *negative])


@pytest.mark.parametrize(
    ("positive", "negative", "found"),
    [
        ([187, 200, 300, 400, 900], [10, 50, 90, 100, 172], True),
        ([10, 50, 90, 100, 172], [187, 200, 300, 400, 900], True),
        ([172, 200, 300, 400, 900], [10, 50, 90, 100, 172], False),
        ([100, 200, 300, 400, 900], [10, 50, 90, 100, 172], False),
        ([187, 200, 300, 400], [10, 50, 90, 100, 172], False),
        ([187, 200, 300, 400, np.nan], [10, 50, 90, 100, 172], False),
    ],
    ids=["separated", "either way", "tied", "overlapping", "few", "few known"],
)
def test_label_defined_by_time(positive, negative, found):
    findings = list(endpoints.label_defined_by_time(*label_and_time(positive, negative)))
    assert len(findings) == found
    assert all((finding.severity, finding.n) == ("error", 10) for finding in findings)
    if found and positive[0] == 187:
        assert findings[0].detail.startswith(
            "every sample with published_response 0 has os_days of at most 172, every one with 1 of at least 187:"
        )


def test_every_label_is_compared_with_every_time():
    label, days = label_and_time([187, 200, 300, 400, 900], [10, 50, 90, 100, 172])
    table = pd.DataFrame({"published_response": label, "pfs_days": 5.0, "os_days": days, "os_event": label})
    found = [finding for finding in endpoints.check_endpoints(table) if finding.finding == "label_defined_by_time"]
    assert [finding.column for finding in found] == ["published_response"]
    assert "os_days" in found[0].detail


CONTRADICTIONS = {
    "event without a time": ({"os_event": [1, 0, 1], "os_days": [None, 5, 6]}, ["os_event"]),
    "time without an event": ({"os_event": [None, 0, 1], "os_days": [4, 5, 6]}, ["os_event"]),
    "negative time": ({"os_days": [-1, 5, 6]}, ["os_days"]),
    "progression after death": ({"pfs_days": [100, 5, 6], "os_days": [50, 5, 6]}, ["pfs_days"]),
    "rounding": ({"pfs_days": [60.9, 5, 6], "os_days": [50.0, 5, 6]}, []),
    "both missing": ({"os_event": [None, 0, 1], "os_days": [None, 5, 6]}, []),
    "censored without a time": ({"os_event": [0, 0, 1], "os_days": [None, 5, 6]}, []),
    "event only": ({"os_event": [1, 0, 1]}, []),
    "other stems": ({"os_event": [1, 0, 1], "pfs_days": [None, 5, 6]}, []),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_label_time_contradiction(case):
    columns, expected = CONTRADICTIONS[case]
    table = pd.DataFrame(columns, index=SAMPLES[:3], dtype="float64")
    found = [finding for finding in endpoints.check_endpoints(table) if finding.finding == "label_time_contradiction"]
    assert [finding.column for finding in found] == expected
    assert all(finding.severity == "error" and finding.n == 1 and "d:a" in finding.detail for finding in found)


# measurements


def test_duplicates():
    features, keys = pd.Index(["gene.A", "gene.B", "gene.A"]), pd.Index(["s1", "s1"])
    finding = only(measurements.duplicate_features("expression", features))
    assert (finding.severity, finding.n, finding.column) == ("error", 2, "expression")
    assert only(measurements.duplicate_measurements("expression", keys)).severity == "error"
    assert list(measurements.duplicate_features("expression", features.unique())) == []
    assert list(measurements.duplicate_measurements("expression", keys.unique())) == []


def test_samples_of_one_table_only():
    known, measured = pd.Index(["a", "b", "c"]), pd.Index(["b", "c", "x"])
    finding = only(measurements.samples_without_measurements("lipids", known, measured))
    assert (finding.n, finding.detail[-1]) == (1, "a")
    finding = only(measurements.measurements_without_clinical_row("lipids", known, measured))
    assert (finding.n, finding.detail[-1]) == (1, "x")
    assert list(measurements.samples_without_measurements("lipids", known, known)) == []
    assert list(measurements.measurements_without_clinical_row("lipids", known, known)) == []


VALUES = np.float32([[1, 2, 3], [4, 4, 4], [np.nan, 5, 5], [np.nan] * 3, [np.nan, np.nan, 6], [np.inf, 1, -np.inf]])
FEATURES = pd.Index([f"gene.G{at}" for at in range(6)])


def test_constant_rows_are_those_with_one_distinct_value():
    present = [[value for value in row if value == value] for row in VALUES.tolist()]
    slow = [len(set(row)) == 1 and len(row) > 1 for row in present]
    assert measurements.constant_rows(VALUES).tolist() == slow == [False, True, True, False, False, False]


def test_features_without_information_are_one_row_each():
    finding = only(measurements.constant_features("expression", measurements.constant_rows(VALUES), FEATURES))
    assert (finding.severity, finding.n) == ("warning", 2)
    assert finding.detail == "2 of 6 features are constant, set to missing: gene.G1, gene.G2"
    assert only(measurements.all_missing_features("expression", VALUES, FEATURES)).n == 1
    assert list(measurements.constant_features("expression", np.zeros(6, dtype=bool), FEATURES)) == []
    assert list(measurements.all_missing_features("expression", VALUES[:3], FEATURES[:3])) == []


def test_non_finite_values():
    finding = only(measurements.non_finite_values("expression", VALUES, FEATURES))
    assert (finding.severity, finding.n) == ("error", 2)
    assert list(measurements.non_finite_values("expression", VALUES[:5], FEATURES[:5])) == []


# acknowledging

ERROR = Finding("constant_column", "error", 35, "all 35 values are 3.8", "albumin_g_per_dl")
OTHER = Finding("duplicate_id", "error", 2, "1 sample in 2 rows")
WARNING = Finding("endpoint_missing", "warning", 3, "3 of 9", "os_days")


def frame(findings, *acknowledgements):
    return findings_frame("toy", findings, [validate(Acknowledgement, spec, "t") for spec in acknowledgements])


def test_an_open_error_stops_with_a_snippet_to_paste():
    message = blocking_message(frame([WARNING, ERROR, OTHER]), "config/datasets/toy.yaml")
    assert message.splitlines() == [
        "config/datasets/toy.yaml: 2 findings stop the run:",
        "  - constant_column [albumin_g_per_dl]: all 35 values are 3.8",
        "  - duplicate_id: 1 sample in 2 rows",
        "Correct the dataset file, or accept what is as it should be, each with its reason:",
        "acknowledge:",
        "  - {finding: constant_column, column: albumin_g_per_dl, reason: …}",
        "  - {finding: duplicate_id, reason: …}",
    ]


def test_the_pasted_snippet_lets_the_run_go_on():
    import yaml

    message = blocking_message(frame([ERROR, OTHER]), "toy.yaml")
    specs = yaml.safe_load(message[message.index("acknowledge:") :])["acknowledge"]
    found = frame([ERROR, OTHER], *specs)
    assert blocking_message(found, "toy.yaml") is None
    assert found["acknowledged"].tolist() == ["…", "…"]


def test_no_errors_is_no_message():
    assert blocking_message(frame([WARNING]), "toy.yaml") is None
    assert blocking_message(frame([]), "toy.yaml") is None


def test_without_a_column_every_column_is_acknowledged():
    second = Finding("constant_column", "error", 35, "all 35 values are 6.2", "nlr")
    found = frame([ERROR, second, OTHER], {"finding": "constant_column", "reason": "imputed by the authors"})
    assert found["acknowledged"].tolist()[:2] == ["imputed by the authors"] * 2
    assert "1 finding stops" in blocking_message(found, "toy.yaml")


def test_an_acknowledgement_of_another_column_does_not_count():
    found = frame([ERROR], {"finding": "constant_column", "column": "nlr", "reason": "r"})
    message = blocking_message(found, "toy.yaml")
    assert "2 findings stop" in message
    assert "stale_acknowledgement [nlr]: acknowledges constant_column in column nlr, which is not found" in message


def test_a_stale_acknowledgement_is_an_error_that_cannot_be_acknowledged():
    stale = {"finding": "duplicate_id", "reason": "r"}
    message = blocking_message(frame([], stale, {"finding": "stale_acknowledgement", "reason": "r"}), "toy.yaml")
    assert "acknowledges duplicate_id, which is not found (any more); remove the entry" in message
    assert "acknowledge:" not in message


def test_errors_come_first():
    assert frame([WARNING, ERROR])["severity"].tolist() == ["error", "warning"]

import shlex
from dataclasses import replace

import pytest
import yaml

from stratify.config.endpoint import AsPublished, LandmarkEvent, ObjectiveResponse
from stratify.fetch.placed import PLACED
from stratify.report.canaries import canary_groups
from stratify.report.caveats import caveats
from stratify.report.endpoint import endpoint_words
from stratify.report.numbers import number, p_value
from stratify.report.sources import source_record
from stratify.report.wording import canary_words, workflow_command


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (ObjectiveResponse(rule="objective_response"), "Complete or partial response"),
        (LandmarkEvent(rule="landmark_event", time="os_days", event="os_event", days=1826.25), "day 1826.25 (5 years)"),
        (AsPublished(rule="as_published", field="label"), "The label of the authors, “label”"),
    ],
)
def test_endpoint_in_words(endpoint, said):
    assert said in endpoint_words(endpoint)


def test_canaries_are_grouped_in_order_with_a_meaning(results):
    groups = canary_groups(results.canaries, results.patient_ids)
    titles = [canary.title for canary in groups]
    assert titles == ["Garbage in held out rows", "Permuted labels", "Row order", "Single patient", "Overlap"]
    assert all(canary.meaning and canary.passed for canary in groups)
    assert groups[2].measures[0].value == "3 × 10⁻¹⁵"
    assert groups[0].measures[0].limit == "10⁻⁹"
    assert groups[4].measures[0].model == "Every model"


def test_one_failed_measure_fails_the_canary_and_a_missing_verdict_counts_as_failed(results):
    rows = results.canaries.copy()
    rows.loc[(rows["canary"] == "row_order") & (rows["model"] == "lightgbm"), "passed"] = None
    groups = {canary.title: canary for canary in canary_groups(rows)}
    assert not groups["Row order"].passed
    assert [measure.passed for measure in groups["Row order"].measures] == [True, False]
    assert groups["Single patient"].passed


def test_patients_named_by_a_canary_are_hidden(results):
    rows = results.canaries.assign(detail="mock_2020:ERR0003 = mock_2020:ERR0004")
    assert canary_groups(rows, results.patient_ids)[0].measures[0].detail == "[patient] = [patient]"


def test_caveats_follow_the_configuration_and_the_numbers(results):
    headings = caveats(results)
    assert "Never externally validated" in headings
    assert headings["Transductive"] == ["Values were ranked over the whole cohort."]
    assert "40 patients in the rarer class" in headings["Small numbers"][0]
    assert len(headings["Mock 2020, nobody's cohort"]) == 2
    external = results.metrics.assign(role="external")
    assert "Never externally validated" not in caveats(replace(results, metrics=external))


def test_an_interval_that_is_not_defined_has_no_width(results):
    assert "The interval of the AUROC is 0." in caveats(results)["Small numbers"][0]
    undefined = results.metrics.assign(low=float("nan"), high=float("nan"))
    assert caveats(replace(results, metrics=undefined))["Small numbers"] == ["40 patients in the rarer class."]


def test_a_comparator_that_depends_on_the_company_is_marked(results):
    assert "A comparator that cannot score one patient" not in caveats(results)
    study = results.study.model_copy(update={"comparators": ["tide", "tmb_10"]})
    said = caveats(replace(results, study=study))["A comparator that cannot score one patient"][0]
    assert said.startswith(
        "TIDE (cohort-relative) is cohort-relative: a patient's score depends on the others in the file"
    )
    assert "TMB" not in said


def test_canaries_say_what_they_do():
    assert "fitted again with its chosen settings" in canary_words("permuted_labels")[1]
    assert "at least five comparable numeric features" in canary_words("overlap")[1]


def test_manifest_says_only_what_it_holds():
    bare = source_record("mock", {"files": {"a.csv": {"sha256": "ab"}}})
    assert (bare.title, bare.facts, bare.files) == ("mock", [], [("a.csv", "ab")])
    assert dict(source_record("mock", {"licence": "not_stated"}).facts) == {"Licence": "not stated by the publisher"}
    dated = source_record("mock", {"files": {"a.csv": {"sha256": "ab", "bytes": 1234}}, "fetched": "2026-01-02T03:04"})
    assert dated.files == [("a.csv, 1,234 bytes, fetched 2026-01-02", "ab")]


def test_a_source_placed_by_hand_has_no_package():
    placed = {"path": None, "sha256": "ab", "bytes": 5, "obtained_from": PLACED, "fetched": "2026-01-02T03:04"}
    record = source_record("mock", {"title": "Mine", "package": None, "files": {"a.csv": placed}})
    assert (record.title, record.facts) == ("Mine", [])
    assert record.files == [(f"a.csv, 5 bytes, {PLACED}, fetched 2026-01-02", "ab")]


def test_the_workflow_command_is_one_a_shell_understands():
    program, *options, studies = shlex.split(workflow_command("a-study"))
    assert (program, options) == ("snakemake", ["--cores", "all", "--config"])
    key, value = studies.split("=", 1)
    assert (key, yaml.safe_load(value)) == ("studies", ["a-study"])


def test_numbers_never_show_a_negative_zero_or_a_false_zero():
    assert number(-0.0001, 2) == "0.00"
    assert p_value(0.0) == "<0.0001"
    assert number(None) == "–"

import itertools

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY
from stratify.artifacts.store import read_table, write_table
from stratify.split.overlap import audit_overlap, suspected


@pytest.fixture
def planted(make_patients, twice):
    """Three cohorts; the second repeats thirty people of the first."""
    first = make_patients(300, "a", 0)
    second = pd.concat([make_patients(150, "b", 1), twice(first[:30], "b", 2)])
    return [first, second, make_patients(120, "c", 3)]


def of(frame, first, second):
    return frame[(frame["first_cohort"] == first) & (frame["second_cohort"] == second)]


def test_every_pair_of_cohorts_has_a_row(planted, make_cohort, tmp_path):
    cohorts = [make_cohort(patients) for patients in planted]
    audit = audit_overlap("toy", cohorts, seed=1)
    rows = list(zip(audit.summary["first_cohort"], audit.summary["second_cohort"], strict=True))
    assert rows == list(itertools.combinations_with_replacement("abc", 2))
    for frame, schema in ((audit.pairs, OVERLAP), (audit.summary, OVERLAP_SUMMARY)):
        write_table(frame, schema, tmp_path / "toy/table.parquet")
        assert len(read_table(schema, tmp_path / "toy/table.parquet")) == len(frame)


def test_shared_people_of_one_pool(planted, make_cohort):
    audit = audit_overlap("toy", [make_cohort(patients) for patients in planted], seed=1)
    row = of(audit.summary, "a", "b").iloc[0]
    assert 30 <= row["observed"] <= 34
    assert row["expected"] < 4
    assert row["p_value"] < 0.001
    assert (row["n_first"], row["n_second"], row["shared_pool"], row["shared_family"]) == (300, 180, True, False)
    assert row["verdict"].endswith(
        "(p < 0.001): more than chance explains; declared as one patient pool: every match counts as the same person"
    )
    assert set(of(audit.pairs, "a", "b")["judgement"]) == {"may_share_people"}
    twins = {f"b:{number}" for number in range(1001, 1031)}
    assert twins <= suspected(audit.pairs, planted[0].index, planted[1].index)


@pytest.mark.parametrize(("repeated", "judgement"), [(0, "chance"), (30, "beyond_chance")])
def test_between_unrelated_pools_only_an_excess_counts(make_coarse, twice, make_cohort, repeated, judgement):
    first, second = make_coarse(300, "a", 0), make_coarse(150, "b", 1)
    cohorts = [
        make_cohort(first, pool="a"),
        make_cohort(pd.concat([second, twice(first[:repeated], "b", 2)]), pool="b"),
    ]
    audit = audit_overlap("toy", cohorts, seed=1)
    pairs = of(audit.pairs, "a", "b")
    assert len(pairs) > 0
    assert set(pairs["judgement"]) == {judgement}
    assert suspected(audit.pairs, first.index, cohorts[1].clinical["patient_id"]) == set()
    excluded = suspected(audit.pairs, first.index, cohorts[1].clinical["patient_id"], beyond_chance=True)
    assert excluded == (set(pairs["second"]) if repeated else set())


def test_one_study_family_may_share_people_too(planted, make_cohort):
    families = zip(planted, ["x", "x", "y"], ["p", "q", "r"], strict=True)
    audit = audit_overlap("toy", [make_cohort(one, family=family, pool=pool) for one, family, pool in families], seed=1)
    assert set(of(audit.pairs, "a", "b")["judgement"]) == {"may_share_people"}
    assert of(audit.summary, "a", "b")["verdict"].str.contains("one study family").all()
    assert not of(audit.summary, "a", "c")["verdict"].str.contains("declared").any()


def test_what_cannot_be_compared_is_said(planted, make_cohort):
    constant = planted[2].assign(**{"clin.albumin_g_per_dl": np.nan, "endpoint.pfs_days": np.nan})
    audit = audit_overlap("toy", [make_cohort(planted[0]), make_cohort(constant)], seed=1)
    row = of(audit.summary, "a", "c").iloc[0]
    assert pd.isna(row["observed"])
    assert pd.isna(row["p_value"])
    assert row["verdict"].startswith(
        "not comparable: 3 fields in common (clin.tmb_per_mb, clin.age_years, endpoint.os_days), 4 needed"
    )
    other = planted[2].assign(**{"clin.cancer_type": "bladder"})
    audit = audit_overlap("toy", [make_cohort(planted[0]), make_cohort(other)], seed=1)
    assert (
        of(audit.summary, "a", "c")["verdict"].item().startswith("not comparable: no patients of the same cancer type")
    )


def test_shared_accessions_count_between_any_cohorts(make_patients, make_cohort):
    first, second = make_patients(40, "a", 0), make_patients(40, "b", 1)
    first.index = pd.Index([f"a:ERR{2208800 + number}" for number in range(40)], name="patient_id")
    second.index = pd.Index([f"b:ERR{2208838 + number}" for number in range(40)], name="patient_id")
    audit = audit_overlap("toy", [make_cohort(first, pool="a"), make_cohort(second, pool="b")], seed=1, permutations=99)
    row = of(audit.summary, "a", "b").iloc[0]
    assert row["n_identifiers"] == 2
    assert "; 2 patients with a shared identifier" in row["verdict"]
    pairs = audit.pairs[audit.pairs["basis"] == "identifier"]
    assert pairs["judgement"].tolist() == ["beyond_chance"] * 2
    assert pairs["second"].tolist() == ["b:ERR2208838", "b:ERR2208839"]
    running = audit_overlap("toy", [make_cohort(make_patients(40, name, 0)) for name in "ab"], seed=1, permutations=99)
    assert running.summary["n_identifiers"].isna().all()
    assert "identifier" not in set(running.pairs["basis"])


def test_profiles_are_compared_by_patient_not_by_sample(make_patients, make_cohort):
    rng = np.random.default_rng(0)
    genes = [f"gene.G{number}" for number in range(80)]
    cohorts = []
    for name in "ab":
        patients = make_patients(30, name, ord(name))
        samples = [f"{name}:sample {number}" for number in range(30)]
        values = pd.DataFrame(rng.normal(6, 1, (80, 30)), index=genes, columns=samples)
        cohorts.append(make_cohort(patients, pool=name, measurements={"expression": values}))
        cohorts[-1].clinical["sample_id"] = samples
    cohorts[1].measurements["expression"]["b:sample 3"] = cohorts[0].measurements["expression"]["a:sample 8"]
    audit = audit_overlap("toy", cohorts, seed=1, permutations=99)
    pairs = audit.pairs[audit.pairs["basis"] == "profile"]
    assert pairs[["first", "second", "judgement"]].to_numpy().tolist() == [["a:9", "b:4", "beyond_chance"]]
    assert audit.summary["n_profiles"].tolist() == [0, 1, 0]
    assert of(audit.summary, "a", "a")["verdict"].item().endswith("; no patient with a shared omics profile")
    assert of(audit.summary, "a", "b")["verdict"].item().endswith("1 patient with a shared omics profile")


def test_mutations_are_compared_as_such(make_patients, make_cohort):
    rng = np.random.default_rng(0)
    genes = [f"mut.G{number}" for number in range(400)]
    cohorts = []
    for name in "ab":
        patients = make_patients(30, name, ord(name))
        mutated = pd.DataFrame(rng.random((400, 30)) < 0.1, index=genes, columns=patients.index).astype("float32")
        cohorts.append(make_cohort(patients, pool=name, measurements={"mutations": mutated}))
    twins = ["a:9", "b:4"]
    for cohort, twin in zip(cohorts, twins, strict=True):
        cohort.clinical.loc[cohort.clinical["patient_id"] == twin, "clin.cancer_type"] = "nsclc"
    cohorts[1].measurements["mutations"]["b:4"] = cohorts[0].measurements["mutations"]["a:9"]
    audit = audit_overlap("toy", cohorts, seed=1, permutations=99)
    assert set(audit.pairs["basis"]) <= {"clinical_fingerprint", "mutations"}
    pairs = audit.pairs[audit.pairs["basis"] == "mutations"]
    assert pairs[["first", "second", "judgement"]].to_numpy().tolist() == [[*twins, "beyond_chance"]]
    assert audit.summary["n_mutations"].tolist() == [0, 1, 0]
    assert audit.summary["n_profiles"].isna().all()
    assert of(audit.summary, "a", "b")["verdict"].item().endswith("1 patient with shared rare mutations")
    assert of(audit.summary, "a", "a")["verdict"].item().endswith("; no patient with shared rare mutations")
    cohorts[0].clinical.loc[cohorts[0].clinical["patient_id"] == "a:9", "clin.cancer_type"] = "renal"
    again = audit_overlap("toy", cohorts, seed=1, permutations=99)
    assert "mutations" not in set(again.pairs["basis"])


def test_only_baseline_records_are_compared(planted, make_cohort):
    cohorts = [make_cohort(patients) for patients in planted[:2]]
    clinical = cohorts[1].clinical
    clinical.loc[clinical["patient_id"].str.len() > 5, "timepoint"] = "on_treatment"
    audit = audit_overlap("toy", cohorts, seed=1)
    assert of(audit.summary, "a", "b")["n_second"].item() == 150
    assert of(audit.summary, "a", "b")["observed"].item() < 5


def test_the_order_of_rows_changes_nothing(planted, make_cohort):
    cohorts = [make_cohort(patients) for patients in planted]
    shuffled = [make_cohort(patients.sample(frac=1, random_state=3)) for patients in planted]
    once, again = (audit_overlap("toy", each, seed=1, permutations=99) for each in (cohorts, shuffled))
    pd.testing.assert_frame_equal(once.pairs, again.pairs)
    pd.testing.assert_frame_equal(once.summary, again.summary)

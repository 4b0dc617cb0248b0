"""TIDE as a comparator, against the authors' package called on the same patients in another way."""

import argparse
import logging
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from tidepy.pred import MODEL_DB, TIDE
from tidepy.utils import read_data_object

from stratify.artifacts.assemble import SAMPLES, TABLE
from stratify.artifacts.fit import COMPARATORS, PREDICTIONS
from stratify.artifacts.harmonize import CLINICAL, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import read_table, write_table
from stratify.assemble.table import assemble
from stratify.commands.fit import run
from stratify.config import DatasetConfig, validate
from stratify.config.published import COHORT_RELATIVE, COMPARATOR_INPUTS
from stratify.errors import StratifyError
from stratify.fit.comparators import compare
from stratify.fit.published import PUBLICATIONS, RELATIVE, CohortExpression, cohort_expression
from stratify.fit.published.tide import MIN_PATIENTS, tide
from stratify.split import make_splits
from stratify.synthetic import make_cohort

CYTOTOXIC = ["CD8A", "CD8B", "GZMA", "GZMB", "PRF1"]
"""The genes by which the package decides between its two rules."""


@pytest.fixture(scope="module")
def symbols() -> list[str]:
    entrez = read_data_object("Gene_Ref.pkl")["Symbol"]
    known = entrez[entrez.isin(MODEL_DB["tide"]["Dysfunction"].dropna().index)].index.sort_values()
    return [*CYTOTOXIC, *known.difference(CYTOTOXIC)[::12]]


@pytest.fixture(scope="module")
def tpm(symbols) -> pd.DataFrame:
    """Transcripts per million of 24 patients, half of whom are inflamed."""
    rng = np.random.default_rng(4)
    patients = pd.Index([f"toy:P{number:03d}" for number in range(24)], name="patient_id")
    log = rng.normal(4, 2, (len(symbols), len(patients)))
    log[: len(CYTOTOXIC)] += 4 * (np.arange(len(patients)) % 2)
    return pd.DataFrame(2 ** log.clip(0), index=symbols, columns=patients)


def expressed(tpm: pd.DataFrame, **clinical: object) -> CohortExpression:
    return CohortExpression("toy", np.log2(tpm + 1), pd.DataFrame(clinical, index=tpm.columns))


def of_the_package(tpm: pd.DataFrame, **arguments: object) -> pd.Series:
    """Let the package take the logarithm and subtract the average itself."""
    result = TIDE(tpm.copy(), **{"cancer": "Melanoma", "force_normalize": True, **arguments})
    return -result["TIDE"].reindex(tpm.columns)


@pytest.fixture
def cohort(tpm):
    """The patients as a harmonized cohort: one was not measured, one has a sample under treatment."""
    made = make_cohort(24, n_genes=6, name="toy", seed=3)
    levels = np.log2(tpm + 1).add_prefix("gene.", axis="index").astype("float32").rename_axis("feature")
    later = made.clinical.iloc[[0]].assign(sample_id="toy:P000_later", timepoint="on_treatment")
    clinical = pd.concat([made.clinical.assign(**{"clin.cancer_type": "melanoma"}), later], ignore_index=True)
    levels = levels.drop(columns="toy:P005").assign(**{"toy:P000_later": np.float32(9)})
    return replace(made, clinical=clinical, measurements={"expression": levels})


@pytest.fixture
def study(make_study):
    return make_study(comparators=["tide"], features=["clin.age_years"], biomarkers={}, group_by=None)


def samples_of(cohort) -> pd.Series:
    """The baseline sample of each patient, in another order than the table's."""
    baseline = cohort.clinical[cohort.clinical["timepoint"].eq("baseline")].iloc[::-1]
    return baseline.set_index("patient_id")["sample_id"]


def scores_in(study, table, signatures, cohort) -> pd.DataFrame:
    splits = make_splits("toy-study", study, table)
    predictions = compare(study, table, splits, signatures, cohort_expression(table, samples_of(cohort), [cohort]))
    return predictions[predictions["model"].eq("tide")].set_index("patient_id")


def test_every_comparator_has_a_publication():
    assert set(PUBLICATIONS) == set(COMPARATOR_INPUTS)
    assert set(RELATIVE) == COHORT_RELATIVE
    assert not PUBLICATIONS["tide"].learns


def test_scores_are_those_of_the_package_joined_by_patient(tpm):
    scores = tide(expressed(tpm, **{"clin.cancer_type": "melanoma"}))
    assert scores.index.equals(tpm.columns)
    assert scores.nunique() == len(scores)
    pd.testing.assert_series_equal(scores, of_the_package(tpm), check_names=False, rtol=1e-9)


@pytest.mark.parametrize(
    ("clinical", "arguments"),
    [
        ({"clin.cancer_type": "nsclc"}, {"cancer": "NSCLC"}),
        ({"clin.cancer_type": "bladder"}, {"cancer": "Other"}),
        ({}, {"cancer": "Other"}),
        ({"clin.cancer_type": "melanoma", "clin.prior_anti_ctla4": 1.0}, {"pretreat": True}),
        ({"clin.cancer_type": "melanoma", "clin.prior_anti_ctla4": np.nan}, {"pretreat": False}),
    ],
)
def test_cancer_type_and_earlier_treatment_choose_the_rule(tpm, clinical, arguments):
    scores = tide(expressed(tpm, **clinical))
    pd.testing.assert_series_equal(scores, of_the_package(tpm, **arguments), check_names=False, rtol=1e-9)


def test_each_patient_is_scored_by_the_rule_that_is_theirs(tpm):
    lung = np.arange(tpm.shape[1]) < 7
    scores = tide(expressed(tpm, **{"clin.cancer_type": np.where(lung, "nsclc", "melanoma")}))
    by_rule = {cancer: of_the_package(tpm, cancer=cancer) for cancer in ("NSCLC", "Melanoma")}
    assert (by_rule["NSCLC"] != by_rule["Melanoma"]).all()
    expected = by_rule["NSCLC"].where(lung, by_rule["Melanoma"])
    pd.testing.assert_series_equal(scores, expected, check_names=False, rtol=1e-9)


def test_the_order_of_patients_and_genes_does_not_matter(tpm):
    shuffled = tpm.sample(frac=1, random_state=1).sample(frac=1, axis="columns", random_state=2)
    scores = tide(expressed(shuffled))
    assert scores.index.equals(shuffled.columns)
    pd.testing.assert_series_equal(scores.sort_index(), tide(expressed(tpm)), rtol=1e-9)


def test_a_patient_has_another_score_in_other_company(tpm):
    """Why the score is no feature, and is marked."""
    scores, fewer = tide(expressed(tpm)), tide(expressed(tpm.iloc[:, ::2]))
    assert (scores[fewer.index] - fewer).abs().min() > 1e-3


@pytest.mark.parametrize("n", [0, 1, MIN_PATIENTS - 1])
def test_too_few_patients_are_not_scored(tpm, caplog, n):
    scores = tide(expressed(tpm.iloc[:, :n]))
    assert len(scores) == n
    assert scores.isna().all()
    assert f"the average it compares with needs {MIN_PATIENTS}" in caplog.text
    assert tide(expressed(tpm.iloc[:, :MIN_PATIENTS])).notna().all()


def test_genes_the_package_does_not_know_score_nobody_and_say_so(tpm, caplog):
    assert tide(expressed(tpm.rename(index="PROBE_{}".format))).isna().all()
    assert "nobody of cohort toy is scored: Only 0 out of" in caplog.text


def test_what_the_package_prints_is_logged_and_the_input_stays(tpm, caplog, capsys):
    expression = expressed(tpm.rename(index={tpm.index[-1]: "NO_SUCH_GENE"}))
    before = expression.levels.copy()
    tide(expression)
    assert capsys.readouterr().out == ""
    assert "tide, cohort toy: 0." in caplog.text
    assert "% Genes are missing after converting to Entrez ID" in caplog.text
    assert "Normalize" not in caplog.text
    pd.testing.assert_frame_equal(expression.levels, before)


def test_only_patients_of_the_study_are_in_the_file(study, signatures, cohort, tpm):
    table = assemble("toy-study", study, [cohort], signatures).table
    found = scores_in(study, table, signatures, cohort)
    measured = tpm.drop(columns="toy:P005")
    assert len(found) == 24
    assert found.index[found["score"].isna()].tolist() == ["toy:P005"]
    assert found["probability"].isna().all()
    assert found["role"].eq("train").sum() == 0
    expected = of_the_package(measured)
    np.testing.assert_allclose(found["score"][expected.index], expected, rtol=1e-4)
    fewer = scores_in(study, table.iloc[6:].reset_index(drop=True), signatures, cohort)
    np.testing.assert_allclose(fewer["score"], of_the_package(measured.iloc[:, 5:]).loc[fewer.index], rtol=1e-4)


def test_a_patient_without_a_sample_is_an_error(study, signatures, cohort):
    table = assemble("toy-study", study, [cohort], signatures).table
    with pytest.raises(StratifyError, match=r"does not know 1 patient of the study table \(toy:P023\); .* assemble`"):
        cohort_expression(table, samples_of(cohort).iloc[1:], [cohort])


def test_a_sample_without_values_is_no_patient_of_the_file(study, signatures, cohort):
    table = assemble("toy-study", study, [cohort], signatures).table
    empty = cohort.measurements["expression"].assign(**{"toy:P007": np.float32("nan")})
    found = scores_in(study, table, signatures, replace(cohort, measurements={"expression": empty}))
    gone = scores_in(
        study, table, signatures, replace(cohort, measurements={"expression": empty.drop(columns="toy:P007")})
    )
    assert set(found.index[found["score"].isna()]) == {"toy:P005", "toy:P007"}
    pd.testing.assert_series_equal(found["score"], gone["score"])


def test_values_relative_to_the_gene_are_not_handed_on(study, signatures, cohort, caplog):
    table = assemble("toy-study", study, [cohort], signatures).table
    content = cohort.config.model_dump(mode="json", by_alias=True, exclude_unset=True)
    content["modalities"]["expression"]["unit"] = "zscore"
    relative = replace(cohort, config=validate(DatasetConfig, content, "test"))
    assert scores_in(study, table, signatures, relative)["score"].isna().all()
    assert "cohort toy has no gene expression in log2_tpm or log2_cpm" in caplog.text


def test_the_study_table_knows_nothing_of_it(study, make_study, signatures, cohort):
    without = study.model_copy(update={"comparators": []})
    tables = [assemble("toy-study", one, [cohort], signatures).table for one in (study, without)]
    pd.testing.assert_frame_equal(*tables)


@pytest.fixture
def arguments(tmp_path, study, signatures, cohort) -> argparse.Namespace:
    config, layout = tmp_path / "config", Layout(tmp_path / "results")
    for place, content in (("datasets/toy", cohort.config), ("studies/toy-study", study)):
        path = config / f"{place}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(content.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    catalogue = {name: one.model_dump(mode="json", exclude_unset=True) for name, one in signatures.items()}
    (tmp_path / "signatures.yaml").write_text(yaml.safe_dump({"signatures": catalogue}))
    table = assemble("toy-study", study, [cohort], signatures).table
    write_table(cohort.clinical, CLINICAL, layout.clinical("toy"))
    levels = cohort.measurements["expression"].reset_index()
    write_table(levels, MODALITY, layout.modality("toy", "expression"))
    write_table(table, TABLE, layout.table("toy-study"))
    write_table(samples_of(cohort).reset_index(), SAMPLES, layout.samples("toy-study"))
    write_table(make_splits("toy-study", study, table), SPLITS, layout.splits("toy-study"))
    return argparse.Namespace(
        study=config / "studies" / "toy-study.yaml",
        results=layout.results,
        signatures=[tmp_path / "signatures.yaml"],
        model=COMPARATORS,
    )


def test_the_command_scores_the_sample_that_describes_the_patient(arguments, tpm, caplog):
    caplog.set_level(logging.INFO)
    run(arguments)
    predictions = read_table(PREDICTIONS, Layout(arguments.results).predictions("toy-study"))
    found = predictions[predictions["model"].eq("tide")].set_index("patient_id")["score"]
    expected = of_the_package(tpm.drop(columns="toy:P005"))
    np.testing.assert_allclose(found[expected.index], expected, rtol=1e-4)
    assert "tide: 23 of 24 patients scored, relative to their cohort" in caplog.text
    assert "cohort toy: 1 patient without expression" in caplog.text


def test_without_the_library_the_message_says_what_to_install(arguments, monkeypatch):
    monkeypatch.setitem(sys.modules, "tidepy", None)
    with pytest.raises(StratifyError, match=r"needs tidepy.*pip install 'stratify-omics\[tide\]'"):
        run(arguments)
    assert not Layout(arguments.results).predictions("toy-study").exists()

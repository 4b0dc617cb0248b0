"""Rank-based signatures in a study: the genes they rank among are declared, and travel with the model."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.split import FINAL
from stratify.assemble.features import feature_values, gene_universe
from stratify.assemble.signatures import Signature
from stratify.assemble.signatures.engine import score_gene_sets
from stratify.assemble.table import assemble
from stratify.errors import StratifyError
from stratify.fit.canaries import Experiment
from stratify.fit.cross_fit import cross_fit
from stratify.fit.final import final_model
from stratify.split import make_splits
from stratify.synthetic import make_cohort

SETS = {
    "ranked": ("ssgsea", [f"GENE{number}" for number in range(20)]),
    "weighed": ("mean", ["CXCL9", "GZMA", *(f"GENE{number}" for number in range(40, 52))]),
    "ordered": ("singscore", [f"GENE{number}" for number in range(15, 40)]),
}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Signature]:
    about = {"title": "t", "citation": "c", "higher_means_response": True}
    return {
        name: Signature.model_validate(about | {"method": method, "genes": genes})
        for name, (method, genes) in SETS.items()
    }


@pytest.fixture(scope="module")
def cohorts():
    """Two cohorts, each without some genes that the other has."""
    one, two = (make_cohort(40, n_genes=84, name=name, patient_pool=name, seed=len(name)) for name in ("one", "other"))
    return [without(one, range(60, 65)), without(two, range(70, 80))]


def without(cohort, numbers):
    expression = cohort.measurements["expression"].drop(index=[f"gene.GENE{number}" for number in numbers])
    return dataclasses.replace(cohort, measurements={"expression": expression})


@pytest.fixture
def study(make_study):
    return make_study(
        datasets={"train": ["one", "other"]},
        design={"kind": "leave_one_out", "inner": {"folds": 3, "repeats": 1}},
        features=["sig.*"],
        biomarkers={},
        gene_universe="shared",
        group_by=None,
    )


def test_the_universe_is_what_every_cohort_has(study, cohorts):
    universe = gene_universe(study, cohorts)
    assert universe == sorted(universe)
    assert not {f"GENE{number}" for number in [*range(60, 65), *range(70, 80)]} & set(universe)
    assert {"GENE59", "GENE65", "GZMA"} <= set(universe)


def test_ranks_are_among_the_universe_only(study, cohorts, catalogue):
    table = assemble("toy", study, cohorts, catalogue).table.set_index("patient_id")
    universe = [f"gene.{symbol}" for symbol in gene_universe(study, cohorts)]
    for cohort in cohorts:
        samples = cohort.measurements["expression"].loc[universe].T
        expected = score_gene_sets(samples, {"ranked": SETS["ranked"][1]}, "ssgsea").scores["ranked"]
        found = table.loc[table["cohort"].eq(cohort.name), "sig.ranked"]
        np.testing.assert_allclose(found, expected.reindex(found.index), rtol=1e-12)


def test_without_a_universe_ranking_is_refused(study, cohorts, catalogue):
    undeclared = study.model_copy(update={"gene_universe": None})
    with pytest.raises(StratifyError, match=r"'ranked' .*`gene_universe: shared` in the study file"):
        assemble("toy", undeclared, cohorts, catalogue)


def test_no_shared_gene_is_one_message(study, cohorts):
    expression = cohorts[0].measurements["expression"]
    renamed = expression.set_axis(expression.index + "X")
    strangers = [dataclasses.replace(cohorts[0], measurements={"expression": renamed}), cohorts[1]]
    with pytest.raises(StratifyError, match="no gene is in each of the 2 tables of genes"):
        gene_universe(study, strangers)


@pytest.fixture
def model(study, cohorts, catalogue):
    table = assemble("toy", study, cohorts, catalogue).table
    splits = make_splits("toy", study, table)
    experiment = Experiment("toy", study, "elastic_net", cohorts, catalogue, splits)
    tuned = cross_fit(study, "elastic_net", table, splits).tuned[FINAL]
    configs = {cohort.name: cohort.config for cohort in cohorts}
    return final_model(experiment, datasets=configs, tuned=tuned, train=table)


def test_a_patient_alone_in_the_batch_shuffled_and_with_genes_missing(model, study, cohorts, catalogue):
    """From genes only: the first three agree to 1e-12, the last is scored and says on how much."""
    genes = cohorts[0].measurements["expression"].T.astype("float64").rename_axis("patient_id")
    batch = model.predict(genes)
    assert (batch["feature_coverage"] == 1).all()
    shuffled = model.predict(genes.sample(frac=1, random_state=3)).reindex(genes.index)
    alone = pd.concat([model.predict(genes.loc[[patient]]) for patient in genes.index])
    for other in (shuffled, alone):
        np.testing.assert_allclose(other["probability"], batch["probability"], rtol=0, atol=1e-12)
    in_sets = sorted({f"gene.{symbol}" for _, symbols in SETS.values() for symbol in symbols})
    missing = list(np.random.default_rng(5).choice(in_sets, round(0.3 * len(in_sets)), replace=False))
    fewer = model.predict(genes.drop(columns=missing))
    assert fewer["probability"].notna().all()
    shares = [np.mean([f"gene.{symbol}" not in missing for symbol in symbols]) for _, symbols in SETS.values()]
    assert min(shares) >= 0.6
    np.testing.assert_allclose(fewer["feature_coverage"], np.mean(shares))
    assert not np.allclose(fewer["probability"], batch["probability"])


def test_scoring_from_genes_agrees_with_the_study_table(model, study, cohorts, catalogue):
    universe = gene_universe(study, cohorts)
    assert model.card.gene_universe == universe
    cohort = cohorts[1]
    features = feature_values(cohort, catalogue, universe)
    genes = cohort.measurements["expression"].T
    expected = model.predict(features[model.card.feature_names])
    np.testing.assert_allclose(model.predict(genes)["probability"], expected["probability"], rtol=0, atol=1e-12)

"""The audit on melanoma transcriptomes: who is in two sources is known from the files' identifiers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from stratify.artifacts.harmonize import CLINICAL, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.assemble.cohort import Cohort
from stratify.cli import main
from stratify.split.overlap import audit_overlap
from stratify.split.overlap.mutations import match_mutations
from stratify.split.overlap.profiles import match_profiles

pytestmark = pytest.mark.cohorts

CONFIG = Path(__file__).parents[3] / "config"
STRANGERS = ["liu_2019", "gide_2019_genes", "vanallen_2015", "hugo_2016", "riaz_2017", "imvigor210"]

# name and column of identifiers in compass_itrp; of how many in both how many are found by scores of gene sets
IN_COMPASS = {
    "liu_2019": ("Liu", "patient_id", 92, 83),
    "gide_2019_genes": ("Gide", "rnaseq_id", 41, 6),
    "vanallen_2015": ("Allen", "Patient", 39, 39),
    "hugo_2016": ("Hugo", "Patient ID", 26, 24),
    "riaz_2017": ("Riaz", "patient_id", 51, 25),
}


@pytest.fixture(scope="module")
def cohorts(gene_cohort) -> dict[str, Cohort]:
    return {dataset: gene_cohort(dataset) for dataset in STRANGERS}


@pytest.fixture(scope="module")
def audit(cohorts):
    return audit_overlap("genes", list(cohorts.values()), seed=1, permutations=99)


@pytest.fixture(scope="module")
def expression(cohorts):
    """Expression before treatment by the source's identifiers of samples."""
    tables = {}
    for name, cohort in cohorts.items():
        baseline = cohort.clinical.loc[cohort.clinical["timepoint"] == "baseline", "sample_id"]
        table = cohort.measurements["expression"]
        table = table[table.columns.intersection(baseline)].dropna(axis="columns", how="all")
        tables[name] = table.rename(columns=lambda sample: sample.split(":")[1])
    return tables


@dataclass(frozen=True)
class Compass:
    """Scores of gene sets (mean expression of their genes) that a collection of 16 cohorts publishes."""

    labels: pd.DataFrame
    scores: dict[str, pd.DataFrame]
    sets: dict[str, list[str]]

    def of_genes(self, expression):
        """Score the sets all of whose genes were measured."""
        measured = {name: genes for name, genes in self.sets.items() if set(genes) <= set(expression.index)}
        return pd.DataFrame({name: expression.loc[genes].mean() for name, genes in measured.items()}).T


@pytest.fixture(scope="module")
def compass(mirror):
    folder = mirror / "compass_itrp"
    labels = pd.read_csv(folder / "00_clinical_label.csv", index_col="Index", low_memory=False)
    scores = pd.read_csv(folder / "avgAbd_readouts_geneset.csv", index_col="Index").T
    sets = pd.read_csv(folder / "conception.tsv", sep="\t").set_index("GeneSet")["Genes"].str.split(":")
    return Compass(
        labels,
        {name: scores[labels.index[labels["cohort"] == name]] for name in labels["cohort"].unique()},
        {name: [f"gene.{gene}" for gene in genes] for name, genes in sets.items() if name in scores.index},
    )


@pytest.fixture(scope="module")
def ranked_gide(tmp_path_factory):
    """Expression of the Python package's pre-treatment biopsies by accession."""
    folder = tmp_path_factory.mktemp("gide")
    where = ["--raw", str(folder / "raw"), "--results", str(folder / "results")]
    assert main(["fetch", "--source", str(CONFIG / "sources/tmeimmune_1_3_3.yaml"), *where]) == 0
    assert main(["harmonize", "--dataset", str(CONFIG / "datasets/gide_2019.yaml"), *where]) == 0
    layout = Layout(folder / "results")
    clinical = read_table(CLINICAL, layout.clinical("gide_2019"))
    table = read_table(MODALITY, layout.modality("gide_2019", "expression")).set_index("feature")
    table = table[clinical.loc[clinical["timepoint"] == "baseline", "sample_id"].tolist()]
    return table.rename(columns=lambda sample: sample.split(":")[1])


@pytest.fixture(scope="module")
def mutations(cohorts):
    return cohorts["riaz_2017"].measurements["mutations"].dropna(axis="columns")


def called_again(mutations, differ):
    """Lose a share of the calls, and make as many others, often where others have them."""
    rng = np.random.default_rng(1)
    again = mutations.to_numpy() > 0
    weight = again.mean(axis=1) / again.mean(axis=1).sum()
    for column in again.T:
        called = np.flatnonzero(column)
        others = rng.choice(len(column), rng.binomial(len(called), differ), replace=False, p=weight)
        column[called[rng.random(len(called)) < differ]] = False
        column[others] = True
    return pd.DataFrame(again, index=mutations.index, columns=mutations.columns)


def found(pairs):
    """Count the pairs that are one person, and those that are not."""
    same = pairs["first"].eq(pairs["second"])
    return int(same.sum()), int((~same).sum())


def test_no_two_strangers_are_listed(audit):
    """Six cohorts, 611 people with expression, 186,355 pairs."""
    assert not set(audit.pairs["basis"]) & {"profile", "mutations"}
    assert audit.summary["n_profiles"].tolist() == [0] * 21
    assert audit.summary["n_mutations"].dropna().tolist() == [0]


def test_no_two_strangers_are_listed_by_their_scores_of_gene_sets(expression, compass):
    """Overlapping sets make strangers alike; 75 comparisons of cohorts that share nobody."""
    compared = 0
    for dataset, (own, *_) in IN_COMPASS.items():
        ours = compass.of_genes(expression[dataset])
        for name, scores in compass.scores.items():
            if name != own:
                pairs = match_profiles(ours, scores)
                assert pairs.empty, (dataset, name)
                compared += 1
    assert compared == 75


@pytest.mark.parametrize("dataset", IN_COMPASS)
def test_the_same_patients_are_found_by_their_scores_of_gene_sets(expression, compass, dataset):
    name, column, shared, expected = IN_COMPASS[dataset]
    named = compass.labels[column].astype("str").str.removeprefix("MEL-IPI_")
    theirs = compass.scores[name].rename(columns=named)
    assert len(theirs.columns.intersection(expression[dataset].columns)) == shared
    assert found(match_profiles(compass.of_genes(expression[dataset]), theirs)) == (expected, 0)


@pytest.mark.package_index
def test_the_same_patients_are_found_where_one_source_holds_ranks_over_patients(expression, ranked_gide):
    """TPM of 41 patients, and of the same and 32 others each gene's rank among 91 biopsies."""
    assert found(match_profiles(expression["gide_2019_genes"], ranked_gide)) == (41, 0)
    for dataset in STRANGERS:
        if dataset != "gide_2019_genes":
            assert match_profiles(expression[dataset], ranked_gide).empty


@pytest.mark.filterwarnings("ignore:Missing constructor for R class")
def test_the_same_samples_are_found_by_111_genes_that_one_file_standardized(mirror, expression):
    table = rdata.read_rda(mirror / "imvigor210/clin_bmk_IMvigor210.rda")["clin_bmk_IMvigor210"]
    table = table.set_index("sample_id_gep").filter(like="gep_")
    theirs = table.rename(columns=lambda name: name.replace("gep_", "gene.")).T.astype("float32")
    theirs = theirs.loc[:, theirs.notna().all()]
    ours = expression["imvigor210"]
    assert len(ours.index.intersection(theirs.index)) == 111
    assert found(match_profiles(ours, theirs)) == (348, 0)


@pytest.mark.parametrize(("differ", "n_found"), [(0.05, 27), (0.15, 27), (0.3, 26)])
def test_mutations_called_again_are_found_in_a_real_cohort(mutations, differ, n_found):
    """Exomes of 68 melanomas with 1 to 4,602 mutated genes; of 28 people called again, one has a single mutation."""
    again = called_again(mutations.iloc[:, 20:], differ)
    assert found(match_mutations(mutations.iloc[:, :48], again)) == (n_found, 0)


def test_strangers_share_few_rare_mutations(mutations):
    rng = np.random.default_rng(0)
    assert match_mutations(mutations, mutations, within=True).empty
    for _ in range(10):
        order = rng.permutation(mutations.shape[1])
        halves = (mutations.iloc[:, order[part]] for part in (slice(34), slice(34, None)))
        assert match_mutations(*halves).empty

"""The studies of the default run, from the published packages to the comparators, against known figures."""

from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from stratify.artifacts.assemble import ATTRITION, TABLE
from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.cli import main

pytestmark = pytest.mark.package_index

ROOT = Path(__file__).parents[1]
COHORTS = {
    "melanoma-icb-response": ("tmeimmune_1_3_3", "gide_2019"),
    "breast-metastasis-5y": ("scikit_survival_0_28_0", "desmedt_2007"),
}


@pytest.fixture(scope="module")
def run_study(tmp_path_factory):
    """Run a study from fetch to its comparators, once; give where its artifacts are."""
    done = {}

    def run(name):
        if name not in done:
            done[name] = Layout(tmp_path_factory.mktemp("study") / "results")
            for command in commands(name, done[name].results):
                assert main(command) == 0
        return done[name]

    return run


def commands(name, results):
    source, dataset = COHORTS[name]
    where = ["--results", str(results)]
    raw = ["--raw", str(results.parent / "raw")]
    file = ["--study", str(ROOT / "config" / "studies" / f"{name}.yaml")]
    signatures = ["--signatures", str(ROOT / "data" / "reference" / "signatures.yaml")]
    return [
        ["fetch", "--source", str(ROOT / "config" / "sources" / f"{source}.yaml"), *raw, *where],
        ["harmonize", "--dataset", str(ROOT / "config" / "datasets" / f"{dataset}.yaml"), *raw, *where],
        ["assemble", *file, *where, *signatures],
        ["split", *file, *where],
        ["fit", "--model", "comparators", *file, *where, *signatures],
    ]


@pytest.mark.parametrize(
    ("name", "everyone", "leaving", "positive"),
    [
        ("melanoma-icb-response", 91, ["not before treatment (on_treatment)", 18, 73], 40),
        ("breast-metastasis-5y", 198, ["censored before 1826.25 days", 9, 189], 35),
    ],
)
def test_everyone_is_accounted_for(run_study, name, everyone, leaving, positive):
    layout = run_study(name)
    steps = read_table(ATTRITION, layout.attrition(name))[["reason", "n_excluded", "n_remaining"]].to_numpy().tolist()
    table = read_table(TABLE, layout.table(name))
    assert steps == [["in the file", 0, everyone], leaving, ["patients in the study", 0, leaving[2]]]
    assert (len(table), table["y"].sum()) == (leaving[2], positive)


@pytest.mark.parametrize(
    ("biomarker", "auroc"),
    [("gene.CXCL9", 0.836), ("gene.CD8A", 0.807), ("gene.CD274", 0.777), ("sig.cyt", 0.804), ("sig.gep18", 0.811)],
)
def test_published_biomarkers_have_their_known_auroc(run_study, biomarker, auroc):
    name = "melanoma-icb-response"
    scores = read_table(PREDICTIONS, run_study(name).predictions(name))
    rows = scores[scores["model"] == biomarker]
    assert len(rows) == 73
    assert roc_auc_score(rows["y"].astype(int), rows["score"]) == pytest.approx(auroc, abs=0.001)


@pytest.mark.parametrize("name", COHORTS)
def test_naive_comparators_are_always_there(run_study, name):
    models = set(read_table(PREDICTIONS, run_study(name).predictions(name))["model"])
    assert {"prevalence", "group_mean"} < models

"""What tests of several stages share: a synthetic study with everything a fit needs."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from stratify.artifacts.harmonize import CLINICAL, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.assemble.cohort import Cohort
from stratify.assemble.signatures import Signature
from stratify.cli import main
from stratify.config import StudyConfig, load_dataset, validate
from stratify.fit.canaries import Experiment
from stratify.split import make_splits
from stratify.synthetic import make_cohort


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of public cohort files; tests that need it are skipped where none is named."""
    folder = os.environ.get("STRATIFY_MIRROR")
    if not folder:
        pytest.skip("STRATIFY_MIRROR names no folder of public cohort files")
    return Path(folder)


CONFIG = Path(__file__).parents[1] / "config"
GENE_COHORTS = ["liu_2019", "gide_2019_genes", "vanallen_2015", "hugo_2016", "riaz_2017", "imvigor210"]
GENE_ID_MAP = {"source": "gene_id_map", "file": "gene_id_map.tsv", "from": "entrez"}


@pytest.fixture(scope="session")
def gene_cohort_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The dataset files of six cohorts; that of riaz_2017 with the table of genes that the mirror has."""
    folder = tmp_path_factory.mktemp("config")
    (folder / "sources").symlink_to(CONFIG / "sources")
    content = yaml.safe_load((CONFIG / "datasets/riaz_2017.yaml").read_text())
    content["modalities"]["expression"] |= {"to": "log2_cpm", "genes": GENE_ID_MAP}
    del content["modalities"]["expression"]["lengths"]
    copied = folder / "datasets/riaz_2017.yaml"
    copied.parent.mkdir()
    copied.write_text(yaml.safe_dump(content))
    return {dataset: CONFIG / f"datasets/{dataset}.yaml" for dataset in GENE_COHORTS} | {"riaz_2017": copied}


@pytest.fixture(scope="session")
def gene_layout(mirror: Path, gene_cohort_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Six cohorts with expression of many genes, harmonized; not to be changed."""
    results = tmp_path_factory.mktemp("genes")
    for dataset, file in gene_cohort_files.items():
        arguments = ["harmonize", "--dataset", str(file), "--raw", str(mirror), "--results", str(results)]
        assert main(arguments) == 0, dataset
    return Layout(results)


@pytest.fixture(scope="session")
def gene_cohort(gene_layout: Layout, gene_cohort_files: dict[str, Path]) -> Callable[[str], Cohort]:
    """Read one of the harmonized cohorts."""

    def read(dataset: str) -> Cohort:
        config = load_dataset(gene_cohort_files[dataset])
        tables = {
            name: read_table(MODALITY, gene_layout.modality(dataset, name)).set_index("feature")
            for name in config.modalities
        }
        return Cohort(dataset, config, read_table(CLINICAL, gene_layout.clinical(dataset)), tables)

    return read


@pytest.fixture(scope="session")
def signatures() -> dict[str, Signature]:
    return {
        "cyt": validate(
            Signature,
            {
                "title": "Cytolytic activity",
                "method": "mean",
                "genes": ["GZMA", "PRF1"],
                "higher_means_response": True,
                "citation": "a test",
            },
            "test",
        )
    }


STUDY = {
    "title": "Toy",
    "question": "Who responds?",
    "endpoint": {"rule": "as_published", "field": "response"},
    "positive": "response",
    "positive_is": "favourable",
    "datasets": {"train": ["toy"]},
    "features": ["clin.*", "sig.*", "gene.*"],
    "biomarkers": {"gene.CXCL9": "higher"},
    "group_by": "clin.sex",
    "design": {"kind": "repeated_nested_cv", "outer": {"folds": 4, "repeats": 2}, "inner": {"folds": 3}},
    "models": {
        "elastic_net": {"search": {"C": [0.1, 1.0], "l1_ratio": [0.5]}},
        "lightgbm": {"search": {"n_estimators": [10], "num_leaves": [3], "min_child_samples": [5, 15]}},
    },
    "seed": 7,
}


@pytest.fixture(scope="session")
def make_study() -> Callable[..., StudyConfig]:
    """Make a study file in memory, with some keys changed."""

    def make(**changes: object) -> StudyConfig:
        return validate(StudyConfig, {**STUDY, **changes}, "test study")

    return make


@pytest.fixture(scope="session")
def make_experiment(make_study, signatures) -> Callable[..., Experiment]:
    """Make the study's inputs: synthetic cohorts (one where not given), their splits, and a model."""

    def make(
        model: str = "elastic_net",
        effect: float = 1.0,
        n: int = 60,
        seed: int = 0,
        cohorts: list[Cohort] | None = None,
        **changes: object,
    ) -> Experiment:
        study = make_study(**changes)
        cohorts = cohorts or [make_cohort(n, n_genes=12, effect=effect, seed=seed)]
        blank = Experiment("toy-study", study, model, cohorts, signatures, splits=None)  # type: ignore[arg-type]
        splits = make_splits("toy-study", study, blank.assembled().table)
        return Experiment("toy-study", study, model, cohorts, signatures, splits)

    return make


@pytest.fixture(scope="session")
def three_hospitals() -> list[Cohort]:
    """Two cohorts of one hospital, and one of another, which recorded neither sex nor age."""
    far = make_cohort(50, n_genes=12, name="far", patient_pool="elsewhere", seed=3)
    clinical = far.clinical.assign(**{"clin.age_years": float("nan"), "clin.age_years__as_published": 61.0})
    return [
        make_cohort(60, n_genes=12, name="toy", seed=1),
        make_cohort(40, n_genes=12, name="sister", seed=2),
        replace(far, clinical=clinical.drop(columns="clin.sex")),
    ]


EXTERNAL = {
    "datasets": {"train": ["toy"], "evaluate": ["sister", "far"]},
    "design": {"kind": "external", "inner": {"folds": 3, "repeats": 1}},
}
LEAVE_ONE_OUT = {
    "datasets": {"train": ["toy", "sister", "far"]},
    "design": {"kind": "leave_one_out", "inner": {"folds": 3, "repeats": 1}},
}


@pytest.fixture(scope="session", params=[EXTERNAL, LEAVE_ONE_OUT], ids=["external", "leave_one_out"])
def held_out_design(request: pytest.FixtureRequest) -> dict[str, object]:
    """Keys of a study that holds out whole cohorts, by either design."""
    return request.param

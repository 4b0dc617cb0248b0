"""What tests of several stages share: a synthetic study with everything a fit needs."""

from collections.abc import Callable

import pytest

from stratify.assemble.signatures import Signature
from stratify.config import StudyConfig, validate
from stratify.fit.canaries import Experiment
from stratify.split import make_splits
from stratify.synthetic import make_cohort


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
    """Make the study's inputs: a synthetic cohort, its splits, and a model."""

    def make(
        model: str = "elastic_net", effect: float = 1.0, n: int = 60, seed: int = 0, **changes: object
    ) -> Experiment:
        study = make_study(**changes)
        cohort = make_cohort(n, n_genes=12, effect=effect, seed=seed)
        blank = Experiment("toy-study", study, model, [cohort], signatures, splits=None)  # type: ignore[arg-type]
        splits = make_splits("toy-study", study, blank.assembled().table)
        return Experiment("toy-study", study, model, [cohort], signatures, splits)

    return make

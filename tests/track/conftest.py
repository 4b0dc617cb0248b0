"""A tiny study whose every artifact is on disk, as the stages before `track` leave them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.discover import UNIVARIATE
from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
from stratify.artifacts.fit import COMPARATORS, PREDICTIONS, TUNING
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table, write_table
from stratify.cli import main
from stratify.fit.models.elastic_net import ElasticNetLogistic
from stratify.score import ModelCard, PatientModel, feature_ranges

STUDY = "toy-study"
MODELS = {"elastic_net": 1.0, "lightgbm": 0.01}
BIOMARKER = "gene.CD8A"
FEATURES = ["clin.age_years", "clin.sex", BIOMARKER]
N = 40

SIGNATURE = {
    "title": "Cytolytic activity",
    "method": "mean",
    "genes": ["GZMA", "PRF1"],
    "higher_means_response": True,
    "citation": "Rooney et al., a test",
    "pmid": "25594174",
}
SOURCE = {
    "title": "Toy package",
    "citation": "Nobody 2020",
    "licence": "MIT",
    "package": {"name": "toy-data", "version": "1.0"},
    "files": {"toy.csv": {"path": "toy/toy.csv", "sha256": "0" * 64}},
}
DATASET = {
    "title": "Toy 2020, toys",
    "source": "toy_source",
    "patient_pool": "toy",
    "study_family": "toy",
    "clinical": {"file": "toy.csv", "id": "id", "timepoint": "baseline"},
}
CONFIG = {
    "title": "Toy study",
    "question": "Who responds?",
    "endpoint": {"rule": "as_published", "field": "response"},
    "positive": "response",
    "positive_is": "favourable",
    "datasets": {"train": ["toy"]},
    "features": ["clin.*", BIOMARKER],
    "biomarkers": {BIOMARKER: "higher"},
    "design": {"kind": "repeated_nested_cv", "outer": {"folds": 2, "repeats": 2}, "inner": {"folds": 2}},
    "models": {"elastic_net": {"search": {"C": [0.01, 1.0]}}, "lightgbm": {}},
    "strata": {"declared_probabilities": [0.3, 0.6]},
}


@dataclass
class ToyStudy:
    """Files of a study, and the commands on them."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "config" / "studies" / f"{STUDY}.yaml"

    @property
    def layout(self) -> Layout:
        return Layout(self.folder / "results")

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def track(self) -> int:
        arguments = ["--study", str(self.file), "--results", str(self.layout.results), "--tracking-uri", self.uri]
        return main(["track", "--debug", *arguments])

    @property
    def record(self) -> dict:
        return json.loads(self.layout.track(STUDY).read_text())

    def table(self) -> pd.DataFrame:
        return read_table(TABLE, self.layout.table(STUDY))

    def write_config(self) -> None:
        contents = {"sources/toy_source": SOURCE, "datasets/toy": DATASET, f"studies/{STUDY}": CONFIG}
        for name, content in contents.items():
            path = self.folder / "config" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(content, sort_keys=False))

    def write_table(self) -> None:
        rng = np.random.default_rng(5)
        y = np.arange(N) % 2
        table = pd.DataFrame(
            {
                "patient_id": [f"toy:SECRET{number:03d}" for number in range(N)],
                "cohort": "toy",
                "patient_pool": "toy",
                "study_family": "toy",
                "y": y,
                "time_days": np.nan,
                "event": pd.array([None] * N, dtype="Int64"),
                "clin.age_years": rng.normal(60, 10, N),
                "clin.sex": rng.choice(["female", "male"], N),
                BIOMARKER: rng.normal(5, 1, N) + y,
            }
        )
        write_table(table, TABLE, self.layout.table(STUDY))

    def write_model(self, name: str, C: float, inner_auroc: float = 0.7) -> None:
        """Fit with another strength of the penalty: what a changed search space comes to."""
        table = self.table()
        pipeline = Pipeline(
            [
                (
                    "features",
                    ColumnTransformer(
                        [
                            (
                                "numbers",
                                make_pipeline(SimpleImputer(), StandardScaler()),
                                ["clin.age_years", BIOMARKER],
                            ),
                            ("categories", OneHotEncoder(handle_unknown="ignore"), ["clin.sex"]),
                        ]
                    ),
                ),
                ("classifier", ElasticNetLogistic(C=C, random_state=0)),
            ]
        ).fit(table[FEATURES], table["y"])
        card = ModelCard(
            study=STUDY,
            model=name,
            title=CONFIG["title"],
            question=CONFIG["question"],
            positive="response",
            endpoint=CONFIG["endpoint"],
            features=feature_ranges(table[FEATURES]),
            signatures={"cyt": SIGNATURE},
            cut_offs=[0.3, 0.6],
            strata=["low", "intermediate", "high"],
            parameters={"C": C},
            n_patients=N,
            n_positive=N // 2,
            cohorts=["toy"],
            package_version="0.0.1",
        )
        model = PatientModel(pipeline, card)
        model.save(self.layout.model(STUDY, name))
        probability = model.score(table.set_index("patient_id"))["probability"].to_numpy()
        write_table(self._trained(name, probability), PREDICTIONS, self.layout.predictions(STUDY, name))
        tuning = pd.DataFrame(
            {
                "study": STUDY,
                "model": name,
                "split": ["r00f0", "r00f1", "final"],
                "parameters": json.dumps({"C": C}),
                "inner_auroc": inner_auroc,
                "inner_neg_log_loss": -0.6,
                "chosen": 1,
            }
        )
        write_table(tuning, TUNING, self.layout.tuning(STUDY, name))

    def write_comparators(self) -> None:
        table = self.table()
        fixed = self._predictions(BIOMARKER, table[BIOMARKER].to_numpy(), None, repeat=None, split=None, role="cv")
        prevalence = self._trained("prevalence", np.full(N, 0.5))
        write_table(pd.concat([prevalence, fixed]), PREDICTIONS, self.layout.predictions(STUDY, COMPARATORS))

    def write_evaluation(self, *, failed: tuple[str, ...] = ()) -> None:
        """Measure what there is with the textbook's functions; a canary of each model in `failed` sings."""
        rows = []
        for name in [*MODELS, "prevalence", BIOMARKER]:
            predictions = read_table(
                PREDICTIONS, self.layout.predictions(STUDY, name if name in MODELS else COMPARATORS)
            )
            held_out = predictions[(predictions["model"] == name) & (predictions["role"] == "cv")]
            rows.append(self._metric(name, "cv", "auroc", roc_auc_score(held_out["y"].astype(int), held_out["score"])))
            if name in MODELS:
                tuning = read_table(TUNING, self.layout.tuning(STUDY, name))
                rows.append(self._metric(name, "train", "auroc", 0.9))
                rows.append(self._metric(name, "train", "inner_auroc", tuning["inner_auroc"].mean()))
        write_table(pd.DataFrame(rows), METRICS, self.layout.metrics(STUDY))
        comparisons = pd.DataFrame(
            {
                "study": STUDY,
                "model": list(MODELS),
                "comparator": BIOMARKER,
                "cohort": "toy",
                "role": "cv",
                "subgroup": "all",
                "metric": "auroc",
                "model_value": 0.8,
                "comparator_value": 0.79,
                "difference": 0.01,
                "low": -0.1,
                "high": 0.12,
                "p_value": [0.4, np.nan],
                "method": "bootstrap",
                "n": N,
            }
        )
        write_table(comparisons, COMPARISONS, self.layout.comparisons(STUDY))
        write_table(pd.DataFrame(columns=list(SENSITIVITY.columns)), SENSITIVITY, self.layout.sensitivity(STUDY))
        canaries = pd.DataFrame(
            {
                "study": STUDY,
                "model": list(MODELS),
                "canary": "row_order",
                "measure": "largest difference",
                "value": 0.0,
                "limit": 1e-9,
                "n": N,
                "detail": "toy",
                "passed": [name not in failed for name in MODELS],
            }
        )
        write_table(canaries, CANARIES, self.layout.canaries(STUDY))

    def write_rest(self) -> None:
        univariate = pd.DataFrame(
            {
                "study": STUDY,
                "cohort": "toy",
                "feature": [BIOMARKER],
                "level": None,
                "effect": 1.0,
                "low": 0.2,
                "high": 1.8,
                "p_value": 0.01,
                "q_value": 0.02,
                "n": N,
                "n_events": N // 2,
                "note": None,
            }
        )
        write_table(univariate, UNIVARIATE, self.layout.univariate(STUDY))
        report = self.layout.report(STUDY)
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text("<html><body>A report. Research use only.</body></html>")

    def _trained(self, name: str, probability: np.ndarray) -> pd.DataFrame:
        parts = [
            self._predictions(name, probability, probability, repeat=repeat, split=f"r{repeat:02d}f{fold}", role="cv")[
                fold::2
            ]
            for repeat in range(2)
            for fold in range(2)
        ]
        final = self._predictions(name, probability, probability, repeat=None, split="final", role="train")
        return pd.concat([*parts, final], ignore_index=True)

    def _predictions(self, name: str, score, probability, *, repeat, split, role) -> pd.DataFrame:
        table = self.table()
        return table[["cohort", "patient_id", "y", "time_days", "event"]].assign(
            study=STUDY,
            model=name,
            repeat=pd.array([repeat] * N, dtype="Int64"),
            split=split,
            role=role,
            score=score,
            probability=np.nan if probability is None else probability,
        )

    @staticmethod
    def _metric(name: str, role: str, metric: str, value: float) -> dict:
        return {
            "study": STUDY,
            "model": name,
            "cohort": "toy",
            "role": role,
            "subgroup": "all",
            "metric": metric,
            "estimate": value,
            "low": value - 0.1,
            "high": min(1.0, value + 0.1),
            "n": N,
            "n_events": N // 2,
        }


def make_toy(folder: Path) -> ToyStudy:
    """Write every file of the study below a folder."""
    toy = ToyStudy(folder)
    toy.write_config()
    toy.write_table()
    for model, C in MODELS.items():
        toy.write_model(model, C, inner_auroc=0.7 if model == "elastic_net" else 0.6)
    toy.write_comparators()
    toy.write_evaluation()
    toy.write_rest()
    return toy


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store without runs: making one takes two seconds, copying one does not."""
    from stratify.track.connection import connect

    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    connect(f"sqlite:///{path}", create=True)
    return path


@pytest.fixture
def bare_toy(tmp_path: Path) -> ToyStudy:
    """The study's files, and no store."""
    return make_toy(tmp_path / "run")


@pytest.fixture
def toy(bare_toy: ToyStudy, empty_store: Path) -> ToyStudy:
    """The study's files beside an empty store."""
    (bare_toy.folder / "mlflow.db").write_bytes(empty_store.read_bytes())
    return bare_toy


@pytest.fixture(scope="session")
def tracked(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> ToyStudy:
    """The study, tracked once, for tests that change nothing."""
    toy = make_toy(tmp_path_factory.mktemp("tracked"))
    (toy.folder / "mlflow.db").write_bytes(empty_store.read_bytes())
    toy.track()
    return toy

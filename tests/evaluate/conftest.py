"""A small synthetic study: what `assemble`, `split` and `fit` would hand over."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.fit import CANARY_MEASURES, COMPARATORS, LEARNING_CURVE, PREDICTIONS, TUNING
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY
from stratify.artifacts.split import FINAL, SPLITS
from stratify.artifacts.store import write_table
from stratify.config import StudyConfig

STUDY = {
    "title": "A synthetic study",
    "question": "Does it run?",
    "endpoint": {"rule": "as_published", "field": "response"},
    "positive": "response",
    "positive_is": "favourable",
    "datasets": {"train": ["north"]},
    "features": ["gene.*"],
    "design": {"kind": "repeated_nested_cv", "outer": {"folds": 4, "repeats": 3}},
    "models": ["elastic_net", "lightgbm"],
    "seed": 7,
}


@dataclass
class Synthetic:
    """Tables of a study with 60 patients, four folds, three repetitions."""

    n: int = 60
    folds: int = 4
    repeats: int = 3
    seed: int = 0
    cohort: str = "north"
    strength: dict[str, float] = field(default_factory=lambda: {"elastic_net": 1.5, "lightgbm": 0.7})

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.study = StudyConfig.model_validate(STUDY)
        self.patients = np.array([f"{self.cohort}:{i:03d}" for i in range(self.n)])
        self.x = rng.normal(size=self.n)
        self.y = (rng.random(self.n) < 1 / (1 + np.exp(-self.x))).astype(int)
        self.table = self._table(rng)
        self.splits = self._splits(rng)
        self.predictions = self._predictions(rng)
        self.tuning = self._tuning(rng)
        self.measures = self._measures()

    def _table(self, rng: np.random.Generator) -> pd.DataFrame:
        genes = pd.DataFrame(rng.normal(size=(self.n, 6)), columns=[f"gene.G{i}" for i in range(6)])
        identity = pd.DataFrame(
            {
                "patient_id": self.patients,
                "cohort": self.cohort,
                "patient_pool": "north",
                "study_family": "north",
                "y": pd.array(self.y, dtype="Int64"),
                "time_days": np.nan,
                "event": pd.array([None] * self.n, dtype="Int64"),
            }
        )
        return pd.concat([identity, genes], axis=1)

    def _splits(self, rng: np.random.Generator) -> pd.DataFrame:
        parts = []
        for repeat in range(self.repeats):
            fold = rng.permutation(np.arange(self.n) % self.folds)
            for one in range(self.folds):
                role = np.where(fold == one, "test", "train")
                parts.append(self._rows(repeat=repeat, split=f"r{repeat:02d}f{one}", role=role))
        parts.append(self._rows(repeat=None, split=FINAL, role="train"))
        return pd.concat(parts, ignore_index=True).astype({"repeat": "Int64"})

    def _rows(self, **columns: object) -> pd.DataFrame:
        return pd.DataFrame({"patient_id": self.patients}).assign(study="toy", **columns)

    def _predictions(self, rng: np.random.Generator) -> pd.DataFrame:
        truth = dict(zip(self.patients, self.y, strict=True))
        signal = dict(zip(self.patients, self.x, strict=True))
        parts = []
        for split, rows in self.splits.groupby("split"):
            rate = np.mean([truth[p] for p in rows.loc[rows["role"] == "train", "patient_id"]])
            held_out = rows[rows["role"] == "test"] if split != FINAL else rows
            for model, strength in self.strength.items():
                noise = rng.normal(size=len(held_out))
                score = strength * held_out["patient_id"].map(signal) + 0.5 * noise
                parts.append(held_out.assign(model=model, score=score, probability=1 / (1 + np.exp(-score))))
            parts += [
                held_out.assign(model=model, score=rate, probability=rate) for model in ("prevalence", "group_mean")
            ]
        marker = np.where(np.arange(self.n) % 10 == 3, np.nan, self.x + rng.normal(size=self.n))
        fixed = self._rows(model="gene.CXCL9", role="cv", score=marker, probability=np.nan, repeat=None, split=None)
        learned = pd.concat(parts)
        learned["role"] = np.where(learned["split"] == FINAL, "train", "cv")
        both = pd.concat([learned, fixed.astype({"repeat": "Int64", "split": "str"})], ignore_index=True)
        both = both.assign(
            cohort=self.cohort,
            y=both["patient_id"].map(truth),
            time_days=np.nan,
            event=pd.array([None] * len(both), dtype="Int64"),
        )
        return PREDICTIONS.validate(both[list(PREDICTIONS.columns)])

    def _tuning(self, rng: np.random.Generator) -> pd.DataFrame:
        rows = [
            {
                "study": "toy",
                "model": model,
                "split": split,
                "parameters": f'{{"c": {candidate}}}',
                "inner_auroc": 0.6 + 0.1 * candidate * (model == "elastic_net") + 0.01 * rng.random(),
                "inner_neg_log_loss": -0.6 - 0.1 * rng.random(),
                "chosen": candidate,
            }
            for model in self.strength
            for split in self.splits["split"].unique()
            for candidate in (0, 1)
        ]
        return TUNING.validate(pd.DataFrame(rows))

    def _measures(self) -> pd.DataFrame:
        rows = [
            {"study": "toy", "model": model, "canary": canary, "measure": "change", "value": 0.0, "limit": 1e-9}
            for model in self.strength
            for canary in ("row_order", "single_patient")
        ]
        return CANARY_MEASURES.validate(pd.DataFrame(rows).assign(n=self.n, detail="none"))

    def write(self, folder: Path) -> tuple[Path, Layout]:
        """Write everything where the command looks for it; give the study file and the layout."""
        study_file = folder / "config" / "studies" / "toy.yaml"
        study_file.parent.mkdir(parents=True)
        study_file.write_text(yaml.safe_dump(STUDY))
        layout = Layout(folder / "results")
        write_table(self.table, TABLE, layout.table("toy"))
        write_table(self.splits[list(SPLITS.columns)], SPLITS, layout.splits("toy"))
        for contract, path in ((OVERLAP, layout.overlap("toy")), (OVERLAP_SUMMARY, layout.overlap_summary("toy"))):
            write_table(pd.DataFrame(columns=list(contract.columns)), contract, path)
        trained = self.predictions["model"].isin(list(self.strength))
        write_table(self.predictions[~trained], PREDICTIONS, layout.predictions("toy"))
        for model in self.strength:
            own = self.predictions["model"] == model
            write_table(self.predictions[own], PREDICTIONS, layout.predictions("toy", model))
            write_table(self.tuning[self.tuning["model"] == model], TUNING, layout.tuning("toy", model))
            nothing = pd.DataFrame(columns=list(LEARNING_CURVE.columns))
            write_table(nothing, LEARNING_CURVE, layout.learning_curve("toy", model))
            measures = self.measures[self.measures["model"] == model]
            write_table(measures, CANARY_MEASURES, layout.canary_measures("toy", model))
        compared = self.measures.iloc[:1].assign(model=COMPARATORS, canary="comparator_scores", value=0.0)
        write_table(compared, CANARY_MEASURES, layout.canary_measures("toy"))
        return study_file, layout


EXTERNAL = STUDY | {
    "datasets": {"train": ["north"], "evaluate": ["south", "west", "east", "far", "tiny", "healthy"]},
    "design": {"kind": "external"},
    "biomarkers": {"clin.marker": "higher", "clin.formula": "higher"},
    "reference": "clin.formula",
}
LEARNED = ["elastic_net", "lightgbm", "prevalence", "group_mean"]
FIXED = ["clin.formula", "clin.marker"]
"""A published formula that gives probabilities and lacks inputs of every fifth patient; a biomarker for all."""


@dataclass
class HeldOut:
    """Predictions of a study that learns in one cohort and is judged in six others.

    `west` has eight suspected duplicates, `tiny` three events, `healthy` none.
    """

    sizes: dict[str, int] = field(
        default_factory=lambda: {
            "north": 120, "south": 70, "west": 60, "east": 80, "far": 100, "tiny": 12, "healthy": 9
        }
    )  # fmt: skip
    seed: int = 0

    def __post_init__(self) -> None:
        self.study = StudyConfig.model_validate(EXTERNAL)
        rng = np.random.default_rng(self.seed)
        self.patients = pd.concat([self._cohort(name, n, rng) for name, n in self.sizes.items()], ignore_index=True)
        self.splits = self._splits()
        parts = [self._learned(model, rng) for model in LEARNED] + [self._fixed(model, rng) for model in FIXED]
        frame = pd.concat(parts, ignore_index=True).assign(study="toy", repeat=None, time_days=np.nan, event=None)
        self.predictions = PREDICTIONS.validate(frame[list(PREDICTIONS.columns)])
        self.tuning = self._tuning()

    def _cohort(self, name: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
        x = rng.normal(size=n)
        y = (rng.random(n) < 1 / (1 + np.exp(0.5 - 1.2 * x))).astype(int)
        if name in ("tiny", "healthy"):
            y = (np.arange(n) < (3 if name == "tiny" else 0)).astype(int)
        role = {"north": "train", "south": "internal", "west": "internal"}.get(name, "external")
        patient_id = [f"{name}:{i:03d}" for i in range(n)]
        return pd.DataFrame({"patient_id": patient_id, "cohort": name, "role": role, "y": y, "x": x})

    def _splits(self) -> pd.DataFrame:
        place = self.patients["role"].map({"train": "train"}).fillna("test")
        twins = self.patients["patient_id"].isin([f"west:{i:03d}" for i in range(8)])
        frame = pd.DataFrame({"patient_id": self.patients["patient_id"], "role": place.mask(twins, "duplicate")})
        return SPLITS.validate(frame.assign(study="toy", split=FINAL, repeat=None)[list(SPLITS.columns)])

    def _learned(self, model: str, rng: np.random.Generator) -> pd.DataFrame:
        strength = {"elastic_net": 1.2, "lightgbm": 0.8}.get(model, 0.0)
        noise = 0.7 * rng.normal(size=len(self.patients)) * (strength > 0)
        score = strength * self.patients["x"] - 0.5 + noise
        return self.patients.assign(model=model, split=FINAL, score=score, probability=1 / (1 + np.exp(-score)))

    def _fixed(self, model: str, rng: np.random.Generator) -> pd.DataFrame:
        score = 0.6 * self.patients["x"] + rng.normal(size=len(self.patients))
        probability = 1 / (1 + np.exp(-score)) if model == "clin.formula" else score * np.nan
        lacking = (np.arange(len(score)) % 5 == 0) & (model == "clin.formula")
        values = {"score": score.mask(lacking), "probability": probability.mask(lacking)}
        return self.patients.assign(model=model, split=None, **values)

    def _tuning(self) -> pd.DataFrame:
        rows = [
            {"model": model, "parameters": f'{{"c": {c}}}', "inner_auroc": 0.6 + 0.1 * c * place, "chosen": c}
            for place, model in enumerate(LEARNED[:2])
            for c in (0, 1)
        ]
        return TUNING.validate(
            pd.DataFrame(rows).assign(study="toy", split=FINAL, inner_neg_log_loss=-0.6)[list(TUNING.columns)]
        )

    def of(self, model: str, cohort: str) -> pd.DataFrame:
        """Give the rows of a model in a cohort that have a score, sorted by patient."""
        rows = self.predictions.query("model == @model and cohort == @cohort").dropna(subset="score")
        return rows.sort_values("patient_id").astype({"y": int})


@pytest.fixture(scope="session")
def held_out_study() -> HeldOut:
    return HeldOut()


@pytest.fixture(scope="session")
def make_held_out() -> type[HeldOut]:
    return HeldOut


@pytest.fixture
def synthetic() -> Synthetic:
    return Synthetic()


@pytest.fixture(scope="session")
def make_synthetic() -> type[Synthetic]:
    return Synthetic

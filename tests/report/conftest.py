"""A small, consistent set of artifacts of a study that does not exist, drawn from a seed."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.assemble import ATTRITION, TABLE
from stratify.artifacts.discover import UNIVARIATE
from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.harmonize import FINDINGS
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP_SUMMARY
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import write_json, write_table
from stratify.commands.report import load_results
from stratify.config import StudyConfig, load_study
from stratify.discover.univariate import univariate
from stratify.evaluate.comparisons import comparisons
from stratify.evaluate.performance import UNDEFINED, performance
from stratify.report.render import render
from stratify.report.results import StudyResults

STUDY = "mock-response"
SEED = 7
COHORT = "mock_2020"
REPEATS, FOLDS = 3, 4

STUDY_FILE = {
    "title": "Response of a mock <tumour> & its host",
    "question": "Which patients respond to a therapy that does not exist?",
    "endpoint": {"rule": "as_published", "field": "published_response"},
    "positive": "response",
    "positive_is": "favourable",
    "datasets": {"train": [COHORT]},
    "transductive": True,
    "transductive_reason": "Values were ranked over the whole cohort.",
    "features": ["clin.*", "gene.*"],
    "biomarkers": {"gene.CXCL9": "higher", "gene.CD8A": "higher"},
    "group_by": "clin.arm",
    "design": {
        "kind": "repeated_nested_cv",
        "outer": {"folds": FOLDS, "repeats": REPEATS},
        "inner": {"folds": 3, "repeats": 1},
    },
    "models": ["elastic_net", "lightgbm"],
    "strata": {"declared_probabilities": [0.3, 0.6], "labels": ["low", "intermediate", "high"]},
    "seed": SEED,
}
DATASET_FILE = {
    "title": "Mock 2020, nobody's cohort",
    "source": "mock_source",
    "patient_pool": "mock",
    "study_family": "mock",
    "cohort_relative": "Ranked per gene over the cohort.",
    "caveats": ["The drug label is wrong for <some> patients."],
    "clinical": {"file": "a.csv", "id": "id", "timepoint": "baseline"},
}
CATALOGUE = {
    "signatures": {
        "cyt": {
            "title": "Cytolytic <activity>",
            "method": "mean",
            "genes": ["GZMA", "PRF1"],
            "higher_means_response": True,
            "citation": "Somebody 2015 & others",
            "pmid": "25594174",
        },
        "elsewhere": {
            "title": "A signature of another study",
            "method": "mean",
            "genes": ["GZMA"],
            "higher_means_response": True,
            "citation": "Anybody 1999",
        },
    }
}
MANIFEST = {
    "source": "mock_source",
    "title": "A source that does not exist",
    "citation": "Nobody et al. 2020, https://example.org/nothing",
    "licence": "not_stated",
    "package": {"name": "mockdata", "version": "1.0"},
    "files": {"a.csv": {"sha256": "ab" * 32, "bytes": 12345, "fetched": "2026-01-02T03:04:05+00:00"}},
}


@pytest.fixture(scope="session")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> argparse.Namespace:
    """Arguments of `stratify report` for artifacts on disk; not to be changed."""
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def results(arguments: argparse.Namespace) -> StudyResults:
    return load_results(arguments)


@pytest.fixture(scope="session")
def page(results: StudyResults) -> str:
    return render(results)


def write_study(folder: Path, **changes: object) -> argparse.Namespace:
    """Write configuration and artifacts below `folder`; return the arguments of the command."""
    config, layout = folder / "config", Layout(folder / "results")
    for place, content in {
        f"studies/{STUDY}.yaml": STUDY_FILE | changes,
        f"datasets/{COHORT}.yaml": DATASET_FILE,
    }.items():
        path = config / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))
    signatures = folder / "signatures.yaml"
    signatures.write_text(yaml.safe_dump(CATALOGUE))
    study = load_study(config / "studies" / f"{STUDY}.yaml")
    table = study_table()
    predictions = study_predictions(table)
    tuning = pd.concat([_tuning("elastic_net", 0.72), _tuning("lightgbm", 0.70)])
    splits = study_splits(predictions)
    metrics = performance(predictions, tuning, splits, study_id=STUDY, study=study).drop(columns=UNDEFINED)
    features = [name for name in table.columns if "." in name]
    write_json(MANIFEST, layout.manifest("mock_source"))
    write_table(table, TABLE, layout.table(STUDY))
    write_table(_attrition(table), ATTRITION, layout.attrition(STUDY))
    write_table(_findings(), FINDINGS, layout.findings(COHORT))
    for model in ("elastic_net", "lightgbm", "comparators"):
        trained = predictions["model"].isin(list(study.models))
        rows = predictions[predictions["model"] == model] if model in study.models else predictions[~trained]
        write_table(rows, PREDICTIONS, layout.predictions(STUDY, model))
    write_table(metrics, METRICS, layout.metrics(STUDY))
    compared = comparisons(predictions, splits, study_id=STUDY, study=study)
    write_table(compared, COMPARISONS, layout.comparisons(STUDY))
    write_table(pd.DataFrame(columns=list(SENSITIVITY.columns)), SENSITIVITY, layout.sensitivity(STUDY))
    write_table(splits, SPLITS, layout.splits(STUDY))
    write_table(pd.DataFrame(columns=list(OVERLAP_SUMMARY.columns)), OVERLAP_SUMMARY, layout.overlap_summary(STUDY))
    write_table(_canaries(study), CANARIES, layout.canaries(STUDY))
    write_table(univariate(table, features, study_id=STUDY), UNIVARIATE, layout.univariate(STUDY))
    return argparse.Namespace(
        study=config / "studies" / f"{STUDY}.yaml", results=layout.results, signatures=[signatures]
    )


def study_table(n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    y = rng.permutation(np.repeat([0, 1], [n - n // 2, n // 2]))
    genes = ["CXCL9", "CD8A", "CD274", "STAT1", "GZMB", "PRF1", "LAG3", "TIGIT", "IDO1", "NKG7", "CCL5"]
    return pd.DataFrame(
        {
            "patient_id": [f"{COHORT}:ERR{place:04d}" for place in range(n)],
            "cohort": COHORT,
            "patient_pool": "mock",
            "study_family": "mock",
            "y": y,
            "time_days": np.nan,
            "event": pd.array([pd.NA] * n, dtype="Int64"),
            "clin.age_years": rng.normal(60, 9, n),
            "clin.arm": rng.choice(["single", "combination"], n),
        }
        | {f"gene.{gene}": y * (1.1 - 0.12 * place) + rng.normal(0, 1, n) for place, gene in enumerate(genes)}
        | {"sig.cyt": y * 0.9 + rng.normal(0, 1, n)}
    )


def study_predictions(table: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(SEED + 1)
    n = len(table)
    strength = {"elastic_net": 1.0, "lightgbm": 0.8, "prevalence": 0.0, "group_mean": 0.0}
    parts = []
    for repeat in [*range(REPEATS), None]:
        fold = rng.permutation(np.arange(n) % FOLDS)
        for model, effect in strength.items():
            noise = rng.normal(0, 1, n) if effect else 0.0
            score = effect * (table["gene.CXCL9"] - 0.5 + 0.4 * noise) + (0.0 if effect else 0.01 * fold)
            split = "final" if repeat is None else [f"r{repeat:02d}f{one}" for one in fold]
            parts.append(_prediction(table, model, score, split=split, repeat=repeat))
    for biomarker in ("gene.CXCL9", "gene.CD8A", "sig.cyt"):
        fixed = _prediction(table, biomarker, table[biomarker], split=None, repeat=None)
        parts.append(fixed.assign(role="cv", probability=np.nan))
    return pd.concat(parts, ignore_index=True).astype({"repeat": "Int64"})


def _prediction(table, model, score, *, split, repeat) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": STUDY,
            "model": model,
            "repeat": repeat,
            "split": split,
            "role": "train" if repeat is None else "cv",
            "cohort": COHORT,
            "patient_id": table["patient_id"],
            "y": table["y"],
            "time_days": np.nan,
            "event": pd.array([pd.NA] * len(table), dtype="Int64"),
            "score": score,
            "probability": 1 / (1 + np.exp(-score)),
        }
    )


def study_splits(predictions: pd.DataFrame) -> pd.DataFrame:
    """Who was held out in which split, and who was learned from."""
    rows = predictions[predictions["model"] == "prevalence"]
    held_out = rows.loc[rows["role"] == "cv", ["split", "patient_id"]].assign(role="test")
    splits = rows[["study", "repeat", "split"]].drop_duplicates()
    everyone = splits.merge(rows[["patient_id"]].drop_duplicates(), how="cross")
    roles = everyone.merge(held_out, on=["split", "patient_id"], how="left")
    return roles.assign(role=roles["role"].fillna("train"))


def _tuning(model: str, auroc: float) -> pd.DataFrame:
    splits = [f"r{repeat:02d}f{fold}" for repeat in range(REPEATS) for fold in range(FOLDS)]
    rows = [
        {"split": split, "parameters": '{"C": 0.1}', "inner_auroc": auroc, "inner_neg_log_loss": -0.6, "chosen": 1}
        for split in [*splits, "final"]
    ]
    return pd.DataFrame(rows).assign(study=STUDY, model=model)


def _attrition(table: pd.DataFrame) -> pd.DataFrame:
    n, positive = len(table), int(table["y"].sum())
    return pd.DataFrame(
        {
            "study": STUDY,
            "cohort": COHORT,
            "step": [0, 1, 2],
            "reason": ["in the file", "taken on treatment", "label missing"],
            "n_excluded": [0, 9, 2],
            "n_remaining": [n + 11, n + 2, n],
            "n_positive": pd.array([pd.NA, pd.NA, positive], dtype="Int64"),
            "excluded_ids": ["[]", f'["{COHORT}:ERR9001", "{COHORT}:Mrs ERR 9002"]', f'["{COHORT}:ERR9003"]'],
        }
    )


def _findings() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("constant_column", "warning", "gene.X1", 1, "every value is 3.2", None),
            ("duplicate_id", "error", "patient_id", 2, "ERR9001 stands twice; first: mock_2020:ERR0003", "looked at"),
            ("missing_values", "info", None, 11, "11 rows & <b>more</b>", None),
        ],
        columns=["finding", "severity", "column", "n", "detail", "acknowledged"],
    ).assign(dataset=COHORT)


def _canaries(study: StudyConfig) -> pd.DataFrame:
    rows = [
        (model, canary, measure, value, limit, "split r00f0, tuning included")
        for model in study.models
        for canary, measure, value, limit in (
            ("garbage_in_held_out_rows", "largest change of a fitted parameter", 0.0, 1e-9),
            ("permuted_labels", "distance of the mean AUROC from 0.5, in standard errors", -0.83, 3.3),
            ("row_order", "largest change of a held-out score", 3e-15, 1e-9),
            ("single_patient", "largest difference between a score alone and in the batch", 4e-16, 1e-9),
        )
    ]
    rows.append(("all", "overlap", "patients_on_both_sides", 0.0, 0.0, "none"))
    frame = pd.DataFrame(rows, columns=["model", "canary", "measure", "value", "limit", "detail"])
    passed = (frame["value"].abs() <= frame["limit"]).astype("boolean")
    return frame.assign(study=STUDY, n=80, passed=passed)

"""Artifacts of studies that do not exist, with cohorts that no model learned from."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.assemble import ATTRITION, TABLE
from stratify.artifacts.discover import UNIVARIATE
from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
from stratify.artifacts.fit import LEARNING_CURVE, PREDICTIONS
from stratify.artifacts.harmonize import FINDINGS
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP_SUMMARY
from stratify.artifacts.split import FINAL, SPLITS
from stratify.artifacts.store import write_json, write_table
from stratify.commands.report import load_results
from stratify.config import StudyConfig, load_study
from stratify.discover.univariate import univariate
from stratify.evaluate.comparisons import comparisons
from stratify.evaluate.performance import UNDEFINED, performance
from stratify.evaluate.sensitivity import sensitivity
from stratify.report.held_out.view import HeldOutView
from stratify.report.render import render
from stratify.report.results import StudyResults

SEED = 11
MODELS = {"elastic_net": 1.2, "lightgbm": 0.8}
"""Trained models and how strongly their score follows the label."""

COHORTS = {
    "learned_2020": (120, "home"),
    "later_2021": (90, "home"),
    "registry_2022": (70, "home"),
    "abroad_2022": (100, "abroad"),
    "elsewhere_2023": (80, "elsewhere"),
    "tiny_2023": (24, "tiny"),
}
"""Patients and patient pool by cohort."""

TWINS = 6
"""Patients of `registry_2022` who look like training patients."""

UNSCORED = 5
"""Patients of `abroad_2022` whom the reference cannot score."""

STUDY_FILE = {
    "title": "Response in hospitals that do not exist",
    "question": "Who responds in a hospital no model has seen?",
    "endpoint": {"rule": "as_published", "field": "published_response"},
    "positive": "response",
    "positive_is": "favourable",
    "features": ["clin.albumin_g_per_dl", "clin.age_years"],
    "comparators": ["loris_pan_cancer", "loris_refit"],
    "reference": "loris_pan_cancer",
    "biomarkers": {"clin.albumin_g_per_dl": "higher"},
    "models": list(MODELS),
    "strata": {"declared_probabilities": [0.3, 0.6], "labels": ["low", "intermediate", "high"]},
    "seed": SEED,
}
EXTERNAL = {
    "datasets": {"train": ["learned_2020"], "evaluate": [name for name in COHORTS if name != "learned_2020"]},
    "design": {"kind": "external", "inner": {"folds": 3, "repeats": 2}},
    "outer_results_seen": "Looked at twice while the study was written.",
    "sensitivity": {
        "labels": {"recist": {"rule": "objective_response", "stable_disease": "excluded"}},
        "without": {"on_treatment_biopsy": {"clin.biopsy_context": ["on_treatment"]}},
        "leave_out_each": ["clin.cancer_type"],
        "local_patients": [10, 20],
    },
}
LEAVE_ONE_OUT = {
    "datasets": {"train": list(COHORTS)},
    "design": {"kind": "leave_one_out", "inner": {"folds": 3, "repeats": 1}},
}


@pytest.fixture(scope="session")
def external_arguments(tmp_path_factory: pytest.TempPathFactory) -> argparse.Namespace:
    return write_held_out_study(tmp_path_factory.mktemp("external"), "abroad", EXTERNAL)


@pytest.fixture(scope="session")
def external(external_arguments: argparse.Namespace) -> StudyResults:
    """A study that learns from one cohort and is judged on five; not to be changed."""
    return load_results(external_arguments)


@pytest.fixture(scope="session")
def view(external: StudyResults) -> HeldOutView:
    return HeldOutView(external)


@pytest.fixture(scope="session")
def external_page(external: StudyResults) -> str:
    return render(external)


@pytest.fixture(scope="session")
def in_turn(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    """A study that leaves each patient pool out in turn; not to be changed."""
    return load_results(write_held_out_study(tmp_path_factory.mktemp("in_turn"), "in-turn", LEAVE_ONE_OUT))


def write_held_out_study(folder: Path, name: str, changes: dict[str, object]) -> argparse.Namespace:
    """Write configuration and artifacts below `folder`; return the arguments of the command."""
    config, layout = folder / "config", Layout(folder / "results")
    for place, content in {
        f"studies/{name}.yaml": STUDY_FILE | changes,
        **{f"datasets/{cohort}.yaml": _dataset(cohort) for cohort in COHORTS},
    }.items():
        path = config / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))
    study = load_study(config / "studies" / f"{name}.yaml")
    table = held_out_table()
    splits = _splits(name, study, table)
    predictions = _predictions(name, splits, table)
    tuning = pd.concat([_tuning(name, "elastic_net", 0.72, splits), _tuning(name, "lightgbm", 0.70, splits)])
    write_json({"title": "No source", "files": {}}, layout.manifest("mock_source"))
    write_table(table, TABLE, layout.table(name))
    write_table(_attrition(name, table), ATTRITION, layout.attrition(name))
    for cohort in COHORTS:
        write_table(_findings(cohort), FINDINGS, layout.findings(cohort))
    write_table(splits, SPLITS, layout.splits(name))
    write_table(_overlap(name), OVERLAP_SUMMARY, layout.overlap_summary(name))
    for model in MODELS:
        write_table(predictions[predictions["model"] == model], PREDICTIONS, layout.predictions(name, model))
    write_table(predictions[~predictions["model"].isin(MODELS)], PREDICTIONS, layout.predictions(name))
    metrics = performance(predictions, tuning, splits, study_id=name, study=study, draws=60)
    write_table(metrics.drop(columns=UNDEFINED), METRICS, layout.metrics(name))
    compared = comparisons(predictions, splits, study_id=name, study=study, draws=60)
    write_table(compared, COMPARISONS, layout.comparisons(name))
    curve = pd.DataFrame(columns=list(LEARNING_CURVE.columns))
    described = _described(study, table)
    depends = sensitivity(predictions, splits, *described, curve=curve, study_id=name, study=study, draws=60)
    write_table(depends, SENSITIVITY, layout.sensitivity(name))
    write_table(_canaries(name), CANARIES, layout.canaries(name))
    training = table[table["cohort"].isin(study.datasets.train)]
    write_table(univariate(training, list(study.features), study_id=name), UNIVARIATE, layout.univariate(name))
    catalogue = Path(__file__).parents[3] / "data/reference/signatures.yaml"
    return argparse.Namespace(study=config / "studies" / f"{name}.yaml", results=layout.results, signatures=[catalogue])


def _described(study: StudyConfig, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every fifth patient has the other label, and every seventh leaves, where the study asks for that."""
    fifth, seventh = (np.arange(len(table)) % step == 0 for step in (5, 7))
    y = table["y"].mask(fifth, 1 - table["y"])
    labels = [table[["patient_id"]].assign(label=name, y=y) for name in study.sensitivity.labels]
    leaving = table.loc[seventh, ["patient_id"]]
    groups = [leaving.assign(analysis="without", variant=name) for name in study.sensitivity.without]
    levels = [
        leaving.assign(analysis="leave_out", variant=f"{name} head_and_neck")
        for name in study.sensitivity.leave_out_each
    ]
    return (
        pd.concat([pd.DataFrame(columns=["patient_id", "label", "y"]), *labels]),
        pd.concat([pd.DataFrame(columns=["patient_id", "analysis", "variant"]), *groups, *levels]),
    )


def _dataset(cohort: str) -> dict[str, object]:
    return {
        "title": f"{cohort.split('_', maxsplit=1)[0].capitalize()} and others, nobody's cohort",
        "source": "mock_source",
        "patient_pool": COHORTS[cohort][1],
        "study_family": cohort,
        "clinical": {"file": "a.csv", "id": "id", "timepoint": "baseline"},
    }


def held_out_table() -> pd.DataFrame:
    """Lay out the patients; `abroad_2022` has one albumin for everyone, and `tiny_2023` no age."""
    rng = np.random.default_rng(SEED)
    parts = []
    for cohort, (n, pool) in COHORTS.items():
        y = rng.permutation(np.repeat([0, 1], [n - n // 3, n // 3]))
        part = pd.DataFrame({"patient_id": [f"{cohort}:X{cohort[:2]}{place:04d}" for place in range(n)]})
        part = part.assign(cohort=cohort, patient_pool=pool, study_family=cohort, y=y, time_days=np.nan)
        part["event"] = pd.array([pd.NA] * n, dtype="Int64")
        part["clin.albumin_g_per_dl"] = np.nan if cohort == "abroad_2022" else 3.8 + 0.3 * y + rng.normal(0, 0.4, n)
        part["clin.age_years"] = np.nan if cohort == "tiny_2023" else rng.normal(60, 9, n)
        part["clin.albumin_g_per_dl__as_published"] = 3.8 if cohort == "abroad_2022" else np.nan
        parts.append(part)
    return pd.concat(parts, ignore_index=True).sort_values("patient_id", ignore_index=True)


def _splits(name: str, study: StudyConfig, table: pd.DataFrame) -> pd.DataFrame:
    if study.design.kind == "external":
        held_out = table["cohort"].isin(study.datasets.evaluate)
        role = held_out.map({True: "test", False: "train"})
        twins = table.index[table["cohort"] == "registry_2022"][:TWINS]
        role.loc[twins] = "duplicate"
        parts = [_split(FINAL, table, role)]
    else:
        pools = sorted(table["patient_pool"].unique())
        out = {f"patient_pool_{pool}": table["patient_pool"].eq(pool) for pool in pools}
        parts = [_split(split, table, of.map({True: "test", False: "train"})) for split, of in out.items()]
        parts.append(_split(FINAL, table, pd.Series("train", index=table.index)))
    return pd.concat(parts, ignore_index=True).assign(study=name).astype({"repeat": "Int64"})


def _split(name: str, table: pd.DataFrame, role: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"repeat": None, "split": name, "patient_id": table["patient_id"], "role": role})


def _predictions(name: str, splits: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(SEED + 1)
    parts = []
    strength = {**MODELS, "prevalence": 0.0, "group_mean": 0.0, "loris_refit": 0.6}
    for model, effect in strength.items():
        for split, members in splits.groupby("split", sort=True):
            rows = table.merge(members[["patient_id", "role"]].rename(columns={"role": "side"}), on="patient_id")
            rows = rows[rows["side"].ne("train") | (split == FINAL)]
            known_pools = set(table.loc[table["patient_id"].isin(_train(members)), "patient_pool"])
            score = effect * (rows["y"] - 0.6 + rng.normal(0, 1, len(rows))) - 0.7
            parts.append(_prediction(rows, model, score, known_pools, split))
    judged = splits[(splits["split"] != FINAL) | (splits["role"] != "train")]
    held_out = set(judged.loc[judged["role"] != "train", "patient_id"])
    pools = set(table.loc[~table["patient_id"].isin(held_out), "patient_pool"])
    fixed = table.assign(side=np.where(table["patient_id"].isin(held_out), "test", "train"))
    formula = 0.7 * (fixed["y"] - 0.5 + rng.normal(0, 1, len(fixed))) + 0.5
    formula = formula.mask(fixed["patient_id"].isin(_of(table, "abroad_2022")[:UNSCORED]))
    parts.append(_prediction(fixed, "loris_pan_cancer", formula, pools, None))
    biomarker = _prediction(fixed, "clin.albumin_g_per_dl", fixed["clin.albumin_g_per_dl"], pools, None)
    parts.append(biomarker.assign(probability=np.nan))
    return pd.concat(parts, ignore_index=True).assign(study=name).astype({"repeat": "Int64"})[list(PREDICTIONS.columns)]


def _train(members: pd.DataFrame) -> pd.Series:
    return members.loc[members["role"] == "train", "patient_id"]


def _of(table: pd.DataFrame, cohort: str) -> list[str]:
    return table.loc[table["cohort"] == cohort, "patient_id"].tolist()


def _prediction(rows, model, score, known_pools, split) -> pd.DataFrame:
    shared = rows["patient_pool"].isin(known_pools)
    role = np.where(rows["side"] == "train", "train", np.where(shared, "internal", "external"))
    kept = rows[["cohort", "patient_id", "y", "time_days", "event"]]
    return kept.assign(
        model=model, repeat=None, split=split, role=role, score=score, probability=1 / (1 + np.exp(-score))
    )


def _tuning(name: str, model: str, auroc: float, splits: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {"split": split, "parameters": '{"C": 0.1}', "inner_auroc": auroc, "inner_neg_log_loss": -0.6, "chosen": 1}
        for split in sorted(splits["split"].unique())
    ]
    return pd.DataFrame(rows).assign(study=name, model=model)


def _attrition(name: str, table: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for cohort, rows in table.groupby("cohort"):
        n, positive = len(rows), int(rows["y"].sum())
        steps = {
            "step": [0, 1, 2],
            "reason": ["in the file", "label missing", "patients in the study"],
            "n_excluded": [0, 3, 0],
            "n_remaining": [n + 3, n, n],
            "n_positive": pd.array([pd.NA, positive, positive], dtype="Int64"),
            "excluded_ids": ["[]", f'["{cohort}:Xgone1"]', "[]"],
        }
        parts.append(pd.DataFrame(steps).assign(study=name, cohort=cohort))
    return pd.concat(parts, ignore_index=True)


def _findings(cohort: str) -> pd.DataFrame:
    kind = "label_defined_by_time" if cohort == "elsewhere_2023" else "constant_column"
    detail = f"first: X{cohort[:2]}0003"
    rows = [(kind, "error", "published_response", 1, detail, "looked at")]
    columns = ["finding", "severity", "column", "n", "detail", "acknowledged"]
    return pd.DataFrame(rows, columns=columns).assign(dataset=cohort)


def _overlap(name: str) -> pd.DataFrame:
    def pair(first: str, second: str, observed: int | None, p_value: float, *, pool: bool = False):
        return {
            "study": name,
            "first_cohort": first,
            "second_cohort": second,
            "n_first": COHORTS[first][0],
            "n_second": COHORTS[second][0],
            "n_first_comparable": COHORTS[first][0],
            "n_second_comparable": COHORTS[second][0],
            "fields": "clin.albumin_g_per_dl",
            "observed": observed,
            "pairs": observed,
            "expected": np.nan if observed is None else 1.2,
            "p_value": p_value,
            "n_identifiers": None,
            "n_profiles": None,
            "n_mutations": None,
            "shared_pool": pool,
            "shared_family": first == second,
            "verdict": f"verdict on {second}, such as {second}:X{second[:2]}0001",
        }

    rows = [
        pair("learned_2020", "registry_2022", TWINS, 0.0001, pool=True),
        pair("learned_2020", "later_2021", 1, 0.4, pool=True),
        pair("learned_2020", "abroad_2022", 1, 0.5),
        pair("learned_2020", "elsewhere_2023", 9, 0.0002),
        pair("learned_2020", "tiny_2023", None, np.nan),
        pair("abroad_2022", "abroad_2022", 0, 1.0, pool=True),
    ]
    integers = dict.fromkeys(["observed", "pairs", "n_identifiers", "n_profiles", "n_mutations"], "Int64")
    return pd.DataFrame(rows).astype(integers)


def _canaries(name: str) -> pd.DataFrame:
    rows = [(model, "row_order", "largest change of a held-out score", 0.0, 1e-9) for model in MODELS]
    frame = pd.DataFrame(rows, columns=["model", "canary", "measure", "value", "limit"])
    passed = pd.array([True] * len(frame), dtype="boolean")
    return frame.assign(study=name, n=80, detail="none", passed=passed)

"""How often the canaries raise an alarm on honest runs: `python benchmarks/canary_alarms.py [runs] [jobs]`.

Half of the runs have no signal, half have one; they vary in size, prevalence, missing values, shifts between cohorts,
model and design. Prints, for each measure, the alarms, the rate with its Clopper-Pearson interval, and the stated rate.
"""

import importlib
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import beta

from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.split import FINAL
from stratify.assemble.cohort import Cohort
from stratify.commands.evaluate import FEW_DRAWS
from stratify.config import validate
from stratify.config.study import LeaveOneOut, StudyConfig
from stratify.evaluate.attachment import attachment
from stratify.evaluate.canaries import judge
from stratify.evaluate.champion import choose_champion
from stratify.evaluate.choices import outer_results
from stratify.evaluate.overlap import overlap
from stratify.evaluate.performance import performance
from stratify.fit.canaries import Experiment, comparator_scores, measure_canaries
from stratify.fit.comparators import compare
from stratify.fit.cross_fit import CrossFit, cross_fit, split_rows
from stratify.fit.final import final_model
from stratify.split import make_splits, set_duplicates_apart
from stratify.split.overlap import Audit, audit_overlap
from stratify.synthetic import make_cohort

NAME = "honest"
MOST_PATIENTS = 20
"""Patients that the fourth canary scores alone; in a real run it takes up to 250, which would be half of the time."""

STATED = {"permuted_labels": 1e-3}
"""Alarms of an honest run, by canary; the others are deterministic and raise none."""

MODELS = {
    "elastic_net": {"search": {"C": [0.1], "l1_ratio": [0.5]}},
    "lightgbm": {"search": {"n_estimators": [10], "num_leaves": [3], "min_child_samples": [5]}},
}
STUDY = {
    "title": "Honest",
    "question": "Is a canary quiet?",
    "endpoint": {"rule": "as_published", "field": "response"},
    "positive": "response",
    "positive_is": "favourable",
    "features": ["clin.*", "gene.*"],
    "biomarkers": {"gene.CXCL9": "higher"},
    "models": MODELS,
}
NESTED = {"kind": "repeated_nested_cv", "outer": {"folds": 4, "repeats": 1}, "inner": {"folds": 3}}
DESIGNS = {
    "nested": {"datasets": {"train": ["a"]}, "design": NESTED},
    "leave_one_out": {
        "datasets": {"train": ["a", "b", "c"]},
        "design": {"kind": "leave_one_out", "inner": {"folds": 3, "repeats": 1}},
    },
    "external": {
        "datasets": {"train": ["a"], "evaluate": ["b", "c"]},
        "design": {"kind": "external", "inner": {"folds": 3, "repeats": 1}},
    },
}


def honest_cohort(name: str, effect: float, rng: np.random.Generator) -> Cohort:
    """Make a cohort of random size, prevalence, shift and missing values."""
    n = int(rng.integers(24, 49))
    cohort = make_cohort(n, n_genes=10, effect=effect, name=name, patient_pool=name, seed=int(rng.integers(1 << 30)))
    clinical = cohort.clinical
    positive = clinical["endpoint.response"].eq(1)
    dropped = positive & (rng.random(n) < rng.uniform(0, 0.5))
    clinical = clinical[~dropped].reset_index(drop=True)
    clinical["clin.age_years"] = clinical["clin.age_years"].mask(rng.random(len(clinical)) < 0.2)
    genes = cohort.measurements["expression"][clinical["sample_id"]]
    shifted = genes.add(rng.normal(0, 1, len(genes)), axis=0).astype("float32")
    return replace(cohort, clinical=clinical, measurements={"expression": shifted})


def honest_run(seed: int) -> pd.DataFrame:
    """Fit one honest study and judge its canaries, those of `fit` and those of `evaluate`."""
    importlib.import_module("stratify.fit.canaries.single_patient").MOST_PATIENTS = MOST_PATIENTS
    rng = np.random.default_rng([20261122, seed])
    design = list(DESIGNS)[seed // 4 % 3]
    model = list(MODELS)[seed // 2 % 2]
    effect = float(seed % 2)
    study = validate(StudyConfig, {**STUDY, **DESIGNS[design], "seed": seed}, "honest study")
    cohorts = [honest_cohort(name, effect, rng) for name in study.datasets.every]
    blank = Experiment(NAME, study, model, cohorts, {}, splits=pd.DataFrame())
    table = blank.assembled().table
    audit = audit_overlap(NAME, cohorts, seed=seed)
    splits = set_duplicates_apart(study, make_splits(NAME, study, table), audit.pairs)
    experiment = replace(blank, splits=splits)
    fits = {name: cross_fit(study, name, table, splits) for name in study.models}
    train, _ = split_rows(table, splits[splits["split"].eq(FINAL)])
    configs = {one.name: one.config for one in cohorts}
    final = final_model(experiment, datasets=configs, tuned=fits[model].tuned[FINAL], train=train)
    of_fit = measure_canaries(experiment, fits[model], final, table)
    of_evaluate = measured_by_evaluate(study, table, splits, audit, fits)
    judged = judge(pd.concat([of_fit, *of_evaluate], ignore_index=True))
    return judged.assign(seed=seed, design=design, fitted=model, signal=effect > 0)


def measured_by_evaluate(
    study: StudyConfig, table: pd.DataFrame, splits: pd.DataFrame, audit: Audit, fits: dict[str, CrossFit]
) -> list[pd.DataFrame]:
    """Measure what `evaluate` and the comparators' fit measure, by the calls they make."""
    compared = compare(study, table, splits, {})
    of_comparators = comparator_scores(study, table, splits, {}, [], reported=compared)
    predictions = pd.concat([*(fit.predictions.assign(model=name) for name, fit in fits.items()), compared])
    predictions = predictions.assign(study=NAME)[list(PREDICTIONS.columns)].reset_index(drop=True)
    tuning = pd.concat([fit.tuning.assign(model=name) for name, fit in fits.items()], ignore_index=True)
    pools = dict(zip(table["cohort"], table["patient_pool"], strict=True))
    measured = partial(
        performance, tuning=tuning, splits=splits, pools=pools, study_id=NAME, study=study, draws=FEW_DRAWS
    )
    unit = study.design.unit if isinstance(study.design, LeaveOneOut) else None
    nothing_failed = pd.DataFrame({"model": list(study.models), "passed": True})
    return [
        pd.DataFrame([of_comparators]).assign(study=NAME),
        overlap(splits, table, study_id=NAME, pairs=audit.pairs, summary=audit.summary, unit=unit),
        attachment(predictions, table, splits, study_id=NAME),
        outer_results(
            predictions,
            measured(predictions),
            measured,
            lambda metrics: choose_champion(metrics, nothing_failed, study),
            strata=study.strata,
            models=list(study.models),
            study_id=NAME,
            seed=study.seed,
        ),
    ]


def honest_runs(runs: int, jobs: int = 2) -> pd.DataFrame:
    """Judge the canaries of many honest runs, with a line on standard error as they end."""
    judged = Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(honest_run)(seed) for seed in range(runs))
    parts = []
    for part in judged:
        parts.append(part)
        print(f"{len(parts)} of {runs}", file=sys.stderr, flush=True)
    return pd.concat(parts, ignore_index=True)


def alarm_table(judged: pd.DataFrame) -> pd.DataFrame:
    """Count alarms by canary and measure, with the interval of their rate."""
    rows = []
    for (canary, measure), part in judged.groupby(["canary", "measure"], sort=False):
        n, alarms = len(part), int((~part["passed"]).sum())
        low = beta.ppf(0.025, alarms, n - alarms + 1) if alarms else 0.0
        high = beta.ppf(0.975, alarms + 1, n - alarms)
        rows.append((canary, measure, n, alarms, alarms / n, low, high, STATED.get(str(canary), 0.0)))
    return pd.DataFrame(rows, columns=["canary", "measure", "runs", "alarms", "rate", "low", "high", "stated"])


if __name__ == "__main__":
    judged = honest_runs(*(int(argument) for argument in sys.argv[1:] or ["1000"]))
    print(alarm_table(judged).to_string(index=False, float_format=lambda value: f"{value:.4f}"))
    permuted = judged[judged["canary"].eq("permuted_labels")]
    print(
        permuted.groupby(["design", "fitted", "signal"])["value"].agg(["count", "mean", "std", "min", "max"]).round(2)
    )
    print(judged.loc[~judged["passed"], ["seed", "design", "model", "canary", "value", "limit"]].to_string())

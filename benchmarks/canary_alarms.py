"""How often the canaries raise an alarm on honest runs: `python benchmarks/canary_alarms.py [runs] [jobs]`.

Half of the runs have no signal, half have one; they vary in size, prevalence, missing values, shifts between cohorts,
model and design. Prints, for each measure, the alarms, the rate with its Clopper-Pearson interval, and the stated rate.
"""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import beta

from stratify.artifacts.split import FINAL
from stratify.assemble.cohort import Cohort
from stratify.config import validate
from stratify.config.study import StudyConfig
from stratify.evaluate.canaries import judge
from stratify.fit.canaries import Experiment, measure_canaries
from stratify.fit.cross_fit import cross_fit, split_rows
from stratify.fit.final import final_model
from stratify.split import make_splits
from stratify.synthetic import make_cohort

STATED = {"permuted_labels": 1e-3}
"""Alarms of an honest run, by canary; the others are deterministic and raise none."""

MODELS = {
    "elastic_net": {"search": {"C": [0.1], "l1_ratio": [0.5]}},
    "lightgbm": {"search": {"n_estimators": [10], "num_leaves": [3], "min_child_samples": [5]}},
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
    n = int(rng.integers(40, 90))
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
    """Fit one honest study and judge its canaries."""
    rng = np.random.default_rng([20261122, seed])
    design = list(DESIGNS)[seed // 4 % 3]
    model = list(MODELS)[seed // 2 % 2]
    effect = float(seed % 2)
    names = [*DESIGNS[design]["datasets"]["train"], *DESIGNS[design]["datasets"].get("evaluate", [])]
    study = validate(
        StudyConfig,
        {
            "title": "Honest",
            "question": "Is a canary quiet?",
            "endpoint": {"rule": "as_published", "field": "response"},
            "positive": "response",
            "positive_is": "favourable",
            "features": ["clin.*", "gene.*"],
            "models": {model: MODELS[model]},
            "seed": seed,
            **DESIGNS[design],
        },
        "honest study",
    )
    cohorts = [honest_cohort(name, effect, rng) for name in names]
    blank = Experiment("honest", study, model, cohorts, {}, splits=pd.DataFrame())
    table = blank.assembled().table
    experiment = replace(blank, splits=make_splits("honest", study, table))
    reported = cross_fit(study, model, table, experiment.splits)
    train, _ = split_rows(table, experiment.splits[experiment.splits["split"].eq(FINAL)])
    final = final_model(
        experiment, datasets={one.name: one.config for one in cohorts}, tuned=reported.tuned[FINAL], train=train
    )
    judged = judge(measure_canaries(experiment, reported, final, table))
    return judged.assign(seed=seed, design=design, signal=effect > 0)


def honest_runs(runs: int, jobs: int = 2) -> pd.DataFrame:
    """Judge the canaries of many honest runs."""
    return pd.concat(Parallel(n_jobs=jobs)(delayed(honest_run)(seed) for seed in range(runs)), ignore_index=True)


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
    print(permuted.groupby(["design", "model", "signal"])["value"].agg(["count", "mean", "std", "min", "max"]).round(2))
    print(judged.loc[~judged["passed"], ["seed", "design", "model", "canary", "value", "limit"]].to_string())

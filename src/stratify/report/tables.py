"""The tables of the report: rows of finished text, in reading order."""

from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.report.figures import feature_label
from stratify.report.names import NAIVE, model_title
from stratify.report.numbers import ABSENT, count, interval, number, p_value, percent, with_interval
from stratify.report.privacy import hide_ids
from stratify.report.results import Estimate, StudyResults

STRONGEST = 10

PERFORMANCE = {
    "auroc": ("AUROC", 3),
    "auprc": ("AUPRC", 3),
    "brier": ("Brier", 3),
    "brier_skill": ("Brier skill", 3),
    "observed_expected": ("O/E", 2),
    "calibration_slope": ("Slope", 2),
    "calibration_intercept": ("Intercept", 2),
}
"""Columns of the performance table: metric to heading and digits."""


@dataclass(frozen=True)
class Cell:
    """An estimate with its interval on a second line."""

    value: str
    interval: str = ""


@dataclass(frozen=True)
class ModelRow:
    """One model's row of the performance table."""

    name: str
    title: str
    champion: bool
    cells: list[Cell]
    n: str
    n_events: str


def performance_groups(results: StudyResults, cohort: str) -> list[tuple[str, list[ModelRow]]]:
    """Group the outer estimates of one cohort: models trained here, and naive comparators.

    Parameters
    ----------
    results
        A study's artifacts.
    cohort
        The cohort, or `random_effects`.

    Returns
    -------
    list of (heading, rows)
        Groups without rows are left out.
    """
    rows = results.outer[results.outer["cohort"] == cohort]
    groups = {"Models trained in this study": results.models, "Naive comparators": NAIVE}
    present = {heading: [name for name in names if name in set(rows["model"])] for heading, names in groups.items()}
    return [
        (heading, [_model_row(results, rows, name) for name in names]) for heading, names in present.items() if names
    ]


def _model_row(results: StudyResults, rows: pd.DataFrame, name: str) -> ModelRow:
    mine = rows[rows["model"] == name].set_index("metric")
    cells = [_cell(mine, metric, digits) for metric, (_, digits) in PERFORMANCE.items()]
    first = mine.iloc[0]
    return ModelRow(
        name, model_title(name), name == results.champion, cells, count(first["n"]), count(first["n_events"])
    )


def _cell(rows: pd.DataFrame, metric: str, digits: int) -> Cell:
    if metric not in rows.index or pd.isna(rows.loc[metric, "estimate"]):
        return Cell(ABSENT)
    row = rows.loc[metric]
    return Cell(number(row["estimate"], digits), interval(row["low"], row["high"], digits))


def biomarker_performance(results: StudyResults, cohort: str) -> list[dict[str, str]]:
    """Set each published biomarker's ranking beside the lead model's, by decreasing AUROC."""
    rows = results.outer[results.outer["cohort"] == cohort].set_index(["model", "metric"]).sort_index()
    compared = results.comparisons_of(results.models[0], cohort)
    compared = compared[compared["metric"] == "auroc"].set_index("comparator")
    found = []
    for name in results.biomarkers(cohort):
        auroc = rows.loc[(name, "auroc")]
        auprc = rows.loc[(name, "auprc")] if (name, "auprc") in rows.index else None
        against = compared.loc[name] if name in compared.index else None
        found.append(
            {
                "name": name,
                "auroc": with_interval(auroc["estimate"], auroc["low"], auroc["high"]),
                "auprc": ABSENT if auprc is None else with_interval(auprc["estimate"], auprc["low"], auprc["high"]),
                "difference": _difference(against),
                "p_value": ABSENT if against is None else p_value(against["p_value"]),
                "n": count(auroc["n"]),
                "n_events": count(auroc["n_events"]),
            }
        )
    return found


def comparison_rows(results: StudyResults, cohort: str) -> list[dict[str, str]]:
    """List the lead model's paired comparisons with naive comparators and other trained models."""
    rows = results.comparisons_of(results.models[0], cohort)
    order = [*results.models, *NAIVE]
    rows = rows[rows["comparator"].isin(order)]
    rows = rows.sort_values(["metric", "comparator"], key=lambda c: c.map(order.index) if c.name == "comparator" else c)
    return [
        {
            "comparator": model_title(row["comparator"]),
            "metric": PERFORMANCE.get(row["metric"], (row["metric"], 3))[0],
            "difference": _difference(row),
            "p_value": p_value(row["p_value"]),
            "n": count(row["n"]),
        }
        for _, row in rows.iterrows()
    ]


def _difference(row: pd.Series | None) -> str:
    return ABSENT if row is None else with_interval(row["difference"], row["low"], row["high"])


def attrition_tables(results: StudyResults) -> list[tuple[str, list[dict[str, str | float]]]]:
    """Follow each cohort from everyone in the file to the patients of the study; identifiers stay out."""
    tables = []
    for cohort, steps in results.attrition.sort_values(["cohort", "step"]).groupby("cohort", sort=False):
        everyone = max(int(steps["n_remaining"].iloc[0]), 1)
        rows = [
            {
                "reason": str(step["reason"]),
                "excluded": f"−{count(step['n_excluded'])}" if step["n_excluded"] else "0",
                "remaining": count(step["n_remaining"]),
                "positive": count(step["n_positive"]),
                "share": round(100 * int(step["n_remaining"]) / everyone, 1),
            }
            for _, step in steps.iterrows()
        ]
        rows[0]["excluded"] = ""
        tables.append((_dataset_title(results, str(cohort)), rows))
    return tables


def _dataset_title(results: StudyResults, name: str) -> str:
    return results.datasets[name].title if name in results.datasets else name


def strongest_features(results: StudyResults) -> pd.DataFrame:
    """Select the features with the smallest p-values of the headline cohort."""
    rows = tested_features(results)
    return rows.sort_values(["p_value", "feature"], kind="stable").head(STRONGEST)


def tested_features(results: StudyResults) -> pd.DataFrame:
    """Select the univariate rows that have a p-value, of the headline cohort where it is there, else of the first."""
    rows = results.univariate
    cohorts = list(dict.fromkeys(rows["cohort"]))
    chosen = results.cohort if results.cohort in cohorts else next(iter(cohorts), None)
    return rows[(rows["cohort"] == chosen) & rows["p_value"].notna()]


def biomarker_rows(strongest: pd.DataFrame) -> list[dict[str, str]]:
    """Write the strongest associations as text."""
    return [
        {
            "feature": feature_label(row["feature"], row["level"]),
            "note": "" if pd.isna(row["note"]) else str(row["note"]),
            "effect": number(row["effect"], 2),
            "interval": interval(row["low"], row["high"], 2),
            "p_value": p_value(row["p_value"]),
            "q_value": p_value(row["q_value"]),
            "n": count(row["n"]),
            "n_events": count(row["n_events"]),
        }
        for _, row in strongest.iterrows()
    ]


def strata_rows(rates: pd.DataFrame) -> list[dict[str, str]]:
    """Write the stratum rates as text."""
    return [
        {
            "stratum": str(row["stratum"]),
            "range": f"{number(row['from_probability'], 2)} to {number(row['to_probability'], 2)}",
            "n": count(row["n"]),
            "n_events": count(row["n_events"]),
            "rate": percent(row["rate"]),
            "interval": "" if pd.isna(row["low"]) else f"{percent(row['low'])} to {percent(row['high'])}",
        }
        for _, row in rates.iterrows()
    ]


def choice_rows(results: StudyResults) -> list[dict[str, str | bool]]:
    """Set each model's inner estimates, on which the champion is chosen, beside its outer and apparent AUROC."""
    return [
        {
            "title": model_title(name),
            "champion": name == results.champion,
            "candidate": name in results.study.candidates,
            "inner_auroc": _value(results.training_metric(name, "inner_auroc")),
            "inner_neg_log_loss": _value(results.training_metric(name, "inner_neg_log_loss")),
            "outer": _text(results.metric(name, "auroc")),
            "apparent": _value(results.training_metric(name, "auroc")),
        }
        for name in results.models
    ]


def _value(estimate: Estimate | None) -> str:
    return ABSENT if estimate is None else number(estimate.estimate)


def _text(estimate: Estimate | None) -> str:
    return ABSENT if estimate is None else estimate.text()


def finding_rows(results: StudyResults) -> list[dict[str, str]]:
    """List the oddities of the cohorts, worst first, without identifiers of patients."""
    ids = results.patient_ids
    order = {"error": 0, "warning": 1, "info": 2}
    rows = results.findings.sort_values(
        ["severity", "dataset", "finding"], key=lambda c: c.map(order) if c.name == "severity" else c, kind="stable"
    )
    return [
        {
            "dataset": str(row["dataset"]),
            "finding": str(row["finding"]).replace("_", " "),
            "severity": str(row["severity"]),
            "column": "" if pd.isna(row["column"]) else str(row["column"]),
            "n": count(row["n"]),
            "detail": hide_ids(str(row["detail"]), ids),
            "acknowledged": "" if pd.isna(row["acknowledged"]) else hide_ids(str(row["acknowledged"]), ids),
        }
        for _, row in rows.iterrows()
    ]


def feature_counts(table: pd.DataFrame) -> list[tuple[str, int]]:
    """Count the features of the study table by namespace."""
    namespaces = [name.split(".", 1)[0] for name in table.columns if name not in IDENTITY]
    return sorted(pd.Series(namespaces, dtype=str).value_counts().items())

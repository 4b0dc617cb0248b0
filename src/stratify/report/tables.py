"""The tables of the report: rows of finished text, in reading order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.report.figures import feature_label
from stratify.report.names import NAIVE, model_title
from stratify.report.numbers import ABSENT, count, interval, number, p_value, percent
from stratify.report.privacy import hide_ids
from stratify.report.results import Estimate, Place, StudyResults

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


def performance_groups(results: StudyResults, place: Place) -> list[tuple[str, list[ModelRow]]]:
    """Group the outer estimates of one cohort: models trained here, naive comparators, published ones.

    Parameters
    ----------
    results
        A study's artifacts.
    place
        The cohort.

    Returns
    -------
    list of (heading, rows)
        Groups without rows are left out.
    """
    rows = {
        heading: [_model_row(results, name, place) for name in names]
        for heading, names in model_groups(results).items()
    }
    found = {heading: [row for row in group if row is not None] for heading, group in rows.items()}
    return [(heading, group) for heading, group in found.items() if group]


def model_groups(results: StudyResults) -> dict[str, Sequence[str]]:
    """List what gives probabilities, by what it is."""
    return {
        "Models trained in this study": results.models,
        "Naive comparators": NAIVE,
        "Published scores and models": results.study.comparators,
    }


def _model_row(results: StudyResults, name: str, place: Place) -> ModelRow | None:
    estimates = {metric: results.metric(name, metric, place) for metric in PERFORMANCE}
    first = next((estimate for estimate in estimates.values() if estimate is not None), None)
    if first is None:
        return None
    return ModelRow(
        name=name,
        title=model_title(name),
        champion=name == results.champion,
        cells=[_cell(estimates[metric], digits) for metric, (_, digits) in PERFORMANCE.items()],
        n=count(first.n),
        n_events=count(first.n_events),
    )


def _cell(estimate: Estimate | None, digits: int) -> Cell:
    if estimate is None:
        return Cell(ABSENT)
    return Cell(number(estimate.estimate, digits), estimate.bounds(digits))


def biomarker_performance(results: StudyResults, place: Place) -> list[dict[str, str]]:
    """Set each single biomarker's ranking beside the lead model's, by decreasing AUROC."""
    compared = {
        one.comparator: one for one in results.comparisons_of(results.models[0], place) if one.metric == "auroc"
    }
    found = []
    for name in results.biomarkers(place):
        auroc, against = results.metric(name, "auroc", place), compared.get(name)
        found.append(
            {
                "name": name,
                "title": signature_title(results, name),
                "auroc": _text(auroc),
                "auprc": _text(results.metric(name, "auprc", place)),
                "difference": against.text() if against else ABSENT,
                "p_value": p_value(against.p_value) if against else ABSENT,
                "n": count(auroc.n) if auroc else ABSENT,
                "n_events": count(auroc.n_events) if auroc else ABSENT,
            }
        )
    return found


def comparison_rows(results: StudyResults, place: Place) -> list[dict[str, str]]:
    """List the lead model's paired comparisons with other trained models and naive comparators, metric by metric."""
    order = [name for names in model_groups(results).values() for name in names]
    found = [one for one in results.comparisons_of(results.models[0], place) if one.comparator in order]
    return [
        {
            "comparator": model_title(one.comparator),
            "metric": PERFORMANCE[one.metric][0] if one.metric in PERFORMANCE else one.metric,
            "difference": one.text(),
            "p_value": p_value(one.p_value),
            "n": count(one.n),
        }
        for one in sorted(found, key=lambda one: (one.metric, order.index(one.comparator)))
    ]


def attrition_tables(results: StudyResults) -> list[tuple[str, list[dict[str, object]]]]:
    """Follow each cohort from everyone in the file to the patients of the study; identifiers stay out."""
    tables = []
    for cohort, steps in results.attrition.sort_values(["cohort", "step"]).groupby("cohort", sort=False):
        everyone = max(int(steps["n_remaining"].iloc[0]), 1)
        rows: list[dict[str, object]] = [
            {
                "reason": str(step["reason"]),
                "excluded": f"−{count(step['n_excluded'])}" if step["n_excluded"] else "0",
                "remaining": count(step["n_remaining"]),
                "positive": count(step["n_positive"]),
                "share": round(100 * int(step["n_remaining"]) / everyone, 1),
            }
            for step in steps.to_dict("records")
        ]
        rows[0]["excluded"] = ""
        tables.append((dataset_title(results, str(cohort)), rows))
    return tables


def dataset_title(results: StudyResults, name: str) -> str:
    """Give the title of a cohort."""
    return results.datasets[name].title if name in results.datasets else name


def strongest_features(results: StudyResults) -> pd.DataFrame:
    """Select the features with the smallest p-values in that cohort."""
    rows = tested_features(results)
    return rows.sort_values(["p_value", "feature"], kind="stable").head(STRONGEST)


def tested_features(results: StudyResults) -> pd.DataFrame:
    """Select the univariate rows that have a p-value, of the first training cohort that is there, else of the first."""
    rows = results.univariate
    return rows[(rows["cohort"] == tested_cohort(results)) & rows["p_value"].notna()]


def tested_cohort(results: StudyResults) -> str | None:
    """Name the cohort whose univariate associations are shown; ``None`` where there is none."""
    cohorts = list(dict.fromkeys(results.univariate["cohort"]))
    return next((name for name in [*results.study.datasets.train, *cohorts] if name in cohorts), None)


def signature_title(results: StudyResults, feature: str) -> str:
    """Give the title of the signature behind a feature; empty for other features."""
    signature = results.signature_of(feature)
    return signature.title if signature else ""


def biomarker_rows(results: StudyResults) -> list[dict[str, str]]:
    """Write the strongest associations as text."""
    return [
        {
            "feature": feature_label(row["feature"], row["level"]),
            "title": signature_title(results, row["feature"]),
            "note": "" if pd.isna(row["note"]) else str(row["note"]),
            "effect": number(row["effect"], 2),
            "interval": interval(row["low"], row["high"], 2),
            "p_value": p_value(row["p_value"]),
            "q_value": p_value(row["q_value"]),
            "n": count(row["n"]),
            "n_events": count(row["n_events"]),
        }
        for row in strongest_features(results).to_dict("records")
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
        for row in rates.to_dict("records")
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
        for row in rows.to_dict("records")
    ]


def feature_counts(table: pd.DataFrame) -> list[tuple[str, int]]:
    """Count the features of the study table by namespace."""
    namespaces = [name.split(".", 1)[0] for name in table.columns if name not in IDENTITY]
    return sorted(Counter(namespaces).items())

"""The table of a study that holds out cohorts: every predictor's AUROC in every cohort, and averaged over them."""

from collections.abc import Collection

import pandas as pd

from stratify.evaluate.cohort import HELD_OUT
from stratify.evaluate.pooling import MEAN_OF_COHORTS, POOLED, RANDOM_EFFECTS, WEIGHTED_MEAN
from stratify.evaluate.rows import ALL
from stratify.evaluate.subgroups import WITHOUT_DUPLICATES

ENOUGH_SCORED = 0.9
"""Share of the held-out patients that a predictor must score for its means to be set beside those of the others."""

MEANS = (WEIGHTED_MEAN, MEAN_OF_COHORTS, RANDOM_EFFECTS)
"""The ways of taking cohorts together, in the order of the table."""

COLUMNS = ["model", "cohort", "role", "estimate", "low", "high", "new_low", "new_high", "n", "n_events"]


def auroc_table(metrics: pd.DataFrame, models: Collection[str]) -> pd.DataFrame:
    """Collect the AUROC of every predictor in each held-out cohort and over them.

    Without suspected duplicates where any were found. Means are over all held-out cohorts.

    Parameters
    ----------
    metrics
        Rows of `metrics.parquet` of one study.
    models
        The study's trained models; they stand first.

    Returns
    -------
    DataFrame
        Columns `model, cohort, role, estimate, low, high, new_low, new_high, n, n_events`, and `share`, the share of
        the held-out patients whom the predictor scores; `new_low` and `new_high` are the prediction interval for
        another cohort, in the row of the random-effects mean. Models first, then comparators by decreasing mean
        weighted by patients, those that score fewer than `ENOUGH_SCORED` last; cohorts in the order of the metrics,
        then `MEANS`. Empty for a study without held-out cohorts.
    """
    rows = _held_out(metrics)
    auroc = rows[rows["metric"].eq("auroc")]
    new = rows.loc[rows["metric"].eq("auroc_new_cohort"), ["model", "cohort", "low", "high"]]
    new = new.rename(columns={"low": "new_low", "high": "new_high"})
    table = auroc.merge(new, how="left", on=["model", "cohort"])[COLUMNS]
    table = table.assign(share=table["model"].map(_share_scored(rows)))
    places = [*(name for name in dict.fromkeys(table["cohort"]) if name not in POOLED), *MEANS]
    ranks = {name: rank for rank, name in enumerate(_order(table, models))}
    keys = table.assign(of_model=table["model"].map(ranks), of_cohort=table["cohort"].map(places.index))
    return keys.sort_values(["of_model", "of_cohort"]).drop(columns=["of_model", "of_cohort"]).reset_index(drop=True)


def _held_out(metrics: pd.DataFrame) -> pd.DataFrame:
    """Take the headline's rows of held-out cohorts; of means, those over all of them."""
    subgroup = WITHOUT_DUPLICATES if metrics["subgroup"].eq(WITHOUT_DUPLICATES).any() else ALL
    rows = metrics[metrics["subgroup"].eq(subgroup) & metrics["role"].isin([*HELD_OUT, ALL])]
    pooled = rows["cohort"].isin(POOLED)
    over_all = rows["role"].eq(ALL) if rows.loc[pooled, "role"].eq(ALL).any() else pooled
    return rows[~pooled | over_all]


def _share_scored(rows: pd.DataFrame) -> pd.Series:
    coverage = rows[rows["metric"].eq("coverage") & ~rows["cohort"].isin(POOLED)]
    patients = coverage["n"].groupby(coverage["model"]).sum()
    return (coverage["n"] * coverage["estimate"]).groupby(coverage["model"]).sum() / patients


def _order(table: pd.DataFrame, models: Collection[str]) -> list[str]:
    means = table[table["cohort"].eq(WEIGHTED_MEAN)].set_index("model")["estimate"]
    first = table.drop_duplicates("model").set_index("model")
    values = means.reindex(first.index) if len(means) else first["estimate"]
    names = list(models)
    ranked = pd.DataFrame(
        {
            "group": [
                0 if name in models else 1 if share >= ENOUGH_SCORED else 2 for name, share in first["share"].items()
            ],
            "place": [names.index(name) if name in models else 0 for name in first.index],
            "value": -values.to_numpy(),
            "name": first.index,
        }
    )
    return ranked.sort_values(["group", "place", "value", "name"])["name"].tolist()


def wide_text(table: pd.DataFrame) -> pd.DataFrame:
    """Lay the table out for reading: a row a predictor, a column a cohort or mean, interval in brackets.

    Parameters
    ----------
    table
        As from `auroc_table`.

    Returns
    -------
    DataFrame
        Text: `model`, a column each cohort and mean, `new_cohort` (the prediction interval) and `patients` (share
        scored). Empty text where there is no estimate.
    """
    text = [_with_interval(*row) for row in table[["estimate", "low", "high"]].itertuples(index=False)]
    wide = table.assign(text=text).pivot_table(index="model", columns="cohort", values="text", aggfunc="first")
    wide = wide.reindex(index=table["model"].unique(), columns=table["cohort"].unique()).fillna("")
    random = table[table["cohort"].eq(RANDOM_EFFECTS)].set_index("model").reindex(wide.index)
    share = table.drop_duplicates("model").set_index("model")["share"].reindex(wide.index)
    new = [_between(low, high) for low, high in zip(random["new_low"], random["new_high"], strict=True)]
    wide = wide.assign(new_cohort=new, patients=[f"{one:.0%}" if pd.notna(one) else "" for one in share])
    return wide.rename_axis(columns=None).reset_index()


def _with_interval(estimate: float, low: float, high: float) -> str:
    if pd.isna(estimate):
        return ""
    bounds = _between(low, high)
    return f"{estimate:.3f} ({bounds})" if bounds else f"{estimate:.3f}"


def _between(low: float, high: float) -> str:
    return "" if pd.isna(low) or pd.isna(high) else f"{low:.3f} to {high:.3f}"


def best_single_biomarker(table: pd.DataFrame, biomarkers: Collection[str]) -> str | None:
    """Single out the biomarker of highest mean AUROC, weighted by patients, with hindsight.

    Only those that score at least `ENOUGH_SCORED` of the held-out patients: a mean over the few cohorts that measured a
    biomarker cannot be set beside one over all of them.

    Parameters
    ----------
    table
        As from `auroc_table`.
    biomarkers
        Names of predictors that are a single biomarker.

    Returns
    -------
    str or None
        ``None`` where no biomarker scores enough patients.
    """
    means = table[table["cohort"].eq(WEIGHTED_MEAN) & table["model"].isin(biomarkers)].dropna(subset="estimate")
    enough = means[means["share"].ge(ENOUGH_SCORED)].sort_values(["estimate", "model"], ascending=[False, True])
    return None if enough.empty else str(enough["model"].iloc[0])

"""The sixth canary: nothing about held-out patients chooses the champion, a cut-off or a stratum."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from stratify.config.study import Strata
from stratify.evaluate.canaries import OUTER_RESULTS
from stratify.evaluate.held_out import PREVALENCE
from stratify.evaluate.overlap import EVERY_MODEL
from stratify.log_odds import log_odds

Measure = Callable[[pd.DataFrame], pd.DataFrame]
Choose = Callable[[pd.DataFrame], str | None]

STRATUM = "stratum_"
PLACE = ["model", "cohort", "role", "subgroup"]


def outer_results(
    predictions: pd.DataFrame,
    metrics: pd.DataFrame,
    measure: Measure,
    choose: Choose,
    *,
    strata: Strata,
    models: Sequence[str],
    study_id: str,
    seed: int = 0,
) -> pd.DataFrame:
    """Spoil what is known of held-out patients, measure and choose again, and see whether anything moved.

    Each model in turn is made the best on held-out patients and all others the worst: a champion that follows is
    chosen on what it is judged by. Held-out labels are shuffled, and every second held-out patient is given the lowest
    probability, then the highest: if patients whose own probability stayed the same change stratum, the cut-offs were
    learned from the patients they are judged on. Last, the strata of the run itself are counted again from the
    cut-offs of the study file.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    metrics : DataFrame
        What the run measured: rows of the `metrics` contract.
    measure
        How the run measures predictions; intervals are not needed.
    choose
        How the run chooses the champion from metrics.
    strata
        The study's cut-offs and labels.
    models
        Trained models.
    study_id
        Name of the study.
    seed
        Seed of the spoiled values.

    Returns
    -------
    DataFrame
        Rows of the `canary measures` contract, with limit 0.
    """
    few = predictions[predictions["model"].isin([*models, PREVALENCE])].reset_index(drop=True)
    rng = np.random.default_rng(seed)
    rows = [
        _champion(choose(metrics), {name: choose(measure(_favoured(few, name, rng))) for name in models}),
        *_strata(few, measure, strata, models, rng),
        _declared(few, metrics, strata, models),
    ]
    return pd.DataFrame(rows).assign(study=study_id, model=EVERY_MODEL, canary=OUTER_RESULTS, limit=0.0)


def _champion(champion: str | None, spoiled: dict[str, str | None]) -> dict[str, object]:
    moved = {best: chosen for best, chosen in spoiled.items() if chosen != champion}
    followed = "; ".join(f"{chosen} where {best} was best" for best, chosen in moved.items())
    return {
        "measure": "changes of the champion with results on held-out patients",
        "value": float(len(moved)),
        "n": len(spoiled),
        "detail": f"{champion} is chosen, {followed or 'whichever model was best on held-out patients'}",
    }


def _strata(
    predictions: pd.DataFrame, measure: Measure, strata: Strata, models: Sequence[str], rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Count patients who change stratum with the labels of held-out patients, and with the scores of others."""
    as_it_is = _patients(measure(predictions), models)
    shuffled = _patients(measure(_with_labels_shuffled(predictions, rng)), models)
    n = int(as_it_is.sum())
    yield {
        "measure": "patients who change stratum with the labels of held-out patients",
        "value": _differences(as_it_is, shuffled),
        "n": n,
        "detail": "labels shuffled within cohorts, probabilities as they were",
    }
    lowest, highest = strata.declared_probabilities[0] / 2, (1 + strata.declared_probabilities[-1]) / 2
    others = _every_second(predictions)
    low, high = (_patients(measure(_with_probability(predictions, others, p)), models) for p in (lowest, highest))
    moved = predictions[others].groupby(["model", "cohort", "role"])["patient_id"].nunique()
    given = moved.rename("n").reset_index()
    for label, sign in ((strata.labels[0], -1), (strata.labels[-1], 1)):
        change = given.assign(subgroup=STRATUM + label).set_index(PLACE)["n"].astype("float64")
        low = low.add(sign * change, fill_value=0)
    yield {
        "measure": "patients who change stratum with the scores of others",
        "value": _differences(low, high),
        "n": n - int(moved.sum()),
        "detail": "every second patient given the lowest probability, then the highest",
    }


def _declared(
    predictions: pd.DataFrame, metrics: pd.DataFrame, strata: Strata, models: Sequence[str]
) -> dict[str, object]:
    """Count the patients of each stratum again, by the cut-offs of the study file."""
    held_out = _of_models(predictions, models)
    place = np.digitize(held_out["probability"].to_numpy(dtype=float), strata.declared_probabilities)
    labelled = held_out.assign(subgroup=[STRATUM + strata.labels[index] for index in place])
    repetitions = labelled.groupby(["model", "cohort", "role"])["repeat"].transform("nunique").clip(lower=1)
    counted_again = (1 / repetitions).groupby([labelled[column] for column in PLACE]).sum().round(6).round()
    reported = _patients(metrics, models)
    return {
        "measure": "patients outside the stratum that the study file declares",
        "value": _differences(reported, counted_again),
        "n": int(reported.sum()),
        "detail": "cut-offs " + ", ".join(f"{cut:g}" for cut in strata.declared_probabilities),
    }


def _patients(metrics: pd.DataFrame, models: Sequence[str]) -> pd.Series:
    """Patients in each stratum, by model, cohort, role and stratum."""
    rows = metrics[metrics["subgroup"].str.startswith(STRATUM) & metrics["model"].isin(models)]
    return rows.set_index(PLACE)["n"].astype("float64").sort_index()


def _differences(first: pd.Series, second: pd.Series) -> float:
    return float(first.sub(second, fill_value=0).abs().sum())


def _held_out(predictions: pd.DataFrame) -> pd.Series:
    return predictions["role"].ne("train")


def _of_models(predictions: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Held-out rows of the models that give probabilities, of patients scored in every repetition."""
    rows = predictions[_held_out(predictions) & predictions["model"].isin(models)]
    unscored = rows["score"].isna().groupby([rows["model"], rows["patient_id"]]).transform("any")
    return rows[~unscored & rows["probability"].notna()]


def _favoured(predictions: pd.DataFrame, best: str, rng: np.random.Generator) -> pd.DataFrame:
    """Let one model rank held-out patients nearly rightly, and every other nearly wrongly."""
    right = 0.25 + 0.5 * predictions["y"].astype("float64") + rng.uniform(-0.24, 0.24, len(predictions))
    wrong_where = predictions["model"].ne(best)
    probability = right.mask(wrong_where, 1 - right)
    touched = _held_out(predictions) & predictions["score"].notna()
    return _with_probability(predictions, touched, probability)


def _with_probability(predictions: pd.DataFrame, rows: pd.Series, probability: pd.Series | float) -> pd.DataFrame:
    changed = predictions["probability"].mask(rows, probability)
    score = predictions["score"].mask(rows, pd.Series(log_odds(changed.to_numpy(dtype=float)), index=changed.index))
    return predictions.assign(probability=changed, score=score)


def _with_labels_shuffled(predictions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give held-out patients the label of another of their cohort, the same in every row of a patient."""
    rows = _held_out(predictions)
    labels = predictions[rows].drop_duplicates("patient_id").set_index("patient_id")[["cohort", "y"]]
    for _, members in labels.groupby("cohort"):
        labels.loc[members.index, "y"] = rng.permutation(members["y"].to_numpy())
    y = predictions["patient_id"].map(labels["y"])
    return predictions.assign(y=predictions["y"].mask(rows, y).astype(predictions["y"].dtype))


def _every_second(predictions: pd.DataFrame) -> pd.Series:
    """Mark the held-out rows of every second patient of each cohort, an even number of them: counts are rounded."""
    patients = predictions.loc[_held_out(predictions) & predictions["score"].notna(), ["cohort", "patient_id"]]
    chosen: set[str] = set()
    for _, members in patients.drop_duplicates().groupby("cohort"):
        half = sorted(members["patient_id"])[::2]
        chosen |= set(half[: len(half) // 2 * 2])
    return (
        _held_out(predictions)
        & predictions["patient_id"].isin(chosen)
        & predictions["score"].notna()
        & predictions["model"].ne(PREVALENCE)
    )

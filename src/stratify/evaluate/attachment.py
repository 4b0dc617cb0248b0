"""The seventh canary: every prediction carries its own patient's outcome, and the role its split gave the patient."""

import pandas as pd

from stratify.evaluate.canaries import ATTACHMENT
from stratify.evaluate.overlap import EVERY_MODEL

OUTCOME = ["cohort", "y", "time_days", "event"]
SHOWN = 3


def attachment(predictions: pd.DataFrame, table: pd.DataFrame, splits: pd.DataFrame, *, study_id: str) -> pd.DataFrame:
    """Compare the predictions of all models and comparators with the study table and the splits, by patient.

    A label attached by position belongs to another patient, and a patient who was learned from is no held-out patient
    whatever their row says.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    table : DataFrame
        The study table.
    splits : DataFrame
        Rows of the `splits` contract.
    study_id
        Name of the study.

    Returns
    -------
    DataFrame
        Rows of the `canary measures` contract, with limit 0: predictions with another outcome or cohort than the
        patient's; predictions called held out of patients the split learned from, and the other way round; and
        predictions called external of a cohort that shares a patient pool with those learned from.
    """
    patients = table.set_index("patient_id")
    learned = predictions[predictions["split"].notna()]
    measures = [
        _measure("predictions with an outcome that is not the patient's", predictions, _strange(predictions, patients)),
        _measure("predictions in another role than the split's", learned, _misplaced(learned, splits)),
        _measure(
            "external predictions of a pool that was learned from", learned, _of_a_pool(learned, patients, splits)
        ),
    ]
    return pd.DataFrame(measures).assign(study=study_id, model=EVERY_MODEL, canary=ATTACHMENT, limit=0.0)


def _measure(measure: str, predictions: pd.DataFrame, wrong: pd.Series) -> dict[str, object]:
    models = list(dict.fromkeys(predictions.loc[wrong, "model"]))
    shown = ", ".join(models[:SHOWN]) + (", …" if len(models) > SHOWN else "")
    return {"measure": measure, "value": float(wrong.sum()), "n": len(predictions), "detail": shown or "none"}


def _strange(predictions: pd.DataFrame, patients: pd.DataFrame) -> pd.Series:
    """Mark the rows whose outcome or cohort is another than the study table's."""
    known = patients[OUTCOME].reindex(predictions["patient_id"]).set_axis(predictions.index)
    wrong = pd.Series(data=False, index=predictions.index)
    for column in OUTCOME:
        said, true = predictions[column], known[column]
        same = said.eq(true).fillna(value=False).astype(bool) | (said.isna() & true.isna())
        wrong |= ~same
    return wrong


def _misplaced(learned: pd.DataFrame, splits: pd.DataFrame) -> pd.Series:
    """Mark the rows that are held out of a split they train in, that train where held out, or are in no split."""
    roles = splits.drop_duplicates(["split", "patient_id"]).set_index(["split", "patient_id"])["role"]
    given = roles.reindex(pd.MultiIndex.from_frame(learned[["split", "patient_id"]])).set_axis(learned.index)
    return given.isna() | (given.eq("train") != learned["role"].eq("train"))


def _of_a_pool(learned: pd.DataFrame, patients: pd.DataFrame, splits: pd.DataFrame) -> pd.Series:
    """Mark the rows called external although their split learned from their patient pool."""
    train = splits[splits["role"].eq("train")]
    pools = pd.Series(patients["patient_pool"].reindex(train["patient_id"]).to_numpy(), index=train.index)
    learned_from = set(zip(train["split"], pools, strict=True))
    own = patients["patient_pool"].reindex(learned["patient_id"])
    shared = [pair in learned_from for pair in zip(learned["split"], own, strict=True)]
    return learned["role"].eq("external") & pd.Series(shared, index=learned.index, dtype=bool)

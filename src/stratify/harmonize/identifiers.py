"""Who is who: identifiers of samples and patients, unique across datasets."""

import pandas as pd

from stratify.config.dataset import Clinical
from stratify.errors import StratifyError
from stratify.harmonize.columns import map_column
from stratify.harmonize.findings.finding import listed
from stratify.harmonize.readers.grid import column_of
from stratify.wording import counted

NUMBERED = "row"
"""Prefix of the identity of a numbered row."""


def number_rows(n: int) -> list[str]:
    """Name rows by their position, from 1, with leading zeros.

    Such an identity depends on the order of the file. It holds because the file is fixed by its digest, and only
    within that one file.

    Examples
    --------
    >>> number_rows(2)
    ['row_001', 'row_002']
    """
    width = max(3, len(str(n)))
    return [f"{NUMBERED}_{number:0{width}d}" for number in range(1, n + 1)]


def identify(raw: pd.DataFrame, clinical: Clinical, dataset: str, where: str) -> pd.DataFrame:
    """Give each row of a clinical table its identifiers.

    Parameters
    ----------
    raw
        The table as text, one row a sample.
    clinical
        Which columns identify patient, sample and arm.
    dataset
        Name of the dataset, the first part of every identifier.
    where
        The file, for messages.

    Returns
    -------
    pandas.DataFrame
        Row for row: `written` (the source's identifier of the sample as it stands there), `written_patient`, `key`
        (the former, stripped: what measurements are joined by), `arm` (null where there is none), `patient_id`,
        `sample_id`.

    Raises
    ------
    StratifyError
        An identifier or an arm is missing.
    """
    written_patient = _source_ids(raw, clinical, where)
    written = written_patient if clinical.sample is None else _text_of(raw, clinical.sample, where)
    arm = pd.Series(pd.NA, index=raw.index, dtype="str")
    if clinical.arm is not None:
        arm = map_column("arm", clinical.arm, raw, where)
        _refuse_missing(arm, "arm", where)
    prefix = dataset + ":" + (arm + ":").fillna("")
    ids = pd.DataFrame({"written": written, "written_patient": written_patient})
    ids["key"] = written.str.strip()
    ids["arm"] = arm
    ids["patient_id"] = prefix + written_patient.str.strip()
    ids["sample_id"] = prefix + ids["key"]
    return ids


def _source_ids(raw: pd.DataFrame, clinical: Clinical, where: str) -> pd.Series:
    if clinical.id is not None:
        return _text_of(raw, clinical.id, where)
    if clinical.index_column:
        names = pd.Series(raw.index.astype("str"), index=raw.index, dtype="str")
        _refuse_missing(names.mask(names.str.strip() == ""), "row name", where)
        return names
    return pd.Series(number_rows(len(raw)), index=raw.index, dtype="str")


def _text_of(raw: pd.DataFrame, name: str, where: str) -> pd.Series:
    text = column_of(raw, name, where)
    _refuse_missing(text.mask(text.str.strip() == ""), f"identifier in column {name!r}", where)
    return text


def _refuse_missing(values: pd.Series, what: str, where: str) -> None:
    if values.isna().any():
        rows = [str(at) for at, missing in enumerate(values.isna(), start=1) if missing]
        raise StratifyError(
            f"{where}: {counted(len(rows), 'row')} without {what}; counted from the first below the header: "
            f"{listed(rows)}"
        )

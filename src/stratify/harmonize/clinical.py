"""The clinical table of a cohort, in our names and units."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.config.dataset import Clinical, Column
from stratify.errors import StratifyError
from stratify.harmonize.cohort_rows import rows_of_cohort
from stratify.harmonize.columns import map_column
from stratify.harmonize.findings.clinical import check_columns, constant_timepoint, is_constant
from stratify.harmonize.findings.distribution import check_spread
from stratify.harmonize.findings.endpoints import check_endpoints, records_only_events
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.findings.identity import check_identifiers
from stratify.harmonize.findings.people import check_people
from stratify.harmonize.findings.source import check_source, corrected_values
from stratify.harmonize.identifiers import identify
from stratify.wording import counted


@dataclass(frozen=True)
class HarmonizedClinical:
    """A cohort's clinical table and what was odd about it.

    Parameters
    ----------
    table
        As `stratify.artifacts.harmonize.CLINICAL`.
    keys
        Identifiers as measurements know them (index) to `sample_id`.
    findings
        In the order of the checks.
    others
        Identifiers, as measurements know them, of samples in the file that are of other cohorts.
    """

    table: pd.DataFrame
    keys: pd.Series
    findings: list[Finding]
    others: pd.Index


def harmonize_clinical(raw: pd.DataFrame, clinical: Clinical, dataset: str) -> HarmonizedClinical:
    """Bring a clinical table to common names and units.

    Parameters
    ----------
    raw
        The table as text, one row a sample, missing as null.
    clinical
        How it is mapped.
    dataset
        Name of the dataset.

    Returns
    -------
    HarmonizedClinical
        Rows of this cohort in the order of the file. Where sample identifiers repeat, the first row is kept; a
        constant column that is not declared as such is null, its values kept as `clin.<name>__as_published`; an
        outcome that is known only where the event happened is null. All are findings.

    Raises
    ------
    StratifyError
        A column is missing or cannot be mapped.
    """
    where = f"{dataset}: {clinical.file}"
    rows = rows_of_cohort(raw, clinical, where)
    raw = rows.raw
    ids = identify(raw, clinical, dataset, where)
    raw = raw.set_axis(pd.Index(ids["sample_id"], name=None), axis="index")
    characteristics = _map_all(clinical.columns, raw, where, clinical.decimal)
    endpoints = _map_all(clinical.endpoints, raw, where, clinical.decimal)
    timepoints = _timepoints(raw, clinical, where)
    findings = [
        *rows.findings,
        *check_identifiers(ids),
        *check_people(ids, characteristics, endpoints, timepoints),
        *constant_timepoint(timepoints, clinical.timepoint),
        *corrected_values(raw, clinical.columns | clinical.endpoints),
        *check_columns(characteristics, clinical.columns),
        *check_source(raw, clinical.columns),
        *check_spread(characteristics, clinical.columns),
        *check_columns(endpoints, clinical.endpoints),
        *check_endpoints(endpoints),
    ]
    heads = ids[["sample_id", "patient_id"]].set_axis(raw.index, axis="index")
    heads["timepoint"] = timepoints
    hidden = hide_constants(characteristics, clinical.columns).add_prefix("clin.")
    outcomes = hide_outcomes_of_events_only(endpoints).add_prefix("endpoint.")
    table = pd.concat([heads, hidden, outcomes], axis="columns")
    first = ~ids["sample_id"].duplicated().to_numpy()
    keys = pd.Series(ids["sample_id"].to_numpy(), index=pd.Index(ids["key"], name=None), dtype="str")
    return HarmonizedClinical(table[first].reset_index(drop=True), keys[first], findings, rows.others)


def _timepoints(raw: pd.DataFrame, clinical: Clinical, where: str) -> pd.Series:
    timepoints = map_column("timepoint", clinical.timepoint, raw, where, decimal=clinical.decimal)
    missing = timepoints.index[timepoints.isna()]
    if len(missing):
        raise StratifyError(
            f"{where}: {counted(len(missing), 'sample')} without a time point: {listed(missing)}; "
            "where it was not recorded, map it to `unknown`"
        )
    return timepoints


def _map_all(columns: Mapping[str, Column], raw: pd.DataFrame, where: str, decimal: str) -> pd.DataFrame:
    mapped = {name: map_column(name, column, raw, where, decimal=decimal) for name, column in columns.items()}
    # Built by position: the index repeats where a sample stands in two rows.
    return pd.DataFrame({name: values.array for name, values in mapped.items()}, index=raw.index)


def hide_constants(characteristics: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Set constant columns to null and keep their values under another name.

    Parameters
    ----------
    characteristics
        Columns in our names without namespace.
    columns
        How each was made; one declared `constant:` is left as it is.

    Returns
    -------
    pandas.DataFrame
        With `<name>__as_published` beside each hidden column.
    """
    shown: dict[str, pd.Series] = {}
    for name, column in columns.items():
        values = characteristics[name]
        hide = column.constant is None and is_constant(values)
        shown[name] = values.where(values.isna()) if hide else values
        if hide:
            shown[name + AS_PUBLISHED] = values
    return pd.DataFrame({name: values.array for name, values in shown.items()}, index=characteristics.index)


def hide_outcomes_of_events_only(endpoints: pd.DataFrame) -> pd.DataFrame:
    """Set an outcome to null, event and time, where it is known only for those who had the event.

    Parameters
    ----------
    endpoints
        Outcomes in our names without namespace.

    Returns
    -------
    pandas.DataFrame
        Same columns and rows.
    """
    stems = [str(name).removesuffix("_event") for name in endpoints if records_only_events(endpoints[name])]
    hidden = [name for stem in stems for name in (f"{stem}_event", f"{stem}_days") if name in endpoints]
    return endpoints.assign(**{name: endpoints[name].where(endpoints[name].isna()) for name in hidden})

"""What a study's sensitivity analyses need to know of its patients: other labels, and who leaves in which analysis."""

from collections.abc import Iterator, Sequence

import pandas as pd

from stratify.artifacts.assemble import LABELS, LEFT_OUT
from stratify.assemble.cohort import Cohort
from stratify.assemble.endpoints import fields, label
from stratify.config.sensitivity import Sensitivity
from stratify.errors import StratifyError, nearest


def other_labels(study: str, asked: Sensitivity, cohorts: Sequence[Cohort], samples: pd.DataFrame) -> pd.DataFrame:
    """Apply the study's other labels to the patients of its table.

    Parameters
    ----------
    study
        Study identifier.
    asked
        The study's key `sensitivity`.
    cohorts
        Its harmonized cohorts; measurements are not read.
    samples : DataFrame
        As in `artifacts.assemble.SAMPLES`.

    Returns
    -------
    DataFrame
        As in `artifacts.assemble.LABELS`, every patient once a label; null in a cohort without the rule's columns.

    Raises
    ------
    StratifyError
        No cohort has the columns of a rule.
    """
    patients = samples.set_index("sample_id")["patient_id"]
    parts = []
    for name, rule in asked.labels.items():
        able = [cohort for cohort in cohorts if set(fields(rule)) <= set(cohort.clinical.columns)]
        labelled = [label(cohort.clinical.set_index("sample_id"), rule, cohort.name) for cohort in able or cohorts]
        y = pd.concat([one["y"] for one in labelled]).reindex(patients.index)
        parts.append(pd.DataFrame({"study": study, "patient_id": patients, "label": name, "y": y}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(LABELS.columns))


def left_out(study: str, asked: Sensitivity, cohorts: Sequence[Cohort], samples: pd.DataFrame) -> pd.DataFrame:
    """List who leaves in which analysis: the patients with some values, and those of each level of a column.

    Parameters
    ----------
    study, asked, cohorts, samples
        As for `other_labels`.

    Returns
    -------
    DataFrame
        As in `artifacts.assemble.LEFT_OUT`. A patient whose value is missing stays.

    Raises
    ------
    StratifyError
        A column is in no cohort, a value has no patient, or a column whose levels are to be left out is numeric.
    """
    clinical = pd.concat([cohort.clinical.set_index("sample_id") for cohort in cohorts])
    clinical = clinical.reindex(samples["sample_id"]).set_axis(samples["patient_id"])
    parts = [
        pd.DataFrame({"study": study, "analysis": analysis, "variant": variant, "patient_id": patients})
        for analysis, variant, patients in [*_groups(asked, clinical), *_levels(asked, clinical)]
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(LEFT_OUT.columns))


def _groups(asked: Sensitivity, clinical: pd.DataFrame) -> Iterator[tuple[str, str, pd.Index]]:
    for name, groups in asked.without.items():
        leaves = pd.Series(data=False, index=clinical.index)
        for column, values in groups.items():
            found = _column(clinical, column, f"sensitivity.without.{name}")
            for value in values:
                if not found.eq(value).any():
                    present = sorted({str(one) for one in found.dropna()})
                    raise StratifyError(
                        f"sensitivity.without.{name}: no patient of the study has {column} {value!r}; "
                        f"{nearest(str(value), present)}"
                    )
            leaves |= found.isin(values)
        yield "without", name, clinical.index[leaves]


def _levels(asked: Sensitivity, clinical: pd.DataFrame) -> Iterator[tuple[str, str, pd.Index]]:
    for column in asked.leave_out_each:
        found = _column(clinical, column, "sensitivity.leave_out_each")
        if pd.api.types.is_numeric_dtype(found):
            raise StratifyError(
                f"sensitivity.leave_out_each: {column} is numeric; expected a column with categories, such as "
                "clin.cancer_type"
            )
        for level in sorted(found.dropna().unique()):
            yield "leave_out", f"{column} {level}", clinical.index[found.eq(level)]


def _column(clinical: pd.DataFrame, column: str, where: str) -> pd.Series:
    if column not in clinical:
        known = [name for name in clinical.columns if name.startswith("clin.")]
        raise StratifyError(f"{where}: no cohort of the study has {column!r}; {nearest(column, known)}")
    return clinical[column]

"""The measurements of a study's patients, its cohorts put under each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from stratify.assemble.cohort import Cohort


@dataclass(frozen=True)
class Measured:
    """One kind of measurement of a study's patients.

    Parameters
    ----------
    matrix : DataFrame of float32, shape (n_patients, n_features)
        Indexed by `patient_id`, only patients with a measured sample; null where a cohort did not measure the feature.
        Each cohort's values are in its own unit.
    features : DataFrame, shape (n_features, 2)
        Indexed like the columns of `matrix`: `namespace`, and `n_datasets`, the number of cohorts with a value.
    patients : DataFrame, shape (n_patients, 3)
        Indexed like `matrix`: `dataset`, `sample_id` (the sample the patient is described by) and `unit`.
    """

    matrix: pd.DataFrame
    features: pd.DataFrame
    patients: pd.DataFrame

    @property
    def units(self) -> dict[str, str]:
        """Unit by dataset."""
        return dict(self.patients.groupby("dataset", sort=False, observed=True)["unit"].first())


def measured_by_modality(patients: pd.DataFrame, cohorts: Sequence[Cohort]) -> dict[str, Measured]:
    """Collect each modality of a study's cohorts.

    Nothing is scaled or converted: values are those of the harmonized tables.

    Parameters
    ----------
    patients : DataFrame
        Indexed by `patient_id`, in the order to keep: `dataset` and `sample_id`.
    cohorts
        Harmonized cohorts with all their measurements.

    Returns
    -------
    dict of str to Measured
        By modality, in order of appearance; without those in which no patient was measured.
    """
    names = dict.fromkeys(name for cohort in cohorts for name in cohort.measurements)
    joined = {name: _join(name, patients, [one for one in cohorts if name in one.measurements]) for name in names}
    return {name: measured for name, measured in joined.items() if len(measured.matrix)}


def _join(name: str, patients: pd.DataFrame, cohorts: Sequence[Cohort]) -> Measured:
    origins = [_measured_patients(name, patients, cohort) for cohort in cohorts]
    parts = [
        cohort.measurements[name][origin["sample_id"]].T.set_axis(origin.index)
        for cohort, origin in zip(cohorts, origins, strict=True)
    ]
    origin = pd.concat(origins)
    order = patients.index[patients.index.isin(origin.index)]
    values = pd.concat(parts).loc[order]
    known = pd.concat([part.notna().any() for part in parts], axis="columns").eq(True)
    features = pd.DataFrame(
        {"namespace": values.columns.str.split(".", n=1).str[0], "n_datasets": known.sum(axis="columns")},
        index=values.columns,
    ).set_axis(_plain_names(values.columns))
    return Measured(values.set_axis(features.index, axis="columns"), features, origin.loc[order])


def _measured_patients(name: str, patients: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    has_sample = patients["sample_id"].isin(cohort.measurements[name].columns)
    return patients[patients["dataset"].eq(cohort.name) & has_sample].assign(
        unit=cohort.config.modalities[name].harmonized_unit
    )


def _plain_names(features: pd.Index) -> pd.Index:
    """Leave the namespace out (`CD8A` for `gene.CD8A`), unless two features then had one name."""
    plain = features.str.split(".", n=1).str[1]
    return plain if plain.is_unique else features

"""Refuse what cannot be put into one table, or not without saying so."""

from collections.abc import Iterable, Sequence

from stratify.assemble.cohort import Cohort
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError

RELATIVE_UNITS = frozenset({"zscore", "rank_normal"})


def check_units(study: StudyConfig, cohorts: Sequence[Cohort], features: Iterable[str]) -> None:
    """Check that a study's measurements have one unit, and that cohort-relative ones are declared.

    Parameters
    ----------
    study
        The study.
    cohorts
        Its harmonized cohorts.
    features
        The features its models use.

    Raises
    ------
    StratifyError
        Two cohorts give the same kind of measurement in different units, or a patient's values depend on who else is
        in the file and the study does not declare itself transductive.
    """
    namespaces = {"gene" if name.startswith("sig.") else name.split(".")[0] for name in features}
    for namespace in sorted(namespaces):
        units = {
            cohort.name: modality.harmonized_unit
            for cohort in cohorts
            for modality in cohort.config.modalities.values()
            if modality.namespace == namespace
        }
        if len(set(units.values())) > 1:
            shown = ", ".join(f"{cohort} {unit}" for cohort, unit in units.items())
            raise StratifyError(f"the cohorts of the study give {namespace!r} values in different units: {shown}")
        relative = [cohort for cohort in cohorts if cohort.name in units and _is_relative(cohort, units[cohort.name])]
        if relative and not study.transductive:
            raise StratifyError(
                f"the {namespace!r} values of {relative[0].name} ({units[relative[0].name]}) depend on who else is in "
                "the file; a study that uses them must declare `transductive: true` and give its transductive_reason"
            )


def _is_relative(cohort: Cohort, unit: str) -> bool:
    return unit in RELATIVE_UNITS or cohort.config.cohort_relative is not None

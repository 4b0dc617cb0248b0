"""Which features a study asks for, and their values in a cohort."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import pandas as pd

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.assemble.cohort import Cohort
from stratify.assemble.signatures import SCORED_UNITS, Signature, required_genes, score_signatures
from stratify.config.published import COMPARATOR_INPUTS
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError, nearest


def resolve_features(patterns: Iterable[str], available: Sequence[str]) -> list[str]:
    """Expand feature names and patterns to the features that exist.

    Parameters
    ----------
    patterns
        Names, or patterns in which ``*`` stands for any text.
    available
        Names that exist.

    Returns
    -------
    list of str
        Matches in the order of the patterns, those of one pattern sorted, each once: a model must not depend on the
        order of rows in a file.

    Raises
    ------
    StratifyError
        A name or pattern matches nothing.

    Examples
    --------
    >>> resolve_features(["sig.*", "clin.age_years"], ["clin.age_years", "sig.cyt", "sig.gep18"])
    ['sig.cyt', 'sig.gep18', 'clin.age_years']
    """
    known = set(available)
    found: dict[str, None] = {}
    for pattern in patterns:
        matches = sorted(name for name in available if fnmatchcase(name, pattern)) if "*" in pattern else [pattern]
        if not matches or not known.issuperset(matches):
            raise StratifyError(
                f"the study asks for feature {pattern!r}, which no cohort has; {nearest(pattern, available)}"
            )
        found.update(dict.fromkeys(matches))
    return list(found)


def model_features(study: StudyConfig, columns: Iterable[str]) -> list[str]:
    """List the features of a study table that the models use.

    Parameters
    ----------
    study
        The study.
    columns
        Columns of the study table.

    Returns
    -------
    list of str
    """
    readable = [column for column in columns if "." in column and not column.endswith(AS_PUBLISHED)]
    return resolve_features(study.features, readable)


def requested(study: StudyConfig) -> list[str]:
    """List every name and pattern of features a study needs: for models, comparators and groups."""
    return [*study.features, *study.biomarkers, *of_comparators(study), *([study.group_by] if study.group_by else [])]


def of_comparators(study: StudyConfig) -> list[str]:
    """List the columns that the study's published comparators read."""
    return list(dict.fromkeys(column for name in study.comparators for column in COMPARATOR_INPUTS[name]))


def needed_measurements(study: StudyConfig, signatures: Mapping[str, Signature], available: Iterable[str]) -> list[str]:
    """List the measured features a study needs from a cohort, so that the others need not be read.

    Parameters
    ----------
    study
        The study.
    signatures
        The catalogue.
    available
        Measured features of the cohort.

    Returns
    -------
    list of str
        Those asked for by name or pattern, and the genes of every signature; every gene where signatures rank them.
    """
    wanted = requested(study)
    if study.gene_universe is not None:
        wanted.append("gene.*")
    names = {pattern for pattern in wanted if "*" not in pattern} | set(required_genes(signatures.values()))
    patterns = [pattern for pattern in wanted if "*" in pattern]
    return [name for name in available if name in names or any(fnmatchcase(name, pattern) for pattern in patterns)]


def gene_universe(study: StudyConfig, cohorts: Iterable[Cohort]) -> list[str] | None:
    """List the genes among which a study's rank-based signatures rank a sample.

    Parameters
    ----------
    study
        The study.
    cohorts
        Its harmonized cohorts, with all their genes.

    Returns
    -------
    list of str or None
        Symbols, sorted; ``None`` where the study declares no universe.

    Raises
    ------
    StratifyError
        No gene is in every cohort that has gene expression.
    """
    if study.gene_universe is None:
        return None
    tables = [
        set(table.index)
        for cohort in cohorts
        for name, table in cohort.measurements.items()
        if cohort.config.modalities[name].namespace == "gene"
    ]
    shared = set.intersection(*tables) if tables else set()
    if not shared:
        raise StratifyError(
            f"gene_universe is {study.gene_universe!r}, but no gene is in each of the {len(tables)} tables of genes of "
            "the study's cohorts"
        )
    return sorted(name.removeprefix("gene.") for name in shared)


def feature_values(
    cohort: Cohort, signatures: Mapping[str, Signature], universe: Sequence[str] | None = None
) -> pd.DataFrame:
    """Compute every feature a cohort offers; each value depends on its own sample only.

    Parameters
    ----------
    cohort
        The harmonized cohort.
    signatures
        The catalogue; scored where the cohort has a modality in the namespace `gene` and a unit that allows it.
    universe
        As from `gene_universe`.

    Returns
    -------
    DataFrame, shape (n_samples, n_features)
        Indexed by `sample_id`; null for samples without measurements. Also holds the columns that only published
        formulas may read.
    """
    samples = pd.Index(cohort.clinical["sample_id"])
    clinical = [*(name for name in cohort.features if name.startswith("clin.")), *cohort.as_published]
    parts = [cohort.clinical.set_index("sample_id")[clinical]]
    for name, measurements in cohort.measurements.items():
        values = measurements.T.reindex(samples).astype("float64")
        modality = cohort.config.modalities[name]
        parts.append(values)
        if modality.namespace == "gene" and modality.harmonized_unit in SCORED_UNITS:
            scores = score_signatures(values, signatures, modality.harmonized_unit, universe=universe)
            parts.append(scores.dropna(axis="columns", how="all"))  # a signature without its genes is not there
    return pd.concat(parts, axis="columns")

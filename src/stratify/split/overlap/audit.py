"""The audit: every pair of a study's cohorts, and each cohort with itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import pandas as pd

from stratify.artifacts.harmonize import BASELINE
from stratify.artifacts.overlap import (
    BEYOND_CHANCE,
    CHANCE,
    FINGERPRINT,
    IDENTIFIER,
    MAY_SHARE,
    MUTATIONS,
    OVERLAP,
    OVERLAP_SUMMARY,
    PROFILE,
)
from stratify.assemble.cohort import Cohort
from stratify.config.mutations import MUTATION_UNITS
from stratify.split.overlap.chance import PERMUTATIONS
from stratify.split.overlap.fields import FIELDS, FingerprintField
from stratify.split.overlap.fingerprints import FingerprintMatches, match_fingerprints
from stratify.split.overlap.identifiers import shared_identifiers, source_identifiers
from stratify.split.overlap.mutations import match_mutations
from stratify.split.overlap.profiles import match_profiles
from stratify.split.overlap.strata import strata
from stratify.split.overlap.verdict import is_excess, verdict


@dataclass(frozen=True)
class Audit:
    """What the audit found.

    Parameters
    ----------
    pairs : DataFrame
        As in `artifacts.overlap.OVERLAP`.
    summary : DataFrame
        As in `artifacts.overlap.OVERLAP_SUMMARY`.
    """

    pairs: pd.DataFrame
    summary: pd.DataFrame


def audit_overlap(
    name: str,
    cohorts: Sequence[Cohort],
    *,
    seed: int,
    fields: Sequence[FingerprintField] = FIELDS,
    permutations: int = PERMUTATIONS,
) -> Audit:
    """Look for people who are in a study more than once.

    Every pair of cohorts is compared, and every cohort with itself, by the source's identifiers, by clinical
    fingerprints and, where measurements are given, by omics profiles and mutated genes. Patients are compared by their
    baseline records.

    Parameters
    ----------
    name
        Study identifier.
    cohorts
        Harmonized cohorts, those that are learned from first: of each pair, the earlier is the first.
    seed
        Seed of the permutations.
    fields
        Fields of the clinical fingerprint, in order of preference.
    permutations
        Permutations a pair of cohorts.

    Returns
    -------
    Audit
    """
    people = {cohort.name: _patients(cohort) for cohort in cohorts}
    pairs, summary = [], []
    for first, second in combinations_with_replacement(cohorts, 2):
        matches = match_fingerprints(
            people[first.name],
            people[second.name],
            seed=seed,
            within=first is second,
            fields=fields,
            permutations=permutations,
        )
        found = {
            IDENTIFIER: _identifiers(first, second, people),
            FINGERPRINT: matches.pairs,
            PROFILE: _profiles(first, second, people),
            MUTATIONS: _mutations(first, second, people),
        }
        row = _summary(first, second, people, matches, found)
        pairs += [_judged(frame, basis, row) for basis, frame in found.items() if frame is not None and len(frame)]
        summary.append(row)
    listed = pd.concat(pairs, ignore_index=True) if pairs else pd.DataFrame(columns=list(OVERLAP.columns))
    return Audit(
        OVERLAP.validate(listed.assign(study=name)[list(OVERLAP.columns)]),
        OVERLAP_SUMMARY.validate(pd.DataFrame(summary).assign(study=name)[list(OVERLAP_SUMMARY.columns)]),
    )


def _patients(cohort: Cohort) -> pd.DataFrame:
    """One row a patient: of several baseline samples, the first known value of each field."""
    clinical = cohort.clinical[cohort.clinical["timepoint"] == BASELINE]
    return clinical.sort_values("sample_id").groupby("patient_id").first()


def _identifiers(first: Cohort, second: Cohort, people: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    # Within a cohort the source's identifier is what makes a patient; arms may use one twice.
    if first is second:
        return None
    ids = [
        source_identifiers(people[cohort.name].index, cohort.name, arm=cohort.config.clinical.arm is not None)
        for cohort in (first, second)
    ]
    return shared_identifiers(*ids)


def _profiles(first: Cohort, second: Cohort, people: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    types = strata(people[first.name], people[second.name])
    found = [
        match_profiles(_measured(first, modality), _measured(second, modality), types=types, within=first is second)
        for modality in sorted(first.measurements.keys() & second.measurements.keys())
        if not _holds_mutations(first, modality) and not _holds_mutations(second, modality)
    ]
    return _nearest(found)


def _mutations(first: Cohort, second: Cohort, people: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    types = strata(people[first.name], people[second.name])
    tables = product(_mutation_tables(first), _mutation_tables(second))
    return _nearest([match_mutations(one, other, types=types, within=first is second) for one, other in tables])


def _mutation_tables(cohort: Cohort) -> list[pd.DataFrame]:
    return [_measured(cohort, name) for name in sorted(cohort.measurements) if _holds_mutations(cohort, name)]


def _holds_mutations(cohort: Cohort, modality: str) -> bool:
    layout = cohort.config.modalities.get(modality)
    return layout is not None and layout.unit in MUTATION_UNITS


def _nearest(found: list[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Keep of each pair the table in which it is nearest; None where nothing could be compared."""
    compared = [frame for frame in found if frame is not None]
    if not compared:
        return None
    nearest_first = pd.concat(compared, ignore_index=True).sort_values("deviation", kind="stable")
    return nearest_first.drop_duplicates(["first", "second"]).sort_values(["first", "second"], ignore_index=True)


def _measured(cohort: Cohort, modality: str) -> pd.DataFrame:
    """Measurements by patient: of several measured baseline samples the first."""
    table = cohort.measurements[modality]
    clinical = cohort.clinical[cohort.clinical["timepoint"] == BASELINE].sort_values("sample_id")
    samples = clinical[clinical["sample_id"].isin(table.columns)].drop_duplicates("patient_id")
    chosen = table[samples["sample_id"].tolist()].set_axis(samples["patient_id"].tolist(), axis="columns")
    return chosen.dropna(axis="columns", how="all")


def _summary(
    first: Cohort,
    second: Cohort,
    people: dict[str, pd.DataFrame],
    matches: FingerprintMatches,
    found: dict[str, pd.DataFrame | None],
) -> dict[str, object]:
    row: dict[str, object] = {
        "first_cohort": first.name,
        "second_cohort": second.name,
        "n_first": len(people[first.name]),
        "n_second": len(people[second.name]),
        "n_first_comparable": matches.comparable[0],
        "n_second_comparable": matches.comparable[1],
        "fields": ", ".join(matches.fields),
        "observed": pd.NA if matches.observed is None else matches.observed,
        "pairs": pd.NA if matches.observed is None else len(matches.pairs),
        "expected": matches.expected,
        "p_value": matches.p_value,
        "n_identifiers": _patients_in(found[IDENTIFIER], within=first is second),
        "n_profiles": _patients_in(found[PROFILE], within=first is second),
        "n_mutations": _patients_in(found[MUTATIONS], within=first is second),
        "shared_pool": first.config.patient_pool == second.config.patient_pool,
        "shared_family": first.config.study_family == second.config.study_family,
    }
    return {**row, "verdict": verdict(row)}


def _patients_in(pairs: pd.DataFrame | None, *, within: bool) -> object:
    if pairs is None:
        return pd.NA
    return len(set(pairs["second"]) | set(pairs["first"] if within else []))


def _judged(pairs: pd.DataFrame, basis: str, row: dict[str, object]) -> pd.DataFrame:
    if row["first_cohort"] != row["second_cohort"] and (row["shared_pool"] or row["shared_family"]):
        judgement = MAY_SHARE
    else:
        judgement = BEYOND_CHANCE if basis != FINGERPRINT or is_excess(row) else CHANCE
    cohorts = {side: str(row[side]) for side in ("first_cohort", "second_cohort")}
    return pairs.assign(**cohorts, basis=basis, judgement=judgement)

"""What the overlap audit hands over: patients who may be one person, and how many are expected to look alike."""

from stratify.artifacts.columns import OF_STUDY, closed, integer, number, text, truth

IDENTIFIER, FINGERPRINT, PROFILE, MUTATIONS = "identifier", "clinical_fingerprint", "profile", "mutations"
MAY_SHARE, BEYOND_CHANCE, CHANCE = "may_share_people", "beyond_chance", "chance"

OVERLAP = closed(
    "overlap",
    {
        "study": text(),
        "first": text(),
        "second": text(),
        "first_cohort": text(),
        "second_cohort": text(),
        "basis": text(isin=[IDENTIFIER, FINGERPRINT, PROFILE, MUTATIONS]),
        "fields": text(),
        "deviation": number(low=0),
        "detail": text(),
        "judgement": text(isin=[MAY_SHARE, BEYOND_CHANCE, CHANCE]),
    },
    unique=["first", "second", "basis"],
    metadata=OF_STUDY,
)
"""One row a pair of patients (`patient_id`) who look like one person, on one `basis`. `deviation` is the largest
difference as a share of its tolerance (fingerprints), one minus the correlation (profiles), or one minus the share of
information in both patients' mutated genes that is common (mutations). `judgement`:
`may_share_people` between cohorts of one patient pool or study family, `beyond_chance` between others where chance
does not explain it, else `chance`."""

OVERLAP_SUMMARY = closed(
    "overlap summary",
    {
        "study": text(),
        "first_cohort": text(),
        "second_cohort": text(),
        "n_first": integer(),
        "n_second": integer(),
        "n_first_comparable": integer(),
        "n_second_comparable": integer(),
        "fields": text(),
        "observed": integer(nullable=True),
        "pairs": integer(nullable=True),
        "expected": number(low=0),
        "p_value": number(low=0, high=1),
        "n_identifiers": integer(nullable=True),
        "n_profiles": integer(nullable=True),
        "n_mutations": integer(nullable=True),
        "shared_pool": truth(),
        "shared_family": truth(),
        "verdict": text(),
    },
    unique=["first_cohort", "second_cohort"],
    metadata=OF_STUDY,
)
"""One row a pair of cohorts, each cohort with itself included. `observed`, `expected` and `p_value` count patients of
the second cohort whose clinical fingerprint some patient of the first has (null where nobody can be compared);
`pairs` counts the pairs of patients; `n_identifiers`, `n_profiles` and `n_mutations` count patients of the second
cohort with an identifier, a profile or rare mutations that the first also has (null where identifiers are running
numbers, or nothing measured is shared)."""

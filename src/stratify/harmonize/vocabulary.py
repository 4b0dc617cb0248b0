"""Clinical columns that the project knows: kind, plausible range, levels, and what they mean.

Ranges are wide: they catch a wrong unit or a slipped decimal, not an unusual patient. A name that is not here needs
`kind` in the dataset file. The unit is the ending of the name (`stratify.harmonize.units`).
"""

from dataclasses import dataclass
from typing import Literal

from stratify.errors import nearest

Kind = Literal["number", "category"]


@dataclass(frozen=True)
class Term:
    """What is known of a column.

    Parameters
    ----------
    kind
        `number` or `category`.
    description
        What it is, in words.
    plausible
        Lowest and highest believable value, in the unit of the name.
    levels
        Allowed values of a category, or of a number that is a code.
    step
        The coarsest step in which sources measure it, in the unit of the name; not judged where not given.
    """

    kind: Kind
    description: str
    plausible: tuple[float, float] | None = None
    levels: tuple[str, ...] | tuple[int, ...] | None = None
    step: float | None = None


def _yes_no(description: str) -> Term:
    return Term("number", f"{description} (1 yes, 0 no)", levels=(0, 1))


def _status(what: str) -> Term:
    return Term("category", f"{what} status of the tumour", levels=("positive", "negative"))


CANCER_TYPES = (
    "adrenal",
    "anal",
    "bladder",
    "breast",
    "central_nervous_system",
    "cervical",
    "colorectal",
    "endometrial",
    "esophageal",
    "gastric",
    "germ_cell",
    "glioblastoma",
    "head_and_neck",
    "hepatobiliary",
    "leukemia",
    "lymphoma",
    "melanoma",
    "merkel_cell",
    "mesothelioma",
    "myeloma",
    "neuroendocrine",
    "nsclc",
    "ovarian",
    "pancreatic",
    "prostate",
    "renal",
    "sarcoma",
    "sclc",
    "skin_non_melanoma",
    "thymic",
    "thyroid",
    "unknown_primary",
    "uveal_melanoma",
    "other",
)
"""One name a cancer in all cohorts: a model or a reference that groups by it must not split what is the same."""

CHARACTERISTICS = {
    # the sample
    "timepoint": Term(
        "category",
        "when the sample was taken",
        levels=("baseline", "on_treatment", "after_treatment", "unknown"),
    ),
    "arm": Term("category", "arm of the study, in lower snake case"),
    # the patient
    "age_years": Term("number", "age at baseline", (0, 110), step=1),
    "sex": Term("category", "sex as recorded by the source", levels=("female", "male")),
    "bmi_kg_per_m2": Term("number", "body mass index", (10, 90)),
    "weight_kg": Term("number", "body weight", (1, 400)),
    "height_cm": Term("number", "body height", (30, 250)),
    "ecog": Term("number", "ECOG performance status", levels=(0, 1, 2, 3, 4)),
    "smoking": Term("category", "smoking history", levels=("never", "ever", "former", "current")),
    "smoking_pack_years": Term("number", "packs of cigarettes a day times years of smoking", (0, 300)),
    "disease_duration_years": Term("number", "time since diagnosis", (0, 90)),
    # the tumour
    "cancer_type": Term("category", "cancer type", levels=CANCER_TYPES),
    "histology": Term("category", "histological type in lower snake case"),
    "stage": Term("category", "stage without its subdivision", levels=("0", "I", "II", "III", "IV", "I-III")),
    "stage_iv": _yes_no("stage IV"),
    "grade": Term("number", "histological grade, 1 well to 4 undifferentiated", levels=(1, 2, 3, 4)),
    "tumor_size_cm": Term("number", "largest diameter of the primary tumour", (0, 50)),
    "nodal_status": _status("lymph node"),
    "er_status": _status("oestrogen receptor"),
    "pr_status": _status("progesterone receptor"),
    "her2_status": _status("HER2"),
    "biopsy_site": Term("category", "where the sample was taken, in lower snake case"),
    "tumor_purity_percent": Term("number", "share of tumour cells in the sample", (0, 100)),
    "tmb_per_mb": Term("number", "non-synonymous mutations per megabase", (0, 2000)),
    "mutation_count": Term(
        "number", "non-synonymous mutations, a number that depends on what was sequenced", (0, 100000)
    ),
    "pdl1_tps_percent": Term("number", "PD-L1 tumour proportion score", (0, 100)),
    "pdl1_cps": Term("number", "PD-L1 combined positive score", (0, 100)),
    "msi_status": Term("category", "microsatellite status", levels=("stable", "unstable", "indeterminate")),
    "msi_score": Term("number", "MSIsensor score", (0, 100)),
    "cna_percent": Term("number", "share of the genome with copy number alterations", (0, 100)),
    "hla_loh": _yes_no("loss of heterozygosity at an HLA class I locus"),
    "hla_divergence": Term("number", "mean HLA class I evolutionary divergence", (0, 50)),
    # therapy
    "therapy_class": Term(
        "category",
        "class of the therapy under study",
        levels=(
            "anti_pd1",
            "anti_pdl1",
            "anti_pd1_or_pdl1",
            "anti_ctla4",
            "anti_pd1_plus_anti_ctla4",
            "anti_pdl1_plus_anti_ctla4",
            "anti_pd1_plus_chemotherapy",
            "anti_pdl1_plus_chemotherapy",
            "anti_pd1_plus_other",
            "anti_tnf",
            "anti_il12_il23",
            "conventional_dmard",
            "chemotherapy",
            "placebo",
            "other",
        ),
    ),
    "drug": Term("category", "drug in lower snake case"),
    "prior_systemic_therapy": _yes_no("systemic therapy before the one under study"),
    "prior_anti_ctla4": _yes_no("anti-CTLA-4 before the therapy under study"),
    "metformin": _yes_no("metformin at baseline"),
    # blood
    "albumin_g_per_dl": Term("number", "serum albumin", (0.5, 7)),
    "hemoglobin_g_per_dl": Term("number", "haemoglobin", (2, 25)),
    "nlr": Term("number", "neutrophil to lymphocyte ratio", (0, 200)),
    "platelets_k_per_ul": Term("number", "platelet count", (1, 3000)),
    "neutrophils_k_per_ul": Term("number", "neutrophil count", (0, 200)),
    "lymphocytes_k_per_ul": Term("number", "lymphocyte count", (0, 500)),
    "ldh_u_per_l": Term("number", "lactate dehydrogenase", (20, 20000)),
    "crp_mg_per_l": Term("number", "C-reactive protein", (0, 700)),
    "glucose_mg_per_dl": Term("number", "fasting plasma glucose", (10, 1500)),
    "hba1c_percent": Term("number", "glycated haemoglobin (NGSP)", (2, 25)),
    # activity of inflammatory disease
    "das28": Term("number", "disease activity score of 28 joints", (0, 10)),
    "crohns_disease_activity_index": Term("number", "Crohn's disease activity index", (0, 900)),
}
"""What is known of a patient or sample before treatment, by name."""

OUTCOMES = {
    "best_response": Term("category", "best response by RECIST", levels=("CR", "PR", "SD", "PD", "NE")),
    "published_response": _yes_no("response as the authors published it"),
}
"""Outcomes by name."""

OUTCOME_ENDINGS = {
    "_event": _yes_no("whether the time ends in the event rather than in censoring"),
    "_days": Term("number", "time from baseline to event or censoring"),
}
"""Outcomes by what their name ends in; any name of an outcome goes before it (`os_days`, `os_event`)."""

VOCABULARY = CHARACTERISTICS | OUTCOMES
"""Terms by name."""


def term_for(name: str) -> Term | None:
    """Look up a column.

    Parameters
    ----------
    name
        Column in our names, without namespace.

    Returns
    -------
    Term or None
        Also for any `<outcome>_days` and `<outcome>_event`; ``None`` where the name is unknown.

    Examples
    --------
    >>> term_for("dmfs_event").levels
    (0, 1)
    """
    if name in VOCABULARY:
        return VOCABULARY[name]
    return next((term for ending, term in OUTCOME_ENDINGS.items() if name.removesuffix(ending) not in ("", name)), None)


def nearest_term(name: str) -> str:
    """Say which known name is meant, first of all one that goes on from what was written.

    Parameters
    ----------
    name
        What was written.

    Returns
    -------
    str
        A clause to end an error message with.

    Examples
    --------
    >>> nearest_term("age")
    "did you mean 'age_years'?"
    >>> nearest_term("tumour_size_cm")
    "did you mean 'tumor_size_cm'?"
    """
    longer = [known for known in VOCABULARY if known.startswith(f"{name}_")]
    longer = longer or [known for known in VOCABULARY if known.startswith(name)]
    if longer:
        return f"did you mean {' or '.join(repr(known) for known in longer[:3])}?"
    return nearest(name, VOCABULARY)

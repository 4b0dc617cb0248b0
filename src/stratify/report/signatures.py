"""The signatures behind the features of a study, as the report cites them."""

from dataclasses import dataclass

from stratify.assemble.signatures import Signature
from stratify.report.numbers import ABSENT, count
from stratify.report.results import StudyResults
from stratify.wording import counted

PUBMED = "https://pubmed.ncbi.nlm.nih.gov"


DIRECTIONS = {True: "response", False: "no response", None: "not stated"}
"""What higher values were published to mean."""


@dataclass(frozen=True)
class SignatureRow:
    """One signature of the study's table."""

    feature: str
    title: str
    genes: str = ABSENT
    method: str = ABSENT
    reference: str = ""
    """What is subtracted first, and when; empty where nothing is."""
    direction: str = ABSENT
    citation: str = ABSENT
    pmid: str = ""
    address: str = ""
    """Where PubMed describes the publication; empty without PMID."""


def signature_rows(results: StudyResults) -> list[SignatureRow]:
    """List the signatures in the study's table, in the table's order; others of the catalogue are left out.

    Parameters
    ----------
    results
        A study's artifacts.

    Returns
    -------
    list of SignatureRow
        A feature that the catalogue does not know says so instead of its title.
    """
    features = [name for name in results.table.columns if name.startswith("sig.")]
    return [_row(feature, results.signature_of(feature)) for feature in features]


def _row(feature: str, signature: Signature | None) -> SignatureRow:
    if signature is None:
        return SignatureRow(feature, "not in the catalogue of signatures")
    return SignatureRow(
        feature,
        signature.title,
        genes=count(len(signature.genes)),
        method=signature.method.replace("_", " "),
        reference=_reference(signature),
        direction=DIRECTIONS[signature.higher_means_response],
        citation=signature.citation,
        pmid=signature.pmid or "",
        address=f"{PUBMED}/{signature.pmid}/" if signature.pmid else "",
    )


def _reference(signature: Signature) -> str:
    n = len(signature.reference_genes)
    return f"on a log scale, less the mean of {counted(n, 'housekeeping gene')}" if n else ""

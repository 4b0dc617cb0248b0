"""What a mutation does to the protein, by the words of two vocabularies.

The mutation annotation format names one effect (`Nonsense_Mutation`); the Sequence Ontology, as annotators write it,
joins several by `&` (`missense_variant&splice_region_variant`), of which the strongest counts.

References
----------
Mutation annotation format: https://docs.gdc.cancer.gov/Data/File_Formats/MAF_Format/
Staging files of cBioPortal: https://docs.cbioportal.org/file-formats/
Sequence Ontology: http://www.sequenceontology.org/
"""

from collections.abc import Mapping

import pandas as pd

from stratify.errors import StratifyError, nearest
from stratify.harmonize.findings.finding import listed
from stratify.wording import counted

STRENGTH = {"truncating": 2, "protein_changing": 1, "silent": 0}
"""Effects, strongest first."""

_TRUNCATING = (
    "Frame_Shift_Del Frame_Shift_Ins Nonsense_Mutation Splice_Site "
    "stop_gained frameshift_variant splice_acceptor_variant splice_donor_variant transcript_ablation"
)
_PROTEIN_CHANGING = (
    "In_Frame_Del In_Frame_Ins Missense_Mutation Nonstop_Mutation Translation_Start_Site "
    "Start_Codon_SNP Start_Codon_Del Start_Codon_Ins Stop_Codon_Del Stop_Codon_Ins "
    "missense_variant inframe_insertion inframe_deletion disruptive_inframe_insertion disruptive_inframe_deletion "
    "conservative_inframe_insertion conservative_inframe_deletion stop_lost start_lost initiator_codon_variant "
    "protein_altering_variant protein_protein_contact"
)
_SILENT = (
    "Silent 3'UTR 3'Flank 5'UTR 5'Flank IGR Intron RNA Targeted_Region Splice_Region lincRNA "
    "De_novo_Start_InFrame De_novo_Start_OutOfFrame "
    "synonymous_variant stop_retained_variant start_retained_variant splice_region_variant intron_variant "
    "intergenic_variant intergenic_region upstream_gene_variant downstream_gene_variant 3_prime_UTR_variant "
    "5_prime_UTR_variant non_coding_transcript_exon_variant non_coding_transcript_variant mature_miRNA_variant "
    "regulatory_region_variant TF_binding_site_variant NMD_transcript_variant coding_sequence_variant"
)
EFFECTS = {
    **dict.fromkeys(_TRUNCATING.split(), "truncating"),
    **dict.fromkeys(_PROTEIN_CHANGING.split(), "protein_changing"),
    **dict.fromkeys(_SILENT.split(), "silent"),
}
"""Effect of each word. A change in an untranslated or flanking region is `silent`: it leaves the protein as it is."""


def effects_of(words: pd.Series, declared: Mapping[str, str], where: str) -> pd.Series:
    """Tell the effect of each mutation.

    Parameters
    ----------
    words
        The file's classification; missing as null.
    declared
        Effects of words from the dataset file; they go before the vocabularies.
    where
        File and column, for messages.

    Returns
    -------
    pandas.Series
        str: `truncating`, `protein_changing` or `silent`; index of `words`.

    Raises
    ------
    StratifyError
        A mutation has no classification, or one that is in neither vocabulary nor declared.

    Examples
    --------
    >>> effects_of(pd.Series(["Silent", "stop_gained&splice_region_variant"]), {}, "a.maf").tolist()
    ['silent', 'truncating']
    """
    if words.isna().any():
        raise StratifyError(
            f"{where}: {counted(int(words.isna().sum()), 'mutation')} of {len(words):,} without a value"
        )
    known = EFFECTS | dict(declared)
    effects = {word: _strongest(word, known) for word in words.unique()}
    unknown = [word for word, effect in effects.items() if effect is None]
    if unknown:
        first = next(part for part in unknown[0].split("&") if part.strip() not in known)
        raise StratifyError(
            f"{where}: {counted(int(words.isin(unknown).sum()), 'mutation')} with an unknown effect: {listed(unknown)}"
            f"; {nearest(first, known)}; say under `mutations: effects:` whether it is {', '.join(STRENGTH)}"
        )
    return words.map(effects).astype("str")


def _strongest(word: str, known: Mapping[str, str]) -> str | None:
    if word in known:
        return known[word]
    found = [known.get(part.strip()) for part in word.split("&")]
    if None in found:
        return None
    return max((effect for effect in found if effect is not None), key=STRENGTH.__getitem__)

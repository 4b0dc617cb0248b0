"""Studies of cBioPortal: a folder, or its archive, of meta files and tab-separated tables.

References
----------
https://docs.cbioportal.org/file-formats/
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.config.dataset import Clinical, Modality
from stratify.config.mutations import Mutations
from stratify.errors import StratifyError
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.readers import cbioportal_study as study
from stratify.harmonize.readers.mutation_counts import count_mutations, read_mutations
from stratify.harmonize.readers.noticed import with_findings
from stratify.harmonize.readers.study_files import StudyFiles, open_study
from stratify.harmonize.readers.text_columns import TextColumns
from stratify.wording import counted

ANNOTATION = frozenset({"Hugo_Symbol", "Entrez_Gene_Id", "Cytoband"})
"""Columns of a table of genes that are no samples."""

HEADER_COMMENTS = 4
MUTATIONS = "MUTATION_EXTENDED"
WITH_GENES = frozenset({"MRNA_EXPRESSION", "COPY_NUMBER_ALTERATION", "PROTEIN_LEVEL", "METHYLATION"})


class CbioportalReader:
    """Reads the clinical tables and the profiles of a study."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Read the samples of a study, with what is known of their patients.

        Parameters
        ----------
        path
            The study's folder or archive.
        layout
            Texts that mean missing.

        Returns
        -------
        pandas.DataFrame
            One row a sample, in the order of the sample file; str, missing as null. Columns of the sample file, then
            of the patient file; one that both have is `patient.<name>` where it is the patient's. What was noticed is
            attached.

        Raises
        ------
        StratifyError
            A file is missing or malformed, or a patient stands in two rows of the patient file.
        """
        with open_study(path, study.META_STUDY) as files:
            sample_file = study.clinical_file(files, "SAMPLE_ATTRIBUTES")
            if sample_file is None:
                raise StratifyError(
                    f"{files.where('meta_clinical_sample.txt')}: missing: no meta file of the study has "
                    "`genetic_alteration_type: CLINICAL` and `datatype: SAMPLE_ATTRIBUTES`"
                )
            samples = _clinical_table(files, sample_file, ["PATIENT_ID", "SAMPLE_ID"], layout.missing)
            patient_file = study.clinical_file(files, "PATIENT_ATTRIBUTES")
            if patient_file is None:
                return samples
            patients = _clinical_table(files, patient_file, ["PATIENT_ID"], layout.missing)
            return _joined(samples, patients, files.where(patient_file))

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read a profile of a study.

        Parameters
        ----------
        path
            The study's folder or archive.
        layout
            Name of the profile; which mutations count.

        Returns
        -------
        pandas.DataFrame
            float32, genes by samples. Mutations as their number, 0 where a sequenced sample has none, missing in a
            gene that the sample's panel does not hold. What was noticed is attached.

        Raises
        ------
        StratifyError
            The profile or a file is missing or malformed, or the profile is of another kind than declared.
        """
        with open_study(path, study.META_STUDY) as files:
            profile = study.find_profile(files, str(layout.profile))
            is_mutations = profile.kind == MUTATIONS
            if is_mutations != (layout.mutations is not None):
                expected = "`unit: present` or `unit: mutation_count`" if is_mutations else "the unit of its values"
                raise StratifyError(
                    f"{files.where(profile.data_file)}: profile {profile.stable_id!r} is {profile.kind}, the dataset "
                    f"file says `unit: {layout.unit}`; write {expected}, or name another profile"
                )
            if is_mutations:
                return _mutations(files, profile, layout)
            if profile.kind not in WITH_GENES:
                raise StratifyError(
                    f"{files.where(profile.data_file)}: profile {profile.stable_id!r} is "
                    f"{profile.kind or 'of no kind'}; this reader takes {MUTATIONS}, {', '.join(sorted(WITH_GENES))}"
                )
            return _genes_by_samples(files, profile, layout)


def _clinical_table(files: StudyFiles, name: str, needed: Sequence[str], missing: Sequence[str]) -> pd.DataFrame:
    where = files.where(name)
    with files.open(name) as stream:
        table = TextColumns(stream, where, missing=missing)
        if len(table.comments) < HEADER_COMMENTS:
            raise StratifyError(
                f"{where}: {len(table.comments)} of the {HEADER_COMMENTS} lines that start with '#' above the header "
                "(names, descriptions, types, priorities of the attributes): not a clinical file of cBioPortal, or cut"
            )
        frame = table.text()
    for column in needed:
        if column not in frame:
            hint = "; the tables of a study are tab-separated" if len(table.header) == 1 else ""
            raise StratifyError(f"{where}: no column {column}; the header is {', '.join(table.header[:5])}{hint}")
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1), axis="index")


def _joined(samples: pd.DataFrame, patients: pd.DataFrame, where: str) -> pd.DataFrame:
    key = patients["PATIENT_ID"].str.strip()
    repeated = key[key.duplicated(keep=False)]
    if len(repeated):
        raise StratifyError(
            f"{where}: {counted(repeated.nunique(), 'patient')} in several rows: {listed(repeated.unique())}; which "
            "row holds for their samples cannot be known"
        )
    owner = samples["PATIENT_ID"].str.strip()
    columns = patients.drop(columns="PATIENT_ID")
    columns = columns.set_axis([f"patient.{name}" if name in samples else name for name in columns], axis="columns")
    known = columns.set_axis(pd.Index(key), axis="index").reindex(pd.Index(owner))
    joined = pd.concat([samples, known.set_axis(samples.index, axis="index")], axis="columns")
    return with_findings(joined, _unjoined(owner, key))


def _unjoined(owner: pd.Series, patients: pd.Series) -> Iterator[Finding]:
    orphans = owner[owner.notna() & ~owner.isin(patients)]
    if len(orphans):
        detail = (
            f"{counted(len(orphans), 'sample')} of patients without a row in the patient file: "
            f"{listed(orphans.unique())}; if accepted, what is known of the patient is missing"
        )
        yield Finding("samples_without_patient", "error", len(orphans), detail)
    alone = patients[~patients.isin(owner)]
    if len(alone):
        detail = f"{len(alone)} of {len(patients)} patients have no sample, left out: {listed(alone)}"
        yield Finding("patients_without_sample", "warning", len(alone), detail)


def _genes_by_samples(files: StudyFiles, profile: study.Profile, layout: Modality) -> pd.DataFrame:
    where = files.where(profile.data_file)
    with files.open(profile.data_file) as stream:
        table = TextColumns(stream, where, missing=layout.missing)
        samples = [name for name in table.header if name not in ANNOTATION]
        if not samples:
            raise StratifyError(f"{where}: no column of a sample, only {', '.join(table.header)}")
        frame = table.numbers(str(layout.id), samples)
    nameless = np.asarray(frame.index.isna())
    return with_findings(frame[~nameless], _rows_without_gene(int(nameless.sum()), len(frame), str(layout.id)))


def _rows_without_gene(n: int, total: int, column: str) -> Iterator[Finding]:
    if n:
        yield Finding("rows_without_gene", "warning", n, f"{n:,} of {total:,} rows have no {column}, left out")


def _mutations(files: StudyFiles, profile: study.Profile, layout: Modality) -> pd.DataFrame:
    mutations = layout.mutations or Mutations()
    where = files.where(profile.data_file)
    with files.open(profile.data_file) as stream:
        found = read_mutations(TextColumns(stream, where, missing=layout.missing), layout, mutations)
    panels = study.panels_of_samples(files, profile.stable_id, layout.missing)
    sequenced = study.sequenced_samples(files)
    if sequenced is None and panels is not None:
        sequenced = list(dict.fromkeys(panels.index))
    counts = count_mutations(found, mutations, sequenced, where)
    return counts if panels is None else _outside_panels_missing(counts, panels, files, mutations)


def _outside_panels_missing(
    counts: pd.DataFrame, panels: pd.Series, files: StudyFiles, mutations: Mutations
) -> pd.DataFrame:
    """Set genes that a sample's panel does not hold to missing, in place, where the panel's genes are known."""
    of_sample = panels[~panels.index.duplicated()].reindex(counts.columns)
    names = sorted(of_sample.dropna().unique())
    if len(names) > 1 and mutations.burden is not None:
        raise StratifyError(
            f"{files.where('')}: samples were sequenced with several panels ({', '.join(names[:3])}), so one number of "
            f"megabases or a plain count does not make their burdens comparable; leave `burden` out and map the "
            "study's own clinical column of mutations per megabase"
        )
    genes = study.panel_genes(files)
    for name in names:
        if name in genes:
            outside = ~counts.index.isin(genes[name])
            counts.loc[outside, (of_sample == name).to_numpy()] = np.nan
    unknown = [name for name in names if name not in genes and name.upper() not in study.WHOLE_EXOME]
    return with_findings(counts, _unknown_panels(unknown, of_sample) if len(names) > 1 else ())


def _unknown_panels(unknown: Sequence[str], of_sample: pd.Series) -> Iterator[Finding]:
    if unknown:
        n = int(of_sample.isin(unknown).sum())
        detail = (
            f"{counted(n, 'sample')} of panels whose genes the study does not list (no data_gene_panel file): "
            f"{listed(unknown)}; if accepted, a gene that is not on a sample's panel counts as not mutated"
        )
        yield Finding("panel_without_genes", "error", n, detail)

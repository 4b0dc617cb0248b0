"""What a study of cBioPortal says about itself: meta files, case lists, gene panels.

References
----------
https://docs.cbioportal.org/file-formats/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.study_files import StudyFiles
from stratify.harmonize.readers.text_columns import LFS_POINTER, TextColumns

META_STUDY = "meta_study.txt"
Meta = Mapping[str, str]

WHOLE_EXOME = frozenset({"WES", "WXS", "WGS"})
"""Names of panels that leave no gene out."""


@dataclass(frozen=True)
class Profile:
    """A profile's data file and what its meta file says.

    Parameters
    ----------
    stable_id
        Its name.
    data_file
        Name of the data file in the study.
    kind
        `genetic_alteration_type`, such as `MUTATION_EXTENDED`.
    datatype
        `datatype`, such as `CONTINUOUS`.
    """

    stable_id: str
    data_file: str
    kind: str
    datatype: str


def read_meta(files: StudyFiles, name: str) -> Meta:
    """Read a file of `key: value` lines.

    Parameters
    ----------
    files
        The study.
    name
        Name of the file.

    Returns
    -------
    mapping of str to str

    Raises
    ------
    StratifyError
        The file is missing or has another shape.
    """
    with files.open(name) as stream:
        try:
            lines = [line for line in stream.read().decode("utf-8-sig").splitlines() if line.strip()]
        except UnicodeDecodeError as error:
            raise StratifyError(f"{files.where(name)}: not utf-8 text: {error.reason}") from None
    if lines and lines[0].startswith(LFS_POINTER):
        raise StratifyError(f"{files.where(name)}: this is a pointer of git-lfs, not the file; fetch what it names")
    if not lines or ":" not in lines[0]:
        raise StratifyError(f"{files.where(name)}: expected lines of `key: value`, found {lines[:1] or 'nothing'}")
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}


def metas(files: StudyFiles) -> dict[str, Meta]:
    """Read the meta files of a study's top folder, by name."""
    names = [name for name in files.names if "/" not in name and name.startswith("meta_") and name.endswith(".txt")]
    return {name: read_meta(files, name) for name in names}


def clinical_file(files: StudyFiles, datatype: str) -> str | None:
    """Find a clinical data file by its meta file.

    Parameters
    ----------
    files
        The study.
    datatype
        `PATIENT_ATTRIBUTES` or `SAMPLE_ATTRIBUTES`.

    Returns
    -------
    str or None
        Name of the data file; ``None`` where the study has no such meta file.

    Raises
    ------
    StratifyError
        The meta file names no data file.
    """
    for name, meta in metas(files).items():
        if meta.get("genetic_alteration_type") == "CLINICAL" and meta.get("datatype") == datatype:
            return _data_filename(files, name, meta)
    return None


def find_profile(files: StudyFiles, stable_id: str) -> Profile:
    """Find a profile by its name.

    Parameters
    ----------
    files
        The study.
    stable_id
        As in its meta file; the name of the study before it may be left out.

    Returns
    -------
    Profile

    Raises
    ------
    StratifyError
        No meta file names it.
    """
    study = read_meta(files, META_STUDY).get("cancer_study_identifier", "")
    found = {meta["stable_id"]: (name, meta) for name, meta in metas(files).items() if "stable_id" in meta}
    key = next((key for key in (stable_id, f"{study}_{stable_id}") if key in found), None)
    if key is None:
        raise StratifyError(
            f"{files.where('')}: no meta file has the `stable_id` {stable_id!r}; {nearest(stable_id, found)}"
        )
    name, meta = found[key]
    return Profile(
        key.removeprefix(f"{study}_"),
        _data_filename(files, name, meta),
        meta.get("genetic_alteration_type", ""),
        meta.get("datatype", ""),
    )


def _data_filename(files: StudyFiles, name: str, meta: Meta) -> str:
    if not meta.get("data_filename"):
        raise StratifyError(f"{files.where(name)}: no `data_filename`, so the data cannot be found")
    return meta["data_filename"]


def sequenced_samples(files: StudyFiles) -> list[str] | None:
    """Read who was sequenced from the study's case lists.

    Parameters
    ----------
    files
        The study.

    Returns
    -------
    list of str or None
        ``None`` where no case list is called `<study>_sequenced`.

    Raises
    ------
    StratifyError
        The case list names nobody.
    """
    for name in files.names:
        if PurePosixPath(name).parent.name != "case_lists" or not name.endswith(".txt"):
            continue
        meta = read_meta(files, name)
        if meta.get("stable_id", "").endswith("_sequenced"):
            samples = meta.get("case_list_ids", "").split()
            if not samples:
                raise StratifyError(f"{files.where(name)}: `case_list_ids` names no sample")
            return list(dict.fromkeys(samples))
    return None


def panels_of_samples(files: StudyFiles, profile: str, missing: Sequence[str]) -> pd.Series | None:
    """Read with which gene panel each sample was profiled.

    Parameters
    ----------
    files
        The study.
    profile
        Name of the profile, a column of the gene panel matrix.
    missing
        Texts that mean not profiled.

    Returns
    -------
    pandas.Series or None
        str, name of the panel by sample, of profiled samples only; ``None`` where the study has no such matrix or
        column.
    """
    named = [meta for meta in metas(files).values() if meta.get("genetic_alteration_type") == "GENE_PANEL_MATRIX"]
    if not named or "data_filename" not in named[0]:
        return None
    name = named[0]["data_filename"]
    with files.open(name) as stream:
        table = TextColumns(stream, files.where(name), missing=missing)
        if profile not in table.header:
            return None
        frame = table.text(["SAMPLE_ID", profile]).dropna()
    return frame.set_index("SAMPLE_ID")[profile].str.strip()


def panel_genes(files: StudyFiles) -> dict[str, frozenset[str]]:
    """Read the gene lists of the panels whose files lie in the study (`data_gene_panel_….txt`).

    Parameters
    ----------
    files
        The study.

    Returns
    -------
    dict of str to frozenset of str
        Symbols by name of the panel.
    """
    found = {}
    for name in files.names:
        base = PurePosixPath(name).name
        if base.startswith("data_gene_panel") and base.endswith(".txt") and "matrix" not in base:
            meta = read_meta(files, name)
            if meta.get("stable_id") and meta.get("gene_list"):
                found[meta["stable_id"]] = frozenset(meta["gene_list"].split())
    return found

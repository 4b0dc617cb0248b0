"""Mutation annotation format (MAF): a text table with one row a mutation.

References
----------
https://docs.gdc.cancer.gov/Data/File_Formats/MAF_Format/
"""

from pathlib import Path

import pandas as pd

from stratify.config.dataset import Clinical, Modality
from stratify.config.mutations import Mutations
from stratify.errors import StratifyError
from stratify.harmonize.readers.delimited import separator_of
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.mutation_counts import count_mutations, read_mutations
from stratify.harmonize.readers.profiled import profiled_samples
from stratify.harmonize.readers.text_columns import TextColumns


class MafReader:
    """Reads lists of mutations, also with other column names and separators."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Refuse: a list of mutations is no clinical table."""
        raise StratifyError(
            f"{path}: reader 'maf' reads mutations; it goes under `modalities:`. Name the clinical table's own file "
            "and reader"
        )

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Count the mutations of each gene in each sample.

        Parameters
        ----------
        path
            The file, compressed or not.
        layout
            How it is laid out, and which mutations count (`mutations`); `id` is the column of genes.

        Returns
        -------
        pandas.DataFrame
            float32, genes by samples: the number of counted mutations, 0 where a profiled sample has none. Samples
            that were not profiled are not there.

        Raises
        ------
        StratifyError
            The file is missing, damaged, without rows or without a column; an effect is unknown; nothing counts.
        """
        mutations = layout.mutations or Mutations()
        with open_binary(path) as stream:
            table = TextColumns(
                stream,
                str(path),
                separator=separator_of(path, layout),
                comment=layout.comment or "#",
                encoding=layout.encoding,
                missing=layout.missing,
            )
            found = read_mutations(table, layout, mutations)
        profiled = None
        if mutations.profiled is not None:
            profiled = profiled_samples(path, layout, mutations.profiled)
        return count_mutations(found, mutations, profiled, str(path))

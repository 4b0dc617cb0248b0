"""Expression in one declared unit, under gene symbols; each sample by itself."""

from stratify.harmonize.expression.convert import GeneTables, harmonize_expression
from stratify.harmonize.expression.gene_table import GeneTable, read_gene_lengths, read_gene_table

__all__ = ["GeneTable", "GeneTables", "harmonize_expression", "read_gene_lengths", "read_gene_table"]

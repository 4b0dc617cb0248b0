"""Signature scores of single samples."""

from stratify.assemble.signatures.catalogue import Signature, load_catalogue
from stratify.assemble.signatures.scoring import SCORED_UNITS, required_genes, score_signatures

__all__ = ["SCORED_UNITS", "Signature", "load_catalogue", "required_genes", "score_signatures"]

"""Signature scores of single samples."""

from stratify.assemble.signatures.catalogue import Signature, load_catalogue
from stratify.assemble.signatures.scoring import required_genes, score_signatures

__all__ = ["Signature", "load_catalogue", "required_genes", "score_signatures"]

from dataclasses import replace

from stratify.assemble.signatures import Signature
from stratify.report.signatures import signature_rows


def test_only_signatures_of_the_table_are_cited(results):
    [row] = signature_rows(results)
    assert (row.feature, row.title, row.genes) == ("sig.cyt", "Cytolytic <activity>", "2")
    assert (row.method, row.direction, row.citation) == ("mean", "response", "Somebody 2015 & others")
    assert row.address == "https://pubmed.ncbi.nlm.nih.gov/25594174/"


def test_weights_housekeeping_genes_and_direction_are_said(results):
    signature = Signature(
        title="Made up",
        method="weighted_sum",
        genes=["A", "B"],
        weights=[1, -1],
        reference_genes=["C"],
        higher_means_response=False,
        citation="Nobody",
    )
    [row] = signature_rows(replace(results, signatures={"cyt": signature}))
    assert row.method == "weighted sum"
    assert row.reference == "on a log scale, less the mean of 1 housekeeping gene"
    assert row.direction == "no response"
    assert (row.pmid, row.address) == ("", "")


def test_a_feature_the_catalogue_does_not_know_says_so(results):
    [row] = signature_rows(replace(results, signatures={}))
    assert row.title == "not in the catalogue of signatures"
    assert row.citation == "–"

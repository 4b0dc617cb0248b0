"""From identifiers to symbols: every rule, by hand."""

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.expression.symbols import to_symbols


def found(result):
    return {finding.finding: finding.n for finding in result.findings}


def test_identifiers_of_one_gene_are_added_on_the_linear_scale(harmonized, from_entrez):
    values = [[1, 6], [2, 2], [4, 0], [3, 2]]
    result = harmonized(values, ["1", "2", "11", "30"], unit="counts", genes=from_entrez)
    table = result.table.set_index("feature")
    assert table.index.tolist() == ["gene.A", "gene.B"]
    assert table.loc["gene.A"].tolist() == [1 + 4, 6 + 0]
    assert found(result) == {"ambiguous_genes": 1, "merged_genes": 1, "constant_features": 1}
    assert "30 (B, C)" in next(f.detail for f in result.findings if f.finding == "ambiguous_genes")


def test_logarithms_are_undone_before_rows_are_added(harmonized, from_entrez):
    result = harmonized(
        np.log2([[3, 7], [4, 9]]),
        ["1", "11"],
        unit="log2_tpm",
        offset=0,
        to="log2_tpm",
        genes=from_entrez,
    )
    np.testing.assert_allclose(result.table.iloc[:, 1:], np.log2([[3 + 4 + 1, 7 + 9 + 1]]), rtol=1e-6)


def test_rows_are_added_after_a_missing_one_not_at_all(harmonized, from_entrez):
    result = harmonized([[1, 6], [np.nan, 5]], ["1", "11"], unit="tpm", genes=from_entrez)
    np.testing.assert_array_equal(result.table.iloc[0, 1:].astype(float), [np.nan, 11])


def test_where_values_cannot_be_added_all_rows_of_a_gene_are_left_out(harmonized, from_entrez):
    result = harmonized([[1, 2], [3, 4], [5, 6]], ["1", "2", "11"], unit="zscore", genes=from_entrez)
    assert result.table["feature"].tolist() == ["gene.B"]
    assert found(result) == {"merged_genes": 1}


def test_ensembl_versions_are_ignored(harmonized):
    names = ["ENSG01.12", "ENSG02", "ENSG03.1_PAR_Y"]
    result = harmonized(
        [[1, 2], [3, 4], [5, 6]], names, unit="counts", genes={"source": "m", "file": "m", "from": "ensembl"}
    )
    table = result.table.set_index("feature")
    assert table.to_numpy().tolist() == [[6, 8], [3, 4]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["A", "B"], ["A", "B"]),
        (["OLDA", "B"], ["A", "B"]),  # a previous symbol comes before an alias
        (["OLDA", "A"], ["OLDA", "A"]),  # the gene has its own row
        (["P", "A"], ["P", "A"]),  # two genes
        (["TWO1", "TWO2"], ["D", "D"]),
        (["XYZ", "B"], ["XYZ", "B"]),
        (["C10ORF54", "A"], ["C10orf54", "A"]),
        (["C10ORF54", "C10orf54"], ["C10ORF54", "C10orf54"]),
    ],
)
def test_symbols_become_current(genes, names, expected):
    assert to_symbols(names, genes, "symbol", "toy").symbols == expected


def test_what_the_table_does_not_know_is_counted(harmonized, from_entrez):
    result = harmonized([[1, 2], [3, 4], [5, 6]], ["1", "2", "99"], unit="counts", genes=from_entrez)
    finding = result.findings[0]
    assert (finding.finding, finding.severity, finding.n) == ("unknown_genes", "warning", 1)
    assert "1 of 3 identifiers (33.3%) are not in the gene table as 'entrez', left out: 99" in finding.detail


def test_a_table_that_knows_less_than_half_stops_the_run(harmonized, from_entrez):
    result = harmonized([[1, 2], [3, 4], [5, 6]], ["1", "98", "99"], unit="counts", genes=from_entrez)
    assert (result.findings[0].finding, result.findings[0].severity) == ("unknown_genes", "error")


@pytest.mark.parametrize(
    ("kind", "names", "message"),
    [
        ("ensembl", ["1", "2"], "none of the 2 identifiers is in the gene table as 'ensembl': 1, 2; they look like"),
        ("entrez", ["ENSG00000000001.2"], "as 'entrez': ENSG00000000001.2; they look like 'ensembl'"),
        ("entrez", ["CD8A", "GZMA"], "they look like 'symbol'"),
        ("entrez", ["98", "99"], "check `genes:` and the column `id:`"),
    ],
)
def test_identifiers_of_another_kind_are_one_message(genes, kind, names, message):
    with pytest.raises(StratifyError) as error:
        to_symbols(names, genes, kind, "toy: m.csv")
    assert message in str(error.value)

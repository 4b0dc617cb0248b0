"""Gene tables and gene lengths that do not fit the file of expression."""

import gzip

import pytest
from corpus import CLINICAL_CSV, FINDINGS, Case, cohort

HGNC = (
    "hgnc_id\tsymbol\tname\tstatus\talias_symbol\tprev_symbol\tentrez_id\tensembl_gene_id\n"
    "HGNC:10618\tCXCL9\tn\tApproved\tCMK|Humig\tMIG\t4283\tENSG00000138755\n"
    "HGNC:132\tACTB\tn\tApproved\t\t\t60\tENSG00000075624\n"
)
COUNTS = "gene\t01\t02\t03\nENSG00000138755.5\t10\t20\t30\nENSG00000075624.9\t700\t600\t500\n"
LENGTHS = "gene_id\tlength\nENSG00000138755\t2500\nENSG00000075624\t1900\n"


def make(counts=COUNTS, hgnc=HGNC, lengths=LENGTHS, table="hgnc.txt", kind="ensembl", **columns):
    layout = {
        "unit": "counts",
        "to": "log2_tpm",
        "genes": {"source": "box", "file": table, "from": kind},
        "lengths": {"source": "box", "file": "lengths.tsv", "id": "gene_id", "length": "length", **columns},
    }
    return cohort({"m.tsv": counts, table: hgnc, "lengths.tsv": lengths}, expression=layout)


CASES = [
    Case("another table as gene table", make(hgnc=CLINICAL_CSV), r"hgnc\.txt: not a gene table: its columns are "),
    Case(
        "gene table of another format",
        make(hgnc=HGNC.replace("ensembl_gene_id", "ensembl")),
        r"hgnc\.txt: not a gene table: .*formats known.*HGNC complete set \(symbol, ensembl_gene_id",
    ),
    Case("gene table without data", make(hgnc=HGNC.splitlines()[0] + "\n"), r"hgnc\.txt: the table is empty: 1 row"),
    Case("gene table with a short row", make(hgnc=HGNC.replace("\t60", "")), r"hgnc\.txt: ragged table: .*row 2 has 7"),
    Case(
        "truncated gene table",
        make(hgnc=gzip.compress(HGNC.encode())[:60], table="hgnc.txt.gz"),
        r"hgnc\.txt\.gz: not readable: ",
    ),
    Case(
        "no approved gene",
        make(hgnc=HGNC.replace("Approved", "Entry Withdrawn")),
        r"hgnc\.txt: no row has the status 'Approved' in column 'status'",
    ),
    Case(
        "gene without symbol", make(hgnc=HGNC.replace("\tACTB", "\t")), r"hgnc\.txt: 1 row of 2 without a gene symbol"
    ),
    Case(
        "identifiers of another kind",
        make(kind="entrez"),
        r"m\.tsv: none of the 2 identifiers is in the gene table as 'entrez': .*they look like 'ensembl'",
    ),
    Case(
        "genes of another species",
        make(counts=COUNTS.replace("ENSG", "ENSMUSG"), lengths=LENGTHS.replace("ENSG", "ENSMUSG")),
        r"m\.tsv: none of the 2 identifiers is in the gene table as 'ensembl': ENSMUSG",
    ),
    Case(
        "most genes unknown",
        make(
            counts=COUNTS + "".join(f"ENSG9990000000{n}\t1\t2\t3\n" for n in range(5)),
            lengths=LENGTHS + "".join(f"ENSG9990000000{n}\t900\n" for n in range(5)),
        ),
        r"unknown_genes \[expression\]: 5 of 7 identifiers \(71\.4%\) are not in the gene table",
        FINDINGS,
    ),
    Case(
        "no such column of lengths", make(length="lenght"), r"lengths\.tsv: no column 'lenght'; did you mean 'length'"
    ),
    Case(
        "length of zero",
        make(lengths=LENGTHS.replace("1900", "0")),
        r"'length': 1 length not above zero: ENSG00000075624",
    ),
    Case(
        "length that is text", make(lengths=LENGTHS.replace("1900", "1.9kb")), r"'length': expected numbers.*'1\.9kb'"
    ),
    Case(
        "two lengths of one gene",
        make(lengths=LENGTHS + "ENSG00000075624.1\t1800\n"),
        r"'length': 1 gene with more than one length: ENSG00000075624",
    ),
    Case("lengths without data", make(lengths="gene_id\tlength\n"), r"lengths\.tsv: the table is empty: 1 row"),
    Case(
        "lengths by symbol",
        make(lengths="gene_id\tlength\nCXCL9\t2500\nACTB\t1900\n"),
        r"m\.tsv: none of the 2 genes has a length: genes ENSG00000138755\.5, .*lengths of CXCL9, ACTB",
    ),
]


def test_undamaged(succeeds):
    assert succeeds(make())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)

"""R data files, written byte by byte, against what R would show of them."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.readers import reader_for

READER = reader_for("summarized_experiment")
ROWS = [[1.5, 2.0, None], [0.0, -9.966, 3.0]]
VALUES = np.float32([[1.5, 2.0, np.nan], [0.0, -9.966, 3.0]])
GENES, SAMPLES = ["CD274", "CXCL9"], ["P1", "P2", "P3"]


@pytest.fixture
def layouts(clinical, modality):
    def make(kind, **keys):
        keys = {"reader": "summarized_experiment", "id": None, **keys}
        return clinical(**keys) if kind == "clinical" else modality(**keys)

    return make


@pytest.fixture
def objects(r):
    """Make one object of each kind, with the same content."""
    samples = {
        "recist": ["CR", "PD", None],
        "age": [61, None, 47],
        "os": [12.5, 3.0, None],
        "on_trial": [True, None, False],
        "note": ["NA", "", "é"],
    }
    col_data = r.dframe(SAMPLES, **samples)
    dense, named = r.matrix(ROWS), r.matrix(ROWS, [GENES, SAMPLES])
    row_data = r.dframe(n=2, symbol=["PDL1", "MIG"])
    experiment = r.experiment({"expr": dense}, col_data, GENES, row_data)
    ranges = r.s4("GRanges", ranges=r.s4("IRanges", NAMES=GENES), elementMetadata=row_data)
    ranged = r.s4(
        "RangedSummarizedExperiment",
        colData=col_data,
        rowRanges=ranges,
        NAMES=None,
        assays=r.s4("SimpleAssays", data=r.s4("SimpleList", listData=r.r_list(expr=dense))),
    )
    environment = r.R({"data": r.s4("SimpleList", listData=r.r_list(expr=dense))}, kind="environment")
    old = r.s4(
        "SummarizedExperiment",
        colData=col_data,
        NAMES=GENES,
        elementMetadata=row_data,
        assays=r.s4("ShallowSimpleListAssays", **{".xData": environment}),
    )
    as_frame = r.data_frame(GENES, **{s: [row[at] for row in ROWS] for at, s in enumerate(SAMPLES)})
    sparse = r.s4("dgCMatrix", i=[0, 0, 1, 0, 1], p=[0, 1, 3, 5], Dim=[2, 3], x=[1.5, 2.0, -9.966, None, 3.0])
    sparse.attributes["Dimnames"] = r.R([GENES, SAMPLES])
    annotated = r.s4("AnnotatedDataFrame", data=r.data_frame(SAMPLES, **samples))
    features = r.s4("AnnotatedDataFrame", data=r.data_frame(GENES, symbol=["PDL1", "MIG"]))
    expression_set = r.s4(
        "ExpressionSet",
        assayData=r.R({"exprs": named, "se.exprs": named}, kind="environment"),
        phenoData=annotated,
        featureData=features,
    )
    return {
        "experiment": experiment,
        "ranged": ranged,
        "old": old,
        "assay as data frame": r.experiment({"expr": as_frame}, col_data, GENES, row_data),
        "sparse assay": r.experiment({"expr": sparse}, col_data, GENES, row_data),
        "expression set": expression_set,
    }


KINDS = ["experiment", "ranged", "old", "assay as data frame", "sparse assay", "expression set"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_gives_the_same_tables(tmp_path, r, layouts, objects, kind):
    path = r.write_rda(tmp_path / "c.rda", dat=objects[kind])
    table = READER.read_clinical(path, layouts("clinical"))
    assert table.index.tolist() == SAMPLES
    assert table.astype(object).where(table.notna(), None).to_dict("list") == {
        "recist": ["CR", "PD", None],
        "age": ["61", None, "47"],
        "os": ["12.5", "3", None],
        "on_trial": ["true", None, "false"],
        "note": [None, None, "é"],
    }
    found = READER.read_modality(path, layouts("modality"))
    assert (found.index.tolist(), found.columns.tolist()) == (GENES, SAMPLES)
    np.testing.assert_array_equal(found.to_numpy(), VALUES)
    assert set(found.dtypes) == {np.dtype("float32")}
    by_symbol = READER.read_modality(path, layouts("modality", id="symbol"))
    assert by_symbol.index.tolist() == ["PDL1", "MIG"]


@pytest.mark.parametrize("pack", ["plain", "gzip", "bzip2", "xz"])
def test_every_compression_whatever_the_ending(tmp_path, r, layouts, objects, pack):
    for path in (
        r.write_rda(tmp_path / "c.RData", pack, dat=objects["experiment"]),
        r.write_rds(tmp_path / "c.rds", objects["experiment"], pack),
    ):
        assert READER.read_modality(path, layouts("modality")).shape == (2, 3)


def test_columns_of_every_kind_as_text(tmp_path, r, layouts):
    frame = r.data_frame(
        arm=r.factor([2, 1, None], ["a", "b"]),
        grade=r.factor([1, 1, 2], ["low", "high"], "ordered"),
        start=r.R([18262.0, -1.0, None], {"class": ["Date"]}),
        seen=r.R([0.0, 86400.5, None], {"class": ["POSIXct", "POSIXt"]}),
        site__of=["x", None, "z"],
        empty=[None, None, None],
        drugs=r.R([["a", "b"], ["c"], None]),
    )
    table = READER.read_clinical(r.write_rda(tmp_path / "c.rda", d=frame), layouts("clinical", id="arm"))
    assert table.astype(object).where(table.notna(), None).to_dict("list") == {
        "arm": ["b", "a", None],
        "grade": ["low", "low", "high"],
        "start": ["2020-01-01", "1969-12-31", None],
        "seen": ["1970-01-01T00:00:00+00:00", "1970-01-02T00:00:00.500000+00:00", None],
        "site.of": ["x", None, "z"],
        "empty": [None, None, None],
        "drugs": ["a; b", "c", None],
    }
    assert table.index.tolist() == [1, 2, 3]


def test_data_frames_and_matrices_of_measurements(tmp_path, r, layouts):
    wide = r.data_frame(id=["a", "b"], gep_X=[1.0, 2.0], gep_Y=[3, None], text=["u", "v"])
    path = r.write_rda(tmp_path / "c.rda", wide=wide, m=r.matrix(ROWS, [GENES, SAMPLES]), held=r.r_list(inner=wide))
    layout = layouts("modality", object="wide", id="id", columns="gep_", orientation="samples_by_features")
    found = READER.read_modality(path, layout)
    assert (found.index.tolist(), found.columns.tolist()) == (["a", "b"], ["gep_X", "gep_Y"])
    np.testing.assert_array_equal(found.to_numpy(), np.float32([[1, 3], [2, np.nan]]))
    assert READER.read_modality(path, layouts("modality", object="m", columns="P[12]")).columns.tolist() == ["P1", "P2"]
    assert READER.read_clinical(path, layouts("clinical", object="held$inner", id="id")).shape == (2, 4)


@pytest.fixture
def multi(r, objects):
    links = r.dframe(assay=["rna", "rna", "rna", "cna"], primary=["A", "B", "B", "A"], colname=[*SAMPLES, "c1"])
    held = r.r_list(rna=objects["experiment"], cna=r.matrix([[1.0], [2.0]], [GENES, ["c1"]]))
    patients = r.dframe(["A", "B"], sex=["F", "M"])
    return r.s4(
        "MultiAssayExperiment",
        ExperimentList=r.s4("ExperimentList", listData=held),
        colData=patients,
        sampleMap=links,
    )


def test_a_multi_assay_experiment_by_patient_and_by_sample(tmp_path, r, layouts, multi):
    path = r.write_rds(tmp_path / "m.rds", multi)
    assert READER.read_clinical(path, layouts("clinical")).to_dict("index") == {"A": {"sex": "F"}, "B": {"sex": "M"}}
    samples = READER.read_clinical(path, layouts("clinical", experiment="rna"))
    assert samples[["primary", "sex", "recist"]].iloc[:2].to_numpy().tolist() == [["A", "F", "CR"], ["B", "M", "PD"]]
    assert samples.index.tolist() == SAMPLES
    assert READER.read_modality(path, layouts("modality", experiment="rna")).shape == (2, 3)
    assert READER.read_modality(path, layouts("modality", experiment="cna")).to_numpy().tolist() == [[1], [2]]
    with pytest.raises(StratifyError, match="choose with `experiment:` among: rna, cna"):
        READER.read_modality(path, layouts("modality"))
    with pytest.raises(StratifyError, match=r"no experiment 'rnaa'; did you mean 'rna'\?"):
        READER.read_modality(path, layouts("modality", experiment="rnaa"))


def test_a_file_that_holds_code_is_read_without_running_it(tmp_path, r, layouts, objects):
    symbol = r._symbol("stop")
    call = r._flags(6) + symbol + r.NULL
    closure = r._flags(3, tag=True) + r._flags(253) + r.NULL + call
    data = b"RDX3\n" + r._head() + r._flags(2, tag=True) + r._symbol("f") + closure
    (tmp_path / "c.rda").write_bytes(data + r.pairs({"dat": objects["experiment"]}))
    assert READER.read_modality(tmp_path / "c.rda", layouts("modality")).shape == (2, 3)
    with pytest.raises(StratifyError, match="f: a function has no table of samples"):
        READER.read_clinical(tmp_path / "c.rda", layouts("clinical", object="f"))


def _twice(r, objects):
    return {"d": r.experiment({"expr": r.matrix(ROWS)}, r.dframe(["P1", "P1", "P2"], x=[1, 2, 3]), GENES)}


def _other_names(r, objects):
    return {
        "d": r.experiment({"e": r.matrix(ROWS, [GENES, ["P1", "P3", "P2"]])}, r.dframe(SAMPLES, x=[1, 2, 3]), GENES)
    }


def _delayed(r, objects):
    return {"d": r.experiment({"e": r.s4("HDF5Matrix", seed=["x.h5"])}, r.dframe(SAMPLES, x=[1, 2, 3]), GENES)}


def _assays(r, objects):
    both = {"counts": r.matrix(ROWS), "tpm": r.matrix(ROWS)}
    return {"d": r.experiment(both, r.dframe(SAMPLES, x=[1, 2, 3]), GENES)}


BROKEN = {
    "no such object": (lambda r, o: {"dat": o["experiment"]}, {"object": "dta"}, r"no object 'dta'.*dat \(Summarized"),
    "another class": (lambda r, o: {"fit": r.R([1.0], {"class": ["lm"]})}, {}, r"nothing to read.*fit \(lm\)"),
    "no object": (lambda r, o: {}, {}, "nothing to read: the file holds no object"),
    "several": (lambda r, o: {"a": o["experiment"], "b": o["ranged"]}, {}, "several tables: a .*b .*`object:`"),
    "duplicate samples": (_twice, {}, "duplicate (row|sample) names: P1"),
    "assay contradicts": (_other_names, {}, "names other samples than the container around it: 'P3' against 'P2'"),
    "values elsewhere": (_delayed, {}, r"found a HDF5Matrix, whose values are kept in another file"),
    "assay not chosen": (_assays, {}, "choose with `assay:` among: counts, tpm"),
    "no such assay": (_assays, {"assay": "tpn"}, r"no assay 'tpn'; did you mean 'tpm'\?"),
    "no experiments": (_assays, {"experiment": "x"}, "has no experiments; leave `experiment` out"),
    "text": (
        lambda r, o: {"d": r.data_frame(GENES, a=["x", "y"])},
        {},
        "column 'a': expected numbers, found character",
    ),
    "factor": (lambda r, o: {"d": r.data_frame(GENES, a=r.factor([1, 2], ["u", "v"]))}, {}, "found factor values.*'u'"),
    "nameless": (lambda r, o: {"m": r.matrix(ROWS)}, {}, "the rows have no names"),
    "no rowData column": (
        lambda r, o: {"d": o["ranged"]},
        {"id": "symbl"},
        r"no column 'symbl'; did you mean 'symbol'",
    ),
    "turned": (lambda r, o: {"d": o["old"]}, {"orientation": "samples_by_features"}, "has features in rows"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_not_the_declared_object_is_one_message(tmp_path, r, layouts, objects, case):
    make, keys, message = BROKEN[case]
    path = r.write_rda(tmp_path / "broken.rda", **make(r, objects))
    with pytest.raises(StratifyError, match=message) as raised:
        READER.read_modality(path, layouts("modality", **keys))
    assert "broken.rda" in str(raised.value)


DAMAGED = {
    "cut gzip": (lambda data: gzip.compress(data)[:-40], "cut short or damaged"),
    "cut after decompression": (lambda data: data[: len(data) // 2], "not readable as R data, perhaps cut short"),
    "a text table": (lambda data: b"id,age\n1,2\n", "not an R data file.*write `reader: table`"),
    "zstandard": (lambda data: b"\x28\xb5\x2f\xfd" + data, "compressed by zstandard"),
    "empty": (lambda data: b"", "the file is empty"),
    "unknown version": (lambda data: data.replace(b"X\n\x00\x00\x00\x03", b"X\n\x00\x00\x00\x09"), "not readable as R"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_is_one_message(tmp_path, r, layouts, objects, case):
    damage, message = DAMAGED[case]
    path = r.write_rda(tmp_path / "d.rda", "plain", dat=objects["experiment"])
    path.write_bytes(damage(path.read_bytes()))
    for read, kind in ((READER.read_modality, "modality"), (READER.read_clinical, "clinical")):
        with pytest.raises(StratifyError, match=message):
            read(path, layouts(kind))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"sheet": "a"}, "reader 'summarized_experiment' does not take 'sheet'; it takes assay, experiment, object"),
        ({"reader": "table", "object": "a"}, "reader 'table' does not take 'object'"),
        ({"reader": "geo_series_matrix", "assay": "a"}, "does not take 'assay'"),
    ],
)
def test_options_of_another_reader_are_refused(layouts, keys, message):
    with pytest.raises(StratifyError, match=message):
        layouts("clinical", **keys)


@pytest.mark.cohorts
@pytest.mark.parametrize(
    ("folder", "file", "n", "genes"),
    [
        ("vanallen_2015", "ICB_Van_Allen__Melanoma__CTLA4.rda", 42, 20242),
        ("hugo_2016", "ICB_Hugo.rda", 27, 19961),
        ("imvigor210", "imvigor210_eset.rda", 348, 872),
    ],
)
def test_real_files(mirror, layouts, folder, file, n, genes):
    path = Path(mirror) / folder / file
    found = READER.read_modality(path, layouts("modality"))
    assert found.shape == (genes, n)
    assert found.columns.is_unique
    if file.startswith("ICB"):
        assert READER.read_clinical(path, layouts("clinical")).index.tolist() == found.columns.tolist()


@pytest.mark.cohorts
def test_the_real_expression_set_and_data_frame(mirror, layouts):
    panel = READER.read_clinical(Path(mirror) / "imvigor210" / "fmone.RData", layouts("clinical"))
    assert len(panel) == 293
    assert "ANONPT_ID" in panel
    layout = layouts("clinical", id="sample_id_gep", object="clin_bmk_IMvigor210")
    table = READER.read_clinical(Path(mirror) / "imvigor210" / "clin_bmk_IMvigor210.rda", layout)
    assert table["binaryResponse"].value_counts().to_dict() == {"SD/PD": 230, "CR/PR": 68}

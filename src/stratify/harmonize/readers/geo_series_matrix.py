"""Series matrix files of the Gene Expression Omnibus: what is known of the samples, and their measurements."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from stratify.config.dataset import Clinical, Modality, TableFile
from stratify.errors import StratifyError
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.grid import picked_columns
from stratify.harmonize.readers.r_vectors import unique_names
from stratify.wording import counted

BEGIN, END = "!series_matrix_table_begin", "!series_matrix_table_end"
ACCESSION = "geo_accession"
CHARACTERISTICS = "characteristics"
NULLS = ["", "null", "NULL"]


class GeoSeriesMatrixReader:
    """Reads series matrix files, compressed or not."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Read the `!Sample_` lines, one row a sample.

        Parameters
        ----------
        path
            The raw file.
        layout
            Its encoding and texts that mean missing.

        Returns
        -------
        pandas.DataFrame
            Columns of str, missing as null: the fields without `Sample_` (`title`, `source_name_ch1`), lines that
            repeat joined by `; `; and the characteristics by their own keys (`age: 61` is 61 in column `age`),
            whichever line a sample has them on. A characteristic without a key stays in `characteristics_ch1`.
            Sample accessions in the index.

        Raises
        ------
        StratifyError
            It is no series matrix, a line has not one value a sample, or a sample has two values of one key.
        """
        with open_binary(path) as stream:
            lines = list(_sample_lines(_text(stream, path, layout), path))
        accessions = _accessions(lines, path)
        columns: dict[str, list[str | None]] = {}
        for number, field, values in lines:
            if len(values) != len(accessions):
                raise StratifyError(
                    f"{path}: line {number}: !Sample_{field} has {counted(len(values), 'value')} for "
                    f"{counted(len(accessions), 'sample')}"
                )
            for at, value in enumerate(values):
                _put(columns, field, value, (at, accessions), f"{path}: line {number}")
        table = pd.DataFrame(columns, index=accessions, dtype="str")
        return table.mask(table.isin([*layout.missing, ""]))

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read the table of measurements.

        Parameters
        ----------
        path
            The raw file.
        layout
            Its encoding; `columns` picks samples by accession.

        Returns
        -------
        pandas.DataFrame
            float32, features (`ID_REF`) x samples.

        Raises
        ------
        StratifyError
            There is no table, it is cut short or ragged or empty (as for sequencing series, whose values are in
            supplementary files), or a value is no number.
        """
        if layout.orientation != "features_by_samples":
            raise StratifyError(f"{path}: a series matrix has features in rows: `orientation: features_by_samples`")
        if layout.id is not None:
            raise StratifyError(f"{path}: the rows of a series matrix are named by its first column; leave `id` out")
        with open_binary(path) as stream:
            number, header = _skip_to_table(stream, path, layout)
            body = stream.read()
        end = body.rfind(END.encode())
        if end < 0:
            raise StratifyError(f"{path}: no {END} line: the file is cut short; fetch it again")
        body = body[:end]
        if not body.strip():
            raise StratifyError(
                f"{path}: the table has a header but no data, as in series of sequencing data; their values are in "
                "supplementary files: read those by `reader: counts_table`"
            )
        samples = unique_names([*header[1:]], "sample", str(path))
        picked = picked_columns(list(samples), None, layout.columns, str(path))
        return _numbers(body, list(samples), picked, (path, number, layout))


def _text(stream: IO[bytes], path: Path, layout: TableFile) -> Iterator[str]:
    try:
        yield from io.TextIOWrapper(stream, encoding=layout.encoding, newline="")
    except (UnicodeDecodeError, LookupError) as error:
        raise StratifyError(
            f"{path}: not {layout.encoding} text: {error}; declare its `encoding:`, for example latin-1"
        ) from None


def _fields(line: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter="\t", strict=True), [])
    except csv.Error as error:
        raise StratifyError(f"{where}: quotes do not match: {error}") from None


def _sample_lines(lines: Iterator[str], path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Yield number, field and values of each `!Sample_` line."""
    for number, line in enumerate(lines, start=1):
        if line.startswith(BEGIN):
            return
        if line.startswith("!Sample_"):
            name, *values = _fields(line, f"{path}: line {number}")
            yield number, name.removeprefix("!Sample_"), [value.strip() for value in values]


def _accessions(lines: list[tuple[int, str, list[str]]], path: Path) -> pd.Index:
    found = next((values for _, field, values in lines if field == ACCESSION), None)
    if not found:
        raise StratifyError(f"{path}: not a series matrix: there is no !Sample_{ACCESSION} line")
    return unique_names([*found], "sample", str(path))


def _put(columns: dict[str, list[str | None]], field: str, value: str, place: tuple[int, pd.Index], where: str) -> None:
    """Put one value into its column; characteristics go by the key they carry."""
    at, accessions = place
    if not value:
        return
    key, sign, rest = value.partition(":") if field.startswith(CHARACTERISTICS) else ("", "", "")
    name, text = (key.strip(), rest.strip()) if sign and key.strip() else (field, value)
    column = columns.setdefault(name, [None] * len(accessions))
    held = column[at]
    if held is None or held == text:
        column[at] = text
    elif name == field:
        column[at] = f"{held}; {text}"
    else:
        raise StratifyError(f"{where}: sample {accessions[at]} has two values of {name!r}: {held!r} and {text!r}")


def _skip_to_table(stream: IO[bytes], path: Path, layout: TableFile) -> tuple[int, list[str]]:
    """Leave the stream below the header of the table; return the header's line number and fields."""
    for number, line in enumerate(stream, start=1):
        if line.startswith(BEGIN.encode()):
            header = _fields(stream.readline().decode(layout.encoding, errors="replace"), f"{path}: line {number + 1}")
            if not header or header[0] != "ID_REF" or len(header) < 2:
                raise StratifyError(
                    f"{path}: line {number + 1}: expected the header ID_REF and samples, found {header[:3]}"
                )
            return number + 1, header
    raise StratifyError(f"{path}: not a series matrix: there is no {BEGIN} line")


def _numbers(body: bytes, samples: list[str], picked: list[int], place: tuple[Path, int, TableFile]) -> pd.DataFrame:
    names = [str(at) for at in range(len(samples) + 1)]
    wanted = [names[at + 1] for at in picked]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(body),
            read_options=pyarrow.csv.ReadOptions(column_names=names),
            parse_options=pyarrow.csv.ParseOptions(delimiter="\t"),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={names[0]: pa.string()} | dict.fromkeys(wanted, pa.float32()),
                include_columns=[names[0], *wanted],
                null_values=[*NULLS, *place[2].missing],
            ),
        )
    except pa.ArrowInvalid as error:
        raise StratifyError(_diagnosed(body, samples, place) or f"{place[0]}: the table: {error}") from None
    frame = table.select(wanted).to_pandas().astype("float32")
    index = pd.Index(table.column(names[0]).to_pylist(), dtype="str")
    return frame.set_axis(index, axis="index").set_axis(pd.Index([samples[at] for at in picked], dtype="str"), axis=1)


def _diagnosed(body: bytes, samples: list[str], place: tuple[Path, int, TableFile]) -> str | None:
    """Say which line of the table cannot be read, and why."""
    path, number, layout = place
    width = len(samples) + 1
    for at, line in enumerate(body.decode(layout.encoding, errors="replace").splitlines(), start=number + 1):
        fields = _fields(line, f"{path}: line {at}")
        if fields and len(fields) != width:
            return f"{path}: line {at}: ragged table: {len(fields)} fields, the header has {width}"
        for name, text in zip(samples, fields[1:], strict=False):
            if text not in NULLS and text not in layout.missing and not _is_number(text):
                return (
                    f"{path}: line {at}: expected numbers, found {text!r} ({fields[0]} in {name}); if it means "
                    "missing, list it under `missing:`"
                )
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

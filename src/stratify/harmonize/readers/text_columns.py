"""Take some columns out of a text table of any length: text as it stands, or numbers straight to float32.

Line ends of any kind, comments above the header, and quotes as plain characters in a tab-separated file. What a column
does not need is never held in memory.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from stratify.errors import StratifyError
from stratify.harmonize.readers.grid import check_name

HEAD_BYTES = 1 << 20
"""Comments and header are looked for in the first mebibyte, and further where it ends inside them."""

LFS_POINTER = "version https://git-lfs"
_RAGGED = re.compile(r"CSV parse error: (?:Row #\d+: )?Expected (\d+) columns, got (\d+)")
_CONVERSION = re.compile(r"In CSV column #(\d+): (?:Row #(\d+): )?CSV conversion error to \w+: invalid value '(.*)'")


class TextColumns:
    """A text table that is open for reading, its header known.

    Parameters
    ----------
    stream
        Seekable, at its start.
    where
        The file, for messages.
    separator
        Column separator.
    comment
        Lines above the header that start with it are kept in `comments`.
    encoding
        Text encoding.
    missing
        Texts that mean missing, besides empty cells.
    """

    def __init__(
        self,
        stream: IO[bytes],
        where: str,
        *,
        separator: str = "\t",
        comment: str = "#",
        encoding: str = "utf-8-sig",
        missing: Sequence[str] = ("NA", "NaN", "nan"),
    ) -> None:
        self.stream, self.where, self.separator, self.missing = stream, where, separator, ["", *missing]
        self.encoding = "utf-8" if encoding.lower().replace("_", "-") == "utf-8-sig" else encoding
        self.comments, header = _head(stream, comment, self.encoding, where)
        if header.startswith(LFS_POINTER):
            raise StratifyError(f"{where}: this is a pointer of git-lfs, not the file; fetch the file that it names")
        self.header = [name.strip() for name in next(csv.reader([header], delimiter=separator, quoting=self._quoting))]

    @property
    def _quoting(self) -> Any:
        return csv.QUOTE_NONE if self.separator == "\t" else csv.QUOTE_MINIMAL

    def text(self, names: Sequence[str] | None = None) -> pd.DataFrame:
        """Read columns as text.

        Parameters
        ----------
        names
            Columns; all where ``None``.

        Returns
        -------
        pandas.DataFrame
            str, missing as null, numbered rows.

        Raises
        ------
        StratifyError
            A column is missing or twice there, the table is ragged, broken or without rows.
        """
        names = list(self.header if names is None else dict.fromkeys(names))
        for name in names:
            check_name(self.header, name, self.where)
        table = self._parse({self.header.index(name): pa.string() for name in names})
        columns = {name: table.column(at).to_pandas().astype("str") for at, name in enumerate(names)}
        return pd.DataFrame(columns, columns=pd.Index(names, dtype="str"))

    def numbers(self, label: str, names: Sequence[str]) -> pd.DataFrame:
        """Read columns as numbers.

        Parameters
        ----------
        label
            Column of row labels; missing labels are null.
        names
            Columns of numbers.

        Returns
        -------
        pandas.DataFrame
            float32, labelled by str.

        Raises
        ------
        StratifyError
            As `text`, or something is not a number.
        """
        for name in [label, *names]:
            check_name(self.header, name, self.where)
        types = {self.header.index(name): pa.float32() for name in names}
        table = self._parse({self.header.index(label): pa.string(), **types})
        values = np.empty((table.num_rows, len(names)), dtype=np.float32, order="F")
        for at in range(len(names)):
            values[:, at] = table.column(at + 1).to_numpy()
        index = pd.Index(table.column(0).to_pandas().astype("str"), name=None)
        return pd.DataFrame(values, index=index, columns=pd.Index(list(names), dtype="str"), copy=False)

    def _parse(self, types: Mapping[int, pa.DataType]) -> pa.Table:
        self.stream.seek(0)
        try:
            table = pyarrow.csv.read_csv(
                self.stream,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=[str(at) for at in range(len(self.header))],
                    skip_rows=len(self.comments) + 1,
                    encoding=self.encoding,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.separator, quote_char=False if self.separator == "\t" else '"'
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types={str(at): kind for at, kind in types.items()},
                    include_columns=[str(at) for at in types],
                    null_values=self.missing,
                    strings_can_be_null=True,
                ),
            )
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise StratifyError(f"{self.where}: {self._said(error)}") from None
        if table.num_rows == 0:
            raise StratifyError(f"{self.where}: the table has a header and no rows")
        return table

    def _said(self, error: Exception) -> str:
        """Turn the parser's words into ours: the line, and names for numbers of columns."""
        first = str(error).splitlines()[0]
        if found := _RAGGED.search(first):
            width, fields = map(int, found.groups())
            line = self._line(lambda row: len(row) != width)
            return f"{line}ragged table: {fields} fields, the header has {width}"
        if found := _CONVERSION.search(first):
            column, value = int(found[1]), found[3]
            line = self._line(lambda row: row[column : column + 1] == [value])
            return f"{line}column {self.header[column]!r}: expected numbers, found {value!r}"
        return f"not readable as a text table: {first}"

    def _line(self, wrong: Callable[[list[str]], bool]) -> str:
        """Name the first line whose fields are wrong by its number in the file, where they are easily told apart."""
        if self.separator != "\t":
            return ""
        self.stream.seek(0)
        for number, line in enumerate(self.stream, start=1):
            row = line.decode(self.encoding, errors="replace").rstrip("\r\n").split(self.separator)
            if number > len(self.comments) + 1 and row != [""] and wrong(row):
                return f"line {number}: "
        return ""


def _head(stream: IO[bytes], comment: str, encoding: str, where: str) -> tuple[list[str], str]:
    """Return the lines above the header, comments and blank ones, and the header."""
    content = stream.read(HEAD_BYTES)
    while True:
        lines = _lines(content, encoding, where)
        above = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith(comment)), len(lines))
        if above + 1 < len(lines):
            return lines[:above], lines[above]
        more = stream.read(HEAD_BYTES)
        if not more:
            break
        content += more
    if above >= len(lines):
        raise StratifyError(f"{where}: {'comments or blank lines only, no header' if lines else 'the file is empty'}")
    return lines[:above], lines[above]


def _lines(content: bytes, encoding: str, where: str) -> list[str]:
    try:
        text = content.decode(encoding, errors="strict" if len(content) < HEAD_BYTES else "replace")
    except UnicodeDecodeError as error:
        raise StratifyError(f"{where}: not {encoding} text ({error.reason} at byte {error.start})") from None
    except LookupError as error:
        raise StratifyError(f"{where}: {error}") from None
    return [line.rstrip("\n") for line in io.StringIO(text.removeprefix("\ufeff"), newline=None)]

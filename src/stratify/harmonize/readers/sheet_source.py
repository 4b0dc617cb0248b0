"""What a sheet of a workbook holds beside values: merged cells, and formulas whose value was never saved.

Both read as empty cells where a person sees a value. The reader of values does not tell, so the sheet's XML is asked.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+[0-9]+:[A-Z]+([0-9]+))"')
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)(.{0,20})", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+([0-9]+))"')
_NO_VALUE = re.compile(rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")


def hidden_values(workbook: IO[bytes], member: str, skip_rows: int) -> Iterator[Finding]:
    """Find cells that read as empty although a person sees a value in them.

    Parameters
    ----------
    workbook
        The file.
    member
        Path of the sheet in it.
    skip_rows
        Rows above the header, which may hold what they like.

    Yields
    ------
    Finding
    """
    with zipfile.ZipFile(workbook) as archive:
        content = archive.read(member)
    merged = [place.decode() for place, last in _MERGED.findall(content) if int(last) > skip_rows]
    if merged:
        detail = (
            f"merged cells in the sheet: {listed(merged)}; the value stands in the first cell of each, the others read "
            "as empty; unmerge them in a spreadsheet program; if accepted, they are missing"
        )
        yield Finding("merged_cells", "error", len(merged), detail)
    formulas = [place for place, row in _without_value(content) if row > skip_rows]
    if formulas:
        detail = (
            f"{counted(len(formulas), 'formula')} without a saved value: {listed(formulas)}; open and save the "
            "workbook in a spreadsheet program; if accepted, they are missing"
        )
        yield Finding("formulas_without_value", "error", len(formulas), detail)


def _without_value(content: bytes) -> Iterator[tuple[str, int]]:
    for cell in _CELL.finditer(content):
        written, rest = cell.groups()
        place = _PLACE.search(written)
        text = b't="str"' in written  # the result of a formula may be the empty text
        if place and not text and _NO_VALUE.match(rest):
            yield place[1].decode(), int(place[2])

"""The rdata library's parser of R's binary serialization, quick with strings.

Expression sets hold a million strings, and the library takes as much work for each as for a list. Here a string is read
in one step, and everything else is left to the library.
"""

from typing import Any

from rdata.parser import DEFAULT_ALTREP_MAP, RData, RObject, RObjectInfo, RObjectType, parse_data
from rdata.parser._xdr import ParserXDR

SAVED = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"RDB2\n", b"RDB3\n")
"""How a file of named objects (`save`) begins, decompressed."""

BINARY = b"X\n"
"""How an object begins in big-endian binary, as R writes it unless asked otherwise."""


class StringsAtOnce(ParserXDR):
    """Give the same tree as the library's parser."""

    def __init__(self, data: memoryview) -> None:
        super().__init__(data, expand_altrep=True, altrep_constructor_dict=DEFAULT_ALTREP_MAP)
        self._flags: dict[bytes, RObjectInfo] = {}

    def parse_int(self) -> int:
        """Parse an integer, without an array for it."""
        content = self.file.read(4)
        if len(content) < 4:
            raise EOFError("the content ends within a number")
        return int.from_bytes(content, "big", signed=True)

    def _parse_vector_value(self, reference_list: Any, bytecode_rep_list: Any = None) -> list[RObject]:
        elements = []
        for _ in range(self.parse_int()):
            start = self.file.tell()
            element = self._string()
            if element is None:
                self.file.seek(start)
                element = self.parse_R_object(reference_list, bytecode_rep_list)
                self._learn(start, element)
            elements.append(element)
        return elements

    def _string(self) -> RObject | None:
        """Parse a string of flags seen before; ``None`` for anything else."""
        head = self.file.read(8)
        flags, length = self._flags.get(head[:4]), int.from_bytes(head[4:], "big", signed=True)
        if flags is None or len(head) < 8 or length < -1:
            return None
        return RObject(info=flags, value=None if length == -1 else self.file.read(length), attributes=None)

    def _learn(self, start: int, element: RObject) -> None:
        """Keep what the library made of the flags of a plain string."""
        if element.info.type is not RObjectType.CHAR or element.info.attributes or element.info.tag:
            return
        end = self.file.tell()
        self.file.seek(start)
        self._flags[self.file.read(4)] = element.info
        self.file.seek(end)


def parse_serialized(content: bytes) -> RData:
    """Parse decompressed content of an R data file; binary quickly, text and native binary as the library does.

    Parameters
    ----------
    content
        From `save` or `saveRDS`.

    Returns
    -------
    RData
    """
    saved = next((magic for magic in SAVED if content.startswith(magic)), b"")
    if not content.startswith(BINARY, len(saved)):
        return parse_data(content, extension=".rda" if saved else ".rds")
    parser = StringsAtOnce(memoryview(content)[len(saved) + len(BINARY) :])
    parsed = parser.parse_all()
    parser.check_complete()
    return parsed

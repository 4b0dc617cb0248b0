"""What R saves (`.rda`, `.RData`, `.rds`), opened without R.

The rdata library parses the serialization into a tree, which holds values only: closures and language objects are never
evaluated. The tree is looked into here, since the library's own conversion drops repeated names and the shape of
character matrices, and converts what nobody asked for.
"""

import bz2
import gzip
import lzma
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from rdata.parser import CharFlags, RObject, RObjectType

from stratify.errors import StratifyError
from stratify.harmonize.readers.files import BROKEN, open_binary
from stratify.harmonize.readers.r_serialization import SAVED, parse_serialized
from stratify.unpacking import unpack

SERIALIZED = (b"X\n", b"A\n", b"B\n")
"""How a file of one object (`saveRDS`) begins."""

PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
ZSTANDARD = b"\x28\xb5\x2f\xfd"
UNPARSABLE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, RecursionError,
    TypeError, ValueError, struct.error,
)  # fmt: skip
ARRAYS = {RObjectType.LGL, RObjectType.INT, RObjectType.REAL}
PAIRS = {RObjectType.LIST, RObjectType.LANG}
NULL_SLOT = "\x01NULL\x01"
"""What R writes into a slot of a formal class that is NULL."""


@dataclass(frozen=True)
class RValue:
    """One R object of a parsed file.

    Parameters
    ----------
    raw
        The parsed object.
    encoding
        Text encoding of strings that carry no mark.
    """

    raw: RObject
    encoding: str = "utf-8"

    def _wrap(self, raw: RObject) -> "RValue":
        while raw.info.type is RObjectType.REF and raw.referenced_object is not None:
            raw = raw.referenced_object
        return RValue(raw, self.encoding)

    @property
    def kind(self) -> RObjectType:
        """Return the basic type."""
        return self.raw.info.type

    @cached_property
    def attributes(self) -> dict[str, "RValue"]:
        """Return attributes, or the slots of a formal class, by name."""
        return {} if self.raw.attributes is None else dict(self._wrap(self.raw.attributes).pairs())

    def pairs(self) -> Iterator[tuple[str, "RValue"]]:
        """Yield the tagged elements of a pairlist."""
        raw = self.raw
        while raw.info.type in PAIRS:
            head, rest = raw.value
            yield (self._wrap(raw.tag).symbol() if raw.tag is not None else ""), self._wrap(head)
            raw = self._wrap(rest).raw

    def symbol(self) -> str:
        """Return the name a symbol stands for."""
        return self._wrap(self.raw.value).string() or ""

    def string(self) -> str | None:
        """Return one string; ``None`` for NA."""
        value = self.raw.value
        if not isinstance(value, bytes):
            return None
        if self.raw.info.gp & CharFlags.LATIN1:
            return value.decode("latin-1")
        try:
            return value.decode("utf-8" if self.raw.info.gp & CharFlags.UTF8 else self.encoding)
        except (UnicodeDecodeError, LookupError):
            return value.decode("latin-1")

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the class attribute; empty for a plain vector or list."""
        named = self.attributes.get("class")
        return () if named is None else tuple(text or "" for text in named.strings())

    def strings(self) -> list[str | None]:
        """Return the elements of a character vector; none for anything else."""
        if self.kind is not RObjectType.STR:
            return []
        return [self._wrap(element).string() for element in self.raw.value]

    def attribute_strings(self, name: str) -> list[str | None] | None:
        """Return a character attribute or slot; ``None`` where it is not there or NULL."""
        found = self.attributes.get(name)
        if found is None or found.kind not in {RObjectType.STR, RObjectType.INT, RObjectType.REAL}:
            return None
        if found.kind is not RObjectType.STR:
            return [str(int(value)) for value in np.ma.filled(found.raw.value, 0)]
        strings = found.strings()
        return None if strings == [NULL_SLOT] else strings

    @property
    def length(self) -> int:
        """Return the number of elements of a vector or list."""
        return len(self.raw.value) if isinstance(self.raw.value, list | np.ndarray) else 0

    @property
    def is_list(self) -> bool:
        """Tell whether it is a list (data frames are lists too)."""
        return self.kind is RObjectType.VEC

    def elements(self) -> list[tuple[str, "RValue"]]:
        """Return the elements of a list with their names (repeated ones too; empty where nameless)."""
        if not self.is_list:
            return []
        names = self.attribute_strings("names") or [""] * self.length
        return [(name or "", self._wrap(raw)) for name, raw in zip(names, self.raw.value, strict=True)]

    def variables(self) -> dict[str, "RValue"]:
        """Return what an environment holds, by name; its parents are not looked into."""
        content = self.raw.value
        found = dict(self._wrap(content.frame).pairs())
        for _, bucket in self._wrap(content.hash_table).elements():
            found.update(bucket.pairs())
        return found

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Return the dimensions of a matrix or array; ``None`` for a plain vector."""
        dim = self.attributes.get("dim")
        return None if dim is None else tuple(int(length) for length in dim.raw.value)

    def described(self) -> str:
        """Describe it by its class, for messages."""
        if self.classes:
            return self.classes[0]
        if self.shape is not None:
            return "matrix" if len(self.shape) == 2 else "array"
        plain = {RObjectType.VEC: "list", RObjectType.STR: "character", RObjectType.REAL: "numeric"}
        plain |= {RObjectType.INT: "integer", RObjectType.LGL: "logical", RObjectType.CLO: "function"}
        return plain.get(self.kind, self.kind.name.lower())


def load_r_objects(path: Path) -> dict[str, RValue]:
    """Parse an R data file.

    Parameters
    ----------
    path
        `.rda` or `.RData` (named objects) or `.rds` (one object), plain, gzip, bzip2 or xz.

    Returns
    -------
    dict of str to RValue
        Objects by name. The one object of an `.rds` has an empty name. Elements of a plain list are listed too, as
        `list$element`.

    Raises
    ------
    StratifyError
        The file is missing, cut short, or not R data.
    """
    content = _decompressed(path)
    if not content.startswith((*SAVED, *SERIALIZED)):
        raise StratifyError(
            f"{path}: not an R data file: it begins with {content[:8]!r}, not as `save` or `saveRDS` leave it; "
            "for a text table write `reader: table`"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parse_serialized(content)
        root = RValue(parsed.object, parsed.extra.encoding or "utf-8")
        objects = dict(root.pairs()) if content.startswith(SAVED) else {"": root}
    except UNPARSABLE as error:
        raise StratifyError(
            f"{path}: not readable as R data, perhaps cut short ({type(error).__name__}: {error}); fetch the file again"
        ) from None
    return objects | {
        f"{name}${element}" if name else element: value
        for name, held in objects.items()
        if held.is_list and not held.classes
        for element, value in held.elements()
        if element
    }


def _decompressed(path: Path) -> bytes:
    with open_binary(path) as stream:
        content = stream.read()
    if content.startswith(ZSTANDARD):
        raise StratifyError(f"{path}: compressed by zstandard; save it again in R with compress = 'xz'")
    try:
        for magic, opener in PACKED.items():
            if content.startswith(magic):
                return unpack(content, opener, str(path))  # type: ignore[arg-type]
    except BROKEN as error:
        raise StratifyError(f"{path}: the compressed file is cut short or damaged: {error}") from None
    return content

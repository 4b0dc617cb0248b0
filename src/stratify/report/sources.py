"""Where the data came from: the fetch manifests as text."""

from dataclasses import dataclass
from typing import Any

from stratify.report.numbers import count

NOT_STATED = "not_stated"


@dataclass(frozen=True)
class SourceRecord:
    """One source: labelled facts, and its files with their digests."""

    title: str
    facts: list[tuple[str, str]]
    files: list[tuple[str, str]]
    """Description and sha256 of each file."""


def source_record(source: str, manifest: dict[str, Any]) -> SourceRecord:
    """Put a manifest into words; what it does not say is left out.

    Parameters
    ----------
    source
        The source's id.
    manifest
        JSON written by `fetch`.

    Returns
    -------
    SourceRecord
    """
    package = manifest.get("package") or {}
    licence = manifest.get("licence")
    facts = {
        "Citation": manifest.get("citation"),
        "Licence": "not stated by the publisher" if licence == NOT_STATED else licence,
        "Package": " ".join(str(package[key]) for key in ("name", "version") if package.get(key)),
    }
    files = [_file(name, entry, manifest.get("fetched")) for name, entry in (manifest.get("files") or {}).items()]
    return SourceRecord(manifest.get("title") or source, [(k, v) for k, v in facts.items() if v], files)


def _file(name: str, entry: dict[str, Any], fetched: str | None) -> tuple[str, str]:
    date = entry.get("fetched") or fetched
    parts = [
        name,
        f"{count(entry['bytes'])} bytes" if "bytes" in entry else None,
        entry.get("obtained_from"),
        f"fetched {date[:10]}" if date else None,
    ]
    return ", ".join(part for part in parts if part), str(entry.get("sha256", "not recorded"))

"""The manifest of a source: what was fetched, from where, when, and under which licence."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stratify.config.source import SourceConfig
from stratify.fetch.digest import sha256_of
from stratify.fetch.placed import PLACED
from stratify.fetch.source import KEPT, Obtained

NOT_STATED = "not_stated"


def build_manifest(
    source: str, config: SourceConfig, obtained: Sequence[Obtained], earlier: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Describe the files of a source.

    A kept file keeps the origin and date of the earlier manifest where that one describes the same bytes; without
    one, its date is that of the file itself, as it is for a file placed by hand.

    Parameters
    ----------
    source
        Name of the source.
    config
        The source as configured.
    obtained
        What `fetch_source` returned.
    earlier
        The manifest of the previous run; empty where there is none.
    now
        Time of this run, with a time zone.

    Returns
    -------
    dict
        JSON-serialisable; `fetched` in ISO 8601, UTC. Of each file, `url` is its web address or that of the `archive`
        it is a member of, and `path` where it is inside the archive or package; null where it has none.
    """
    return {
        "source": source,
        "title": config.title,
        "citation": config.citation,
        "licence": config.licence,
        "package": config.package.model_dump() if config.package else None,
        "archives": {name: archive.model_dump() for name, archive in config.archives.items()},
        "files": {file.name: _entry(file, config, earlier, now) for file in obtained},
    }


def _entry(file: Obtained, config: SourceConfig, earlier: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    about = config.files[file.name]
    archive = config.archives.get(about.archive) if about.archive else None
    entry = {
        "url": archive.url if archive else about.url,
        "archive": about.archive,
        "path": about.path,
        "sha256": sha256_of(file.path),
        "bytes": file.path.stat().st_size,
        "obtained_from": file.origin,
        "fetched": _utc(now),
    }
    if file.origin not in (KEPT, PLACED):
        return entry
    known = earlier.get("files", {}).get(file.name, {})
    if known.get("sha256") == entry["sha256"] and {"obtained_from", "fetched"} <= known.keys():
        return entry | {key: known[key] for key in ("obtained_from", "fetched")}
    return entry | {"fetched": _utc(datetime.fromtimestamp(file.path.stat().st_mtime, UTC))}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")

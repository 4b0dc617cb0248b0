"""`stratify fetch`: obtain and verify the files of a source."""

import argparse
import logging
from datetime import UTC, datetime
from pathlib import Path

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `stratify fetch`."""
    parser.add_argument("--source", type=Path, required=True, help="source file, config/sources/<id>.yaml")
    parser.add_argument("--raw", type=Path, default=Path("data/raw"), help="folder for the files of all sources")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder for the manifest")
    parser.add_argument(
        "--mirror",
        metavar="FOLDER",
        help="folder with <source>/<file> that is asked before the network; the environment variable STRATIFY_MIRROR "
        "where not given",
    )


def run(args: argparse.Namespace) -> None:
    """Fetch one source and write its manifest."""
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import read_json, write_json
    from stratify.config import load_source
    from stratify.errors import StratifyError
    from stratify.fetch.manifest import NOT_STATED, build_manifest
    from stratify.fetch.mirror import mirror_folder
    from stratify.fetch.source import fetch_source

    mirror = mirror_folder(args.mirror)
    config = load_source(args.source)
    source = args.source.stem
    path = Layout(args.results).manifest(source)
    try:
        earlier = read_json(path)
    except StratifyError:  # none yet, or damaged: it only carries dates, and is rewritten
        earlier = {}
    if config.licence == NOT_STATED:
        logger.warning("%s: the publisher states no licence; check that you may use it", source)
    obtained = fetch_source(source, config, args.raw / source, mirror)
    manifest = build_manifest(source, config, obtained, earlier, datetime.now(UTC))
    write_json(manifest, path)
    for file in obtained:
        logger.info("%s: %s, %s bytes, %s", source, file.name, f"{file.path.stat().st_size:,}", file.origin)
    logger.info("%s: licence: %s; cite: %s", source, config.licence, config.citation)

"""Web addresses in configuration files: complete, without secrets, and pinned to one state of the files."""

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

PINNED = {
    "raw.githubusercontent.com": r"/[^/]+/[^/]+/(?P<revision>.+)",
    "media.githubusercontent.com": r"/media/[^/]+/[^/]+/(?P<revision>.+)",
    "codeload.github.com": r"/[^/]+/[^/]+/[^/]+/(?P<revision>.+)",
    "github.com": r"/[^/]+/[^/]+/(?:raw|archive|zipball|tarball)/(?P<revision>.+)",
    "gitlab.com": r"/.+?/-/(?:raw|archive)/(?P<revision>.+)",
    "huggingface.co": r"/.+?/(?:resolve|raw)/(?P<revision>.+)",
}
"""Hosts of repositories, and where in the path of a file the revision begins."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?=[/.]|$)")
_BRANCH = re.compile(r"refs/(?:heads|tags)/[^/]+|[^/]+")


def check_url(url: str) -> str:
    """Check that an address can be fetched, today and next year.

    Parameters
    ----------
    url
        Address as written.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ValueError
        It is not a complete http(s) address, it holds a password, it leads to a page about the file, or it follows a
        branch or tag where it should name a commit.

    Examples
    --------
    >>> check_url("https://raw.githubusercontent.com/owner/repository/main/table.csv")
    Traceback (most recent call last):
    ValueError: pin the address: write the 40 hexadecimal digits of a commit instead of 'main', whose files may change
    """
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", url):
        raise ValueError("expected a complete web address that starts with https:// or http://, spaces written as %20")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave the user name and password out: this file is for everyone to read")
    if parts.fragment:
        raise ValueError(f"leave out '#{parts.fragment}': it names a place on a page, not a file; a '#' is written %23")
    host = parts.hostname.removeprefix("www.")
    if re.fullmatch(r"github\.com|gitlab\.com|huggingface\.co", host) and "/blob/" in parts.path:
        raise ValueError("this leads to a page about the file; take the address behind its 'raw' or 'download' button")
    found = re.match(PINNED[host], parts.path) if host in PINNED else None
    if found and not _COMMIT.match(found["revision"]):
        branch = _BRANCH.match(found["revision"])
        raise ValueError(
            f"pin the address: write the 40 hexadecimal digits of a commit instead of "
            f"{(branch or found)[0]!r}, whose files may change"
        )
    return url


def check_folder_url(url: str) -> str:
    """Check the address of a folder, to which the names of files are appended.

    Parameters
    ----------
    url
        Address as written.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ValueError
        As `check_url`, or it does not end in a slash, or it has a query.
    """
    check_url(url)
    if not url.endswith("/") or "?" in url:
        raise ValueError("expected the address of a folder, which ends in '/'; the names in the table are appended")
    return url


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts


Url = Annotated[str, AfterValidator(check_url)]
FolderUrl = Annotated[str, AfterValidator(check_folder_url)]

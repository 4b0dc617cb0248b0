"""Download one file by its web address: tried again, resumed, and given up with one message."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from stratify import __version__
from stratify.errors import StratifyError
from stratify.fetch.digest import sha256_of
from stratify.fetch.progress import progress_bar

HEADERS = {"User-Agent": f"stratify/{__version__}", "Accept-Encoding": "identity"}
"""A server must not compress on the way: bytes are counted, resumed and compared as they are stored."""

_CHUNK = 256 * 1024
_PASSES = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long to go on with a server that does not answer as it should.

    Parameters
    ----------
    attempts
        Number of times a file is asked for before it is given up.
    wait_seconds
        Pause after the first failure; doubled after each further one.
    longest_wait_seconds
        No pause is longer, not even one that the server asks for.
    timeout_seconds
        Longest silence: until the connection stands, and until the next piece arrives.
    """

    attempts: int = 4
    wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    timeout_seconds: tuple[float, float] = (10.0, 60.0)


class Session(requests.Session):
    """Follows redirects to web addresses only, and from https to nothing weaker."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Give where an answer leads, or raise an error where it must not be followed."""
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        start, end = urlsplit(resp.url).scheme, urlsplit(urljoin(resp.url, target)).scheme
        if end not in {"http", "https"} or (start == "https" and end != "https"):
            raise requests.exceptions.InvalidURL(f"the server leads from {start} to {end or 'nowhere'}; not followed")
        return target


class _PassingError(Exception):
    """A failure that may be over at the next attempt; `wait` is the pause in seconds that the server asks for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _FinalError(Exception):
    """A failure that another attempt would only repeat."""


def download(session: requests.Session, url: str, part: Path, expected: str, patience: Patience) -> None:
    """Download a file; what an earlier, interrupted attempt left is continued.

    Parameters
    ----------
    session
        Carries connections from one file to the next.
    url
        Web address.
    part
        File to write, or to continue. It has any number of the first bytes of the file if this fails, and is not there
        if that number is 0.
    expected
        SHA-256 digest. It decides whether a continued download starts anew once; the caller checks the result.
    patience
        When to give up.

    Raises
    ------
    StratifyError
        The file cannot be had; the only message, after the last attempt.
    """
    if _received(part) and sha256_of(part) == expected:
        return
    resumed = _try_all(session, url, part, patience)
    if resumed and sha256_of(part) != expected:
        logger.warning("%s: the continued download has wrong bytes; it starts anew", url)
        part.unlink()
        _try_all(session, url, part, patience)


def _try_all(session: requests.Session, url: str, part: Path, patience: Patience) -> bool:
    """Ask until the file is there; tell whether it is put together from more than one answer."""
    resumed = False
    with progress_bar(part.name) as report:

        def attempt() -> None:
            nonlocal resumed
            resumed |= _attempt(session, url, part, patience, report)

        retrying = Retrying(
            stop=stop_after_attempt(patience.attempts),
            wait=_pause(patience),
            retry=retry_if_exception_type(_PassingError),
            before_sleep=_tell(patience),
            reraise=True,
        )
        try:
            retrying(attempt)
        except (_PassingError, _FinalError) as error:
            raise StratifyError(_give_up(url, part, retrying, error)) from None
    return resumed


def _attempt(
    session: requests.Session, url: str, part: Path, patience: Patience, report: Callable[[int, int | None], None]
) -> bool:
    """Ask once for what is missing; tell whether the answer continued what was there."""
    have = _received(part)
    headers = {**HEADERS, "Range": f"bytes={have}-"} if have else HEADERS
    try:
        with session.get(url, headers=headers, stream=True, timeout=patience.timeout_seconds) as response:
            continues = _continues(response, have)
            if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                part.unlink()
                raise _PassingError("the server has no more bytes than an earlier attempt received", wait=0.0)
            _check_status(response)
            _receive(response, part, have if continues else 0, report)
    except (requests.exceptions.SSLError, requests.exceptions.TooManyRedirects) as error:
        raise _FinalError(_reason(error)) from None
    except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
        raise _PassingError(_reason(error)) from None
    except requests.RequestException as error:
        raise _FinalError(_reason(error)) from None
    finally:
        if part.is_file() and not _received(part):
            part.unlink()
    return continues


def _continues(response: requests.Response, have: int) -> bool:
    """Tell whether the server sends the rest only, and the right one; many ignore the wish and send all."""
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return False
    sent = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if sent is None or int(sent[1]) != have:
        raise _FinalError(f"asked for the bytes from {have:,} on, the server sent others")
    return True


def _check_status(response: requests.Response) -> None:
    status = response.status_code
    if status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        return
    reason = f"the server answers {status} {response.reason or ''}".rstrip()
    if status in _PASSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _PassingError(reason, _asked_wait(response))
    raise _FinalError(reason)


def _asked_wait(response: requests.Response) -> float | None:
    """Read how many seconds to wait, if the server says so."""
    header = response.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(header) if header else None
    except InvalidHeader:
        return None


def _receive(response: requests.Response, part: Path, start: int, report: Callable[[int, int | None], None]) -> None:
    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else None
    received = start
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab" if start else "wb") as sink:
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            sink.write(chunk)
            received += len(chunk)
            report(received, total)


def _pause(patience: Patience) -> Callable[[RetryCallState], float]:
    doubled = wait_exponential(multiplier=patience.wait_seconds, max=patience.longest_wait_seconds)
    growing = doubled + wait_random(0, patience.wait_seconds / 4)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _PassingError) else None
        return growing(state) if asked is None else min(asked, patience.longest_wait_seconds)

    return pause


def _tell(patience: Patience) -> Callable[[RetryCallState], None]:
    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        logger.info("attempt %d of %d: %s; tried again", state.attempt_number, patience.attempts, error)

    return tell


def _give_up(url: str, part: Path, retrying: Retrying, error: Exception) -> str:
    tries = retrying.statistics.get("attempt_number", 1)
    kept = _received(part)
    rest = f"; the {kept:,} bytes received are kept, and the next run continues from there" if kept else ""
    offline = "" if isinstance(error, _FinalError) else "; without a network, fetch from a mirror (STRATIFY_MIRROR)"
    return f"cannot download {url}: {error} (tried {tries} time{'s' if tries > 1 else ''}){rest}{offline}"


def _reason(error: Exception) -> str:
    """Take the innermost cause, without the addresses of objects in memory that libraries put into messages."""
    inner = error
    while isinstance(deeper := (getattr(inner, "reason", None) or next(iter(inner.args), None)), Exception):
        inner = deeper
    text = re.sub(r"<[^<>]*object at 0x[0-9a-f]+>:? ?|\w*Connection(?:Pool)?\([^()]*\): ", "", str(inner))
    return text.strip().rstrip(".") or type(inner).__name__


def _received(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0

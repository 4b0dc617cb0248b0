"""Downloads from a real server that fails in the ways servers do."""

import hashlib
import logging
import time
from io import StringIO

import pytest
from rich.console import Console

from stratify import __version__
from stratify.config import SourceConfig, validate
from stratify.errors import StratifyError
from stratify.fetch.download import Patience
from stratify.fetch.progress import progress_bar
from stratify.fetch.source import fetch_source

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
HURRY = Patience(attempts=4, wait_seconds=0.01, longest_wait_seconds=0.5, timeout_seconds=(2.0, 2.0))


@pytest.fixture
def fetch(tmp_path, server):
    """Fetch `t.bin` from the server; give its origin."""
    server.files["t.bin"] = CONTENT

    def run(url=None, sha256=DIGEST, patience=HURRY):
        files = {"t.bin": {"url": url or f"{server.url}/t.bin", "sha256": sha256}}
        config = validate(SourceConfig, {"title": "t", "citation": "c", "files": files}, "test")
        (file,) = fetch_source("web", config, tmp_path / "raw", patience=patience)
        return file

    return run


def left(tmp_path):
    return sorted(path.name for path in (tmp_path / "raw").rglob("*")) if (tmp_path / "raw").exists() else []


def part(tmp_path, sha256=DIGEST):
    return tmp_path / "raw" / f".t.bin.{sha256[:12]}.part"


def test_a_file_is_downloaded_once(fetch, server, tmp_path):
    assert fetch().origin == "web address"
    assert fetch().origin == "already present"
    assert (tmp_path / "raw/t.bin").read_bytes() == CONTENT
    assert server.asked == [("t.bin", None)]
    assert server.agents == {f"stratify/{__version__}"}
    assert left(tmp_path) == ["t.bin"]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_failure_that_may_pass_is_tried_again(fetch, server, failure, status, caplog):
    server.failures = [failure(status), failure(status)]
    with caplog.at_level(logging.INFO):
        fetch()
    assert len(server.asked) == 3
    assert f"attempt 1 of 4: the server answers {status}" in caplog.text


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(fetch, server, failure, status, tmp_path):
    server.failures = [failure(status)]
    with pytest.raises(
        StratifyError, match=rf"cannot download .*/t.bin: the server answers {status} .*\(tried 1 time\)$"
    ):
        fetch()
    assert len(server.asked) == 1
    assert left(tmp_path) == []


def test_the_server_says_how_long_to_wait(fetch, server, failure):
    server.failures = [failure(429, {"Retry-After": "1"})]
    began = time.monotonic()
    fetch(patience=Patience(4, 0.01, 0.3, (2.0, 2.0)))
    assert 0.3 <= time.monotonic() - began < 0.9, "the wait asked for, but no longer than the longest"


def test_a_cut_connection_is_continued(fetch, server, failure, tmp_path):
    server.failures = [failure(cut_after=300_000), failure(cut_after=400_000)]
    fetch()
    assert (tmp_path / "raw/t.bin").read_bytes() == CONTENT
    assert server.asked == [("t.bin", None), ("t.bin", "bytes=300000-"), ("t.bin", "bytes=700000-")]


def test_a_server_without_ranges_sends_all_again(fetch, server, failure, tmp_path):
    server.ranges = False
    server.failures = [failure(cut_after=300_000)]
    fetch()
    assert (tmp_path / "raw/t.bin").read_bytes() == CONTENT


def test_an_interrupted_run_is_continued_by_the_next(fetch, server, failure, tmp_path):
    server.failures = [failure(cut_after=300_000), *[failure(500)] * 3]
    with pytest.raises(StratifyError, match=r"tried 4 times.; the 300,000 bytes received are kept, and the next run"):
        fetch()
    assert left(tmp_path) == [part(tmp_path).name], "nothing stands under the file's own name"
    fetch()
    assert server.asked[-1] == ("t.bin", "bytes=300000-")
    assert left(tmp_path) == ["t.bin"]


def test_what_another_run_left_complete_is_not_asked_for(fetch, server, tmp_path):
    part(tmp_path).parent.mkdir()
    part(tmp_path).write_bytes(CONTENT)
    fetch()
    assert server.asked == []
    assert left(tmp_path) == ["t.bin"]


@pytest.mark.parametrize("rest", [b"not the beginning of it", CONTENT + b"and more", CONTENT[:-1] + b"?"])
def test_a_wrong_rest_of_an_earlier_run_is_not_used(fetch, server, tmp_path, rest):
    part(tmp_path).parent.mkdir()
    part(tmp_path).write_bytes(rest)
    fetch()
    assert (tmp_path / "raw/t.bin").read_bytes() == CONTENT
    assert left(tmp_path) == ["t.bin"]


def test_wrong_bytes_are_refused_by_name_and_not_asked_for_twice(fetch, server, tmp_path):
    server.files["t.bin"] = b"X" + CONTENT[1:]
    found = hashlib.sha256(server.files["t.bin"]).hexdigest()
    with pytest.raises(StratifyError) as raised:
        fetch()
    words = f"t.bin of source 'web': wrong bytes from {server.url}/t.bin: expected sha256 {DIGEST}, found {found}"
    assert words in str(raised.value)
    assert left(tmp_path) == []
    assert len(server.asked) == 1


def test_a_damaged_file_is_named_and_replaced(fetch, tmp_path, caplog):
    fetch()
    (tmp_path / "raw/t.bin").write_bytes(b"X" + CONTENT[1:])
    found = hashlib.sha256(b"X" + CONTENT[1:]).hexdigest()
    with caplog.at_level(logging.WARNING):
        assert fetch().origin == "web address"
    assert f"web: t.bin: the file present has sha256 {found}, expected {DIGEST}; it is fetched again" in caplog.text
    assert (tmp_path / "raw/t.bin").read_bytes() == CONTENT


def test_a_damaged_file_that_cannot_be_replaced_is_in_the_message(fetch, server, failure, tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/t.bin").write_bytes(b"damaged")
    server.failures = [failure(404)]
    found = hashlib.sha256(b"damaged").hexdigest()
    with pytest.raises(StratifyError, match=rf"404 .*; .*raw/t.bin: the file present has sha256 {found}"):
        fetch()


def test_a_dead_address_is_one_message_after_its_retries(fetch, caplog):
    with caplog.at_level(logging.INFO), pytest.raises(StratifyError) as raised:
        fetch("http://127.0.0.1:9/t.bin")
    message = str(raised.value)
    assert message.startswith("cannot download http://127.0.0.1:9/t.bin: ")
    assert "Connection refused (tried 4 times); without a network, fetch from a mirror" in message
    assert "0x" not in message
    assert "Pool" not in message
    assert caplog.text.count("tried again") == 3


def test_a_name_that_nobody_knows_is_one_message(fetch):
    with pytest.raises(
        StratifyError, match=r"cannot download http://nowhere.invalid/t.bin: .*\(tried 2 times\); without"
    ):
        fetch("http://nowhere.invalid/t.bin", patience=Patience(2, 0.01, 0.1, (2.0, 2.0)))


def test_nothing_is_drawn_where_nobody_looks():
    log, terminal = StringIO(), StringIO()
    for stream, watched in ((log, False), (terminal, True)):
        with progress_bar("t.bin", Console(file=stream, force_terminal=watched)) as report:
            report(50, 100)
    assert log.getvalue() == ""
    assert "t.bin" in terminal.getvalue()

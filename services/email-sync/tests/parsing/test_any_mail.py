"""Whatever arrives is read: no exception, no hang, and bounded results."""

from __future__ import annotations

import random
import re
from functools import partial

import pytest
from blacklight_devstack.call_counting import calls_for
from blacklight_devstack.sample.inbox import SampleMail, sample_inbox
from blacklight_email_sync.parsing import ParsedMail, ParseResult, Thresholds
from blacklight_email_sync.parsing.extraction import judge
from blacklight_email_sync.parsing.mime import read_mail
from blacklight_email_sync.parsing.model import Passage
from blacklight_email_sync.parsing.rules import RulesParser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PARSER = RulesParser()
INBOX = sample_inbox()

HEADER_NAMES = st.sampled_from(
    ["Subject", "From", "Date", "Content-Type", "Content-Transfer-Encoding", "Reply-To", "X-Any"]
)
HEADER_VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "=?utf-8?q?=zz?=",
            "=?utf-8?b?!!!?=",
            "=?no-such-charset?q?abc?=",
            "=?punycode?q?abc-?= =?utf-8?b?w6Q=?=",
            "text/html; charset=idna",
            "text/plain; charset*0*=\"a'b'c%%\"; charset*1=3",
            'multipart/mixed; boundary="b"',
            "multipart/alternative",
            "message/rfc822",
            "base64",
            "uuencode",
            "quoted-printable",
            "x-none",
            "Fri, 99 Foo 99999 99:99:99 +9999",
            '"<(@[,;:',
        ]
    ),
)


def read(raw: bytes) -> tuple[ParsedMail, ParseResult]:
    mail = read_mail(raw)
    return mail, judge(PARSER.read_now(mail), Thresholds())


@given(
    headers=st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=8),
    body=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)),
)
@settings(max_examples=60, deadline=None)
def test_any_message_is_read(headers: list[tuple[str, str]], body: bytes) -> None:
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    mail, result = read(head.encode("utf-8", errors="surrogatepass") + b"\n--b\n" + body)
    mail.text.encode("utf-8")
    assert 0 <= result.confidence <= 1


@given(raw=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    _, result = read(raw)
    assert (result.skip_reason is None) == bool(result.postings)


@given(
    mail=st.sampled_from(INBOX),
    seed=st.integers(0, 2**32 - 1),
    cuts=st.integers(1, 6),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_mails_are_read(mail: SampleMail, seed: int, cuts: int) -> None:
    chance = random.Random(seed)
    raw = bytearray(mail.raw)
    for _ in range(cuts):
        start = chance.randrange(len(raw) + 1)
        end = min(len(raw), start + chance.randrange(40))
        other = chance.choice(INBOX).raw
        piece = chance.choice(
            [b"", chance.randbytes(8), raw[start:end] * 3, b"\0", b"\r", b"=?utf-8?q?", other[:200]]
        )
        raw[start:end] = piece
    _, result = read(bytes(raw))
    assert all(posting.title for posting in result.postings)


HOSTILE = {
    "nested multiparts": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(1500)
    ),
    "empty lines": b"Subject: x\n\n" + b"\n" * 2_000_000,
    "header blocks": b"Subject: x\n\n" + b"From: a b\nSubject: c\n" * 40_000,
    "attributions": b"Subject: x\n\n" + b"On xxxx wrote\n" * 100_000,
    "nested tags": b"Content-Type: text/html\n\n" + b"<b><table><tr><td>" * 30_000,
    "many tables": b"Content-Type: text/html\n\n" + b"<table><tr><td>a</td></tr></table>" * 15_000,
    "quotations": b"Content-Type: text/html\n\n" + b"<blockquote>a" * 15_000,
    "attributes": b"Content-Type: text/html\n\n<a "
    + b" ".join(b"a%d=1" % n for n in range(50_000)),
    "encoded words": b"Subject: " + b"=?a?q?" * 200_000 + b"\n\nx",
    "parameters": b"Content-Type: text/plain;" + b";".join(b"a%d*=x" % n for n in range(8_000)),
    "punycode": b"Content-Type: text/plain; charset=punycode\n\n" + b"abc-" * 200_000,
    "no charset": b"Content-Type: text/plain; charset=x\n\n" + bytes(range(128, 256)) * 5_000,
    "labels": b"Subject: x\n\n" + b"Role: Developer Location: Dallas, TX Rate: $60\n" * 2_500,
    "label words": b"Subject: x\n\n" + b"Role Location Rate " * 6_000,
    "colons": b"Subject: x\n\n" + b": " * 60_000,
    "items": b"Subject: x\n\n" + b"- Java Developer | Dallas, TX | C2C\n" * 3_000,
    "table rows": b"Subject: x\n\nTitle\tLocation\n" + b"Java Developer\tDallas, TX\n" * 4_000,
    "one long word": b"Subject: " + b"a" * 50_000 + b"\n\n" + b"a" * 100_000,
    "digits": b"Subject: x\n\n" + b"1 2 3 4 5 6 7 8 9 0 (" * 5_000,
    "capitals": b"Subject: x\n\n" + b"Aa Bb Cc Dd " * 9_000,
    "years": b"Subject: x\n\n" + b"5 years or more $ 50 per 10 years " * 3_000,
    "visas": b"Subject: x\n\n" + b"H1B/GC/OPT/" * 9_000,
    "looking for": b"Subject: x\n\n" + b"looking for a " * 7_000,
    "roles": b"Subject: x\n\n" + b"the role is a job " * 5_000,
    "dashes": b"Subject: " + b"- " * 2_000 + b"\n\n" + b"- - | | " * 12_000,
}


@pytest.mark.timeout(15)
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mails_end(raw: bytes) -> None:
    """A quadratic reader would need minutes for these; the limit leaves room for a busy machine."""
    mail, result = read(raw)
    assert len(mail.text) <= 110_000
    assert len(result.postings) <= 40


FRAGMENTS = (
    *("$1 ", "$1", "1 - ", "£ ", "IR35 - ", "€1.", "1k-", "Dallas, TX ", "5 years ", "12 months "),
    *("looking for a ", "the ", "Role: ", "?", "| ", "Title\t", "H1B/", "a@", "+1 ", "Engineer, "),
    *("from: a ", "C2C $1 ", "remote ", "in A ", "posted 1 ago ", "(A", "of the A ", "Aa Bb "),
)


@given(
    fragments=st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3),
    line_length=st.sampled_from([60, 590, 60_000]),
)
@settings(max_examples=4, deadline=None)
def test_work_grows_no_faster_than_a_mail(fragments: list[str], line_length: int) -> None:
    """Counted in calls, which a busy machine does not change."""
    short, long = (_calls_for("".join(fragments), size, line_length) for size in (1_000, 2_000))
    assert long <= 3 * short


def _calls_for(fragment: str, size: int, line_length: int) -> int:
    """How many functions are called to read a mail of a repeated fragment."""
    written = (fragment * size)[:size]
    lines = (written[start : start + line_length] for start in range(0, size, line_length))
    mail = ParsedMail(own=Passage(text="\n".join(lines)))
    return calls_for(partial(PARSER.read_now, mail))


def test_long_mails_are_cut_and_say_so() -> None:
    raw = b"Subject: Long\n\n" + b"words and words\n" * 20_000
    mail, _ = read(raw)
    assert mail.is_truncated
    assert not re.search(r"\0", mail.text)


def test_a_mail_that_fits_is_not_cut() -> None:
    assert not read_mail(b"Subject: Short\n\nwords").is_truncated

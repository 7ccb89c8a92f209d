"""The rules on the sample inbox, by the floors that are promised."""

from __future__ import annotations

import asyncio

import pytest
from blacklight_devstack.sample.inbox import Half, SampleMail, sample_inbox
from blacklight_email_sync.parsing.extraction import extract_postings

from benchmarks.quality.mail_parsing import measure_mails


@pytest.mark.parametrize("half", [*Half, None], ids=lambda half: half or "both")
def test_decisions_and_fields_are_right(half: Half | None) -> None:
    quality = measure_mails(half)
    assert quality.precision >= 0.95, quality.wrong_decisions
    assert quality.recall >= 0.9, quality.wrong_decisions
    assert quality.fields_right >= 0.85, quality.by_field


@pytest.mark.parametrize(
    "mail", [mail for mail in sample_inbox() if not mail.is_job], ids=lambda mail: mail.name
)
def test_what_is_no_job_is_skipped_with_a_reason(mail: SampleMail) -> None:
    result = asyncio.run(extract_postings(mail.raw))
    assert not result.is_job
    assert not result.postings
    assert result.skip_words


def test_the_inbox_is_large_and_varied() -> None:
    inbox = sample_inbox()
    assert len(inbox) >= 60
    assert len({mail.name for mail in inbox}) == len(inbox)
    assert 0.3 < sum(mail.is_job for mail in inbox) / len(inbox) < 0.7
    assert len({mail.reason for mail in inbox if mail.reason}) >= 10

"""How well the rules read the sample inbox: is it a job, and are the fields right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from blacklight_devstack.sample.inbox import ExpectedPosting, Half, sample_inbox
from blacklight_email_sync.parsing import ExtractedPosting, Thresholds
from blacklight_email_sync.parsing.extraction import judge
from blacklight_email_sync.parsing.mime import read_mail
from blacklight_email_sync.parsing.rules import RulesParser

from benchmarks.quality.table import Table, figure


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """One field of one expected posting.

    Attributes:
        field: Its name.
        is_right: Whether the parser found what is expected.
    """

    field: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class MailQuality:
    """What was measured on some mails.

    Attributes:
        mails: How many there are.
        precision: Of the mails taken for jobs, the share that are; 0 to 1.
        recall: Of the mails that are jobs, the share taken for jobs; 0 to 1.
        fields_right: Of all expected fields, the share that is right; 0 to 1. A posting that was
            not found counts as all of its fields wrong.
        by_field: Right and all, by the name of the field.
        wrong_decisions: Names of the mails that were taken for the wrong thing.
    """

    mails: int
    precision: float
    recall: float
    fields_right: float
    by_field: dict[str, tuple[int, int]]
    wrong_decisions: tuple[str, ...]


def measure(folder: Path) -> Table:  # noqa: ARG001 -- the sample inbox ships with the product
    """Make the table of both halves of the sample inbox and of the whole."""
    halves: tuple[Half | None, ...] = (*Half, None)
    return Table(
        title="Reading mails by rules: the sample inbox",
        columns=("mails", "number", "precision", "recall", "fields right"),
        rows=[_row(half) for half in halves],
        notes=(
            "Precision and recall of the decision whether a mail offers a job; promised are .950, "
            ".900 and .850.",
            "First readings of mails that the rules had not seen, before what they showed was "
            "mended: 1.000, .933, .820 of 32 mails, .875, .875, .745 of 16, .833, .833, .822 of "
            "11; then of five rounds of very different mails 1.000, .667, .587 of 43, .857, .900, "
            ".815 of 42, .773, 1.000, .893 of 33, .824, .933, .786 of 32 and .923, .857, .865 of "
            "28; then of eight rounds of everyday mails 1.000, .944, .816 of 40, 1.000, .889, "
            ".759 of 37, 1.000, .889, .867 of 37, .933, .778, .681 of 39, .833, .833, .686 of 38, "
            "1.000, .944, .908 "
            "of 39, .933, .778, .699 of 40 and 1.000, .786, .765 of 40; then of seven rounds, "
            "mostly notes without labels, 1.000, .889, .836 of 36, 1.000, .778, .742 of 36, 1.000, "
            ".750, .645 of 32, .923, .750, .755 of 32, 1.000, .812, .845 of 32, 1.000, .857, .852 "
            "of 28 and .909, .714, .761 of 28.",
        ),
    )


def _row(half: Half | None) -> tuple[str, ...]:
    quality = measure_mails(half)
    name = "all" if half is None else half.value.replace("_", " ")
    shares = (quality.precision, quality.recall, quality.fields_right)
    return (name, str(quality.mails), *map(figure, shares))


def measure_mails(half: Half | None = None) -> MailQuality:
    """Read the sample inbox, or half of it, with the rules and the default thresholds."""
    parser = RulesParser()
    inbox = sample_inbox(half=half)
    results = [judge(parser.read_now(read_mail(mail.raw)), Thresholds()) for mail in inbox]
    taken = [bool(result.postings) for result in results]
    right = sum(1 for mail, is_taken in zip(inbox, taken, strict=True) if mail.is_job and is_taken)
    checks = [
        check
        for mail, result in zip(inbox, results, strict=True)
        for check in compare(mail.postings, result.postings)
    ]
    return MailQuality(
        mails=len(inbox),
        precision=right / max(1, sum(taken)),
        recall=right / max(1, sum(mail.is_job for mail in inbox)),
        fields_right=sum(check.is_right for check in checks) / max(1, len(checks)),
        by_field=_by_field(checks),
        wrong_decisions=tuple(
            mail.name
            for mail, is_taken in zip(inbox, taken, strict=True)
            if mail.is_job is not is_taken
        ),
    )


def compare(
    expected: Sequence[ExpectedPosting], found: Sequence[ExtractedPosting]
) -> Iterator[FieldCheck]:
    """Hold found postings against expected ones, each with the one that has the likest title.

    Texts are equal if they are so without regard to case and signs. Only fields that are expected
    are compared; how many postings there are is a field as well.
    """
    if expected:
        yield FieldCheck("number of postings", len(expected) == len(found))
    for posting in expected:
        best = max(found, key=lambda other: _likeness(posting, other), default=None)
        for field, is_right in _CHECKS.items():
            if getattr(posting, field):
                yield FieldCheck(field, best is not None and is_right(posting, best))


def _likeness(expected: ExpectedPosting, found: ExtractedPosting) -> float:
    one, other = set(_fold(expected.title).split()), set(_fold(found.title).split())
    same_reference = bool(expected.reference) and expected.reference == found.reference
    return len(one & other) / max(1, len(one | other)) + same_reference


def _fold(text: str) -> str:
    return " ".join(re.findall(r"[\w+#]+", text.casefold()))


def _same(expected: str, found: str) -> bool:
    return _fold(expected) == _fold(found)


def _pay(expected: ExpectedPosting, found: ExtractedPosting) -> bool:
    pay = found.pay
    return pay is not None and expected.pay == (
        pay.minimum,
        pay.maximum,
        pay.currency,
        pay.period.value,
    )


def _years(expected: ExpectedPosting, found: ExtractedPosting) -> bool:
    return found.experience is not None and found.experience.minimum == expected.experience_years


def _contact(expected: ExpectedPosting, found: ExtractedPosting) -> bool:
    contact = found.contact
    pairs = zip(expected.contact or (), (contact.name, contact.email, contact.phone), strict=True)
    return all(not wanted or _same(wanted, got) for wanted, got in pairs)


def _all_in(expected: Iterable[str], found: Iterable[str]) -> bool:
    return {_fold(item) for item in expected} <= {_fold(item) for item in found}


_CHECKS: dict[str, Callable[[ExpectedPosting, ExtractedPosting], bool]] = {
    "title": lambda expected, found: _same(expected.title, found.title),
    "company": lambda expected, found: _same(expected.company, found.company),
    "client": lambda expected, found: _same(expected.client, found.client),
    "locations": lambda expected, found: (
        [*map(_fold, expected.locations)] == [*map(_fold, found.locations)]
    ),
    "work_mode": lambda expected, found: found.work_mode.name.lower() == expected.work_mode,
    "employment_types": lambda expected, found: (
        set(expected.employment_types) == {kind.value for kind in found.employment_types}
    ),
    "duration": lambda expected, found: _same(expected.duration, found.duration),
    "pay": _pay,
    "experience_years": _years,
    "skills": lambda expected, found: _all_in(expected.skills, found.skills),
    "work_authorization": lambda expected, found: _same(
        expected.work_authorization, found.work_authorization
    ),
    "start": lambda expected, found: _same(expected.start, found.start),
    "reference": lambda expected, found: _same(expected.reference, found.reference),
    "contact": _contact,
}


def _by_field(checks: Iterable[FieldCheck]) -> dict[str, tuple[int, int]]:
    counted: dict[str, tuple[int, int]] = {}
    for check in checks:
        right, all_of_them = counted.get(check.field, (0, 0))
        counted[check.field] = (right + check.is_right, all_of_them + 1)
    return counted

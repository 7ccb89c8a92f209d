"""How work is described: where it is done, what it pays, how much experience it takes."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class WorkMode(IntEnum):
    """Where the work is done; the numbers fit a one-byte array column."""

    UNKNOWN = 0
    ONSITE = 1
    HYBRID = 2
    REMOTE = 3


class SalaryPeriod(StrEnum):
    """The stretch of time an amount of money is paid for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class SalaryRange:
    """Pay as it was stated; neither converted nor annualised.

    Attributes:
        minimum: Lower bound in units of ``currency``, or None when only "up to" is known.
        maximum: Upper bound in units of ``currency``, or None when only "from" is known.
        currency: ISO 4217 code, upper case.
        period: What one payment of the amount covers.
    """

    minimum: float | None
    maximum: float | None
    currency: str
    period: SalaryPeriod


@dataclass(frozen=True, slots=True)
class YearsRange:
    """Years of experience asked for; None leaves that side open."""

    minimum: float | None
    maximum: float | None

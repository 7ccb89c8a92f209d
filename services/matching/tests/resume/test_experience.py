from datetime import date

import pytest
from blacklight_matching.resume.experience import years_of_experience
from blacklight_matching.resume.positions import find_positions

TODAY = date(2022, 6, 15)


def years(jobs: str, text: str = "") -> float | None:
    return years_of_experience(find_positions(jobs.split("\n"), TODAY), text, TODAY)


class TestDatedJobs:
    def test_stretches_add_up(self) -> None:
        assert years("Nurse, 2015 - 2018\nCook, 2010 - 2012") == 5.0

    def test_overlaps_count_once(self) -> None:
        assert years("Nurse, 2010 - 2015\nCook, 2012 - 2014\nPorter, 2014 - 2016") == 6.0

    def test_a_current_job_ends_today(self) -> None:
        assert years("Nurse, July 2020 - now") == 2.0

    def test_they_go_before_claims(self) -> None:
        assert years("Nurse, 2015 - 2018", "20 years of experience") == 3.0

    def test_a_larger_claim_counts_when_a_job_is_not_dated(self) -> None:
        jobs = "Nurse, 2015 - 2018\na\nb\nc\nCook, Acme"
        assert years(jobs, "8 years of experience") == 8.0
        assert years(jobs, "1 year of experience") == 3.0


class TestClaims:
    @pytest.mark.parametrize(
        ("text", "claimed"),
        [
            ("8+ years of experience", 8.0),
            ("over fifteen years of nursing experience", 15.0),
            ("5 years of total experience in web development", 5.0),
            ("4 years’ experience (80 % in Java)", 4.0),
            ("3+ years of experience, 5+ years of total experience", 5.0),
            ("Experience: 6 years", 6.0),
            ("1.5 years of experience", 1.5),
        ],
    )
    def test_phrases(self, text: str, claimed: float) -> None:
        assert years("", text) == claimed

    @pytest.mark.parametrize("text", ["", "28 years old", "99 years of experience", "in 5 years"])
    def test_none(self, text: str) -> None:
        assert years("", text) is None

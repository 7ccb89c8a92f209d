"""What a posting asks for and offers, read out of its text."""

from blacklight_shared.postings.experience import find_years
from blacklight_shared.postings.salary import find_salary
from blacklight_shared.postings.skills import PostingSkills, find_posting_skills
from blacklight_shared.postings.work_mode import find_work_mode

__all__ = [
    "PostingSkills",
    "find_posting_skills",
    "find_salary",
    "find_work_mode",
    "find_years",
]

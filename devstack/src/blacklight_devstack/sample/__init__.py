"""Postings and CVs of invented companies and people, to try Blacklight on; see the README."""

from pathlib import Path

FOLDER = Path(__file__).parent

JOBS_CSV = FOLDER / "jobs.csv"
JOBS_JSONL = FOLDER / "jobs.jsonl"
BAD_JOBS_CSV = FOLDER / "jobs_bad.csv"
CVS_FOLDER = FOLDER / "cvs"
EXPECTED_JSON = FOLDER / "expected.json"

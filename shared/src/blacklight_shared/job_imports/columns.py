"""Which column of a file holds which field of a posting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import TypeAdapter, ValidationError

from blacklight_shared.job_imports.errors import ImportFileError
from blacklight_shared.job_imports.postings import POSTING_FIELDS

_OTHER_NAMES = {
    "external_id": ("id", "job_id", "jobid", "posting_id", "requisition_id", "req_id", "reference"),
    "title": ("job_title", "position", "position_title", "role", "name"),
    "company": ("company_name", "employer", "client", "organisation", "organization"),
    "location": ("job_location", "city", "place", "candidate_required_location"),
    "description": ("job_description", "body", "text", "details", "summary"),
    "employment_type": ("job_type", "contract_type", "type"),
    "work_mode": ("workplace_type", "remote_type", "workplace"),
    "skills": ("tags", "keywords", "required_skills"),
    "experience_min_years": ("min_experience", "min_years", "experience_years"),
    "experience_max_years": ("max_experience", "max_years"),
    "salary_min": ("min_salary", "salary_from"),
    "salary_max": ("max_salary", "salary_to"),
    "salary_currency": ("currency",),
    "salary_period": ("pay_period", "salary_unit"),
    "salary_text": ("salary", "compensation", "pay", "rate"),
    "url": ("link", "job_url", "apply_url", "job_link"),
    "posted_date": ("date_posted", "posted_at", "posted", "time_posted", "publication_date"),
    "expires_at": ("valid_through", "expiry_date", "closing_date"),
}

ColumnMapping = Mapping[str, str]
"""Field of a posting → column of the file; an empty column: the file has none for the field."""

_MAPPING = TypeAdapter(dict[str, str])


def parse_mapping(text: str | None) -> ColumnMapping:
    """The mapping that a client wrote as a JSON object of strings.

    Raises:
        ImportFileError: It is something else.
    """
    if text is None:
        return {}
    try:
        return _MAPPING.validate_json(text)
    except ValidationError:
        raise ImportFileError(
            "column_mapping", 'Write a JSON object, such as {"title": "Position"}.'
        ) from None


def map_columns(columns: Iterable[str], chosen: ColumnMapping) -> dict[str, str]:
    """Decide which column holds which field.

    Args:
        columns: The columns that the file has.
        chosen: What the client says; it wins over names that are recognised.

    Returns:
        Field → column, for the fields that the file has.

    Raises:
        ImportFileError: ``chosen`` names a field or a column that does not exist.
    """
    present = list(columns)
    for field, column in chosen.items():
        if field not in POSTING_FIELDS:
            raise ImportFileError(
                "column_mapping", f"Map these fields: {', '.join(sorted(POSTING_FIELDS))}."
            )
        if column and column not in present:
            raise ImportFileError("column_mapping", f"The file has no column for {field}.")
    taken = set(chosen.values())
    by_name = {_folded(column): column for column in reversed(present) if column not in taken}
    recognised = {
        field: by_name[name]
        for field in POSTING_FIELDS
        if field not in chosen
        for name in (field, *_OTHER_NAMES.get(field, ()))[::-1]
        if name in by_name
    }
    return recognised | {field: column for field, column in chosen.items() if column}


def _folded(column: str) -> str:
    return re.sub(r"[\s\-.]+", "_", column.strip().lower())

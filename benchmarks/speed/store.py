"""A market's rows in the database, written as fast as Postgres takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from blacklight_matching.locations import parse_location
from blacklight_matching.matches.binary_copy import HEADER, TRAILER, encode_rows
from blacklight_matching.scoring import (
    CandidateFeatures,
    JobFeatures,
    Places,
    QuantizedVectors,
    Ragged,
)
from psycopg import sql

from benchmarks.speed.market import CITIES

Connection = psycopg.Connection[tuple[Any, ...]]

ROLE_NAME = "Software Engineer"
TENANT_ID = 1
ROLE_ID = 1

_ROWS_AT_ONCE = 50_000
_HASH = b"given"


def add_tenant_and_role(connection: Connection) -> None:
    """The tenant and the role that everything belongs to."""
    connection.execute(
        "INSERT INTO tenants (id, slug, name) OVERRIDING SYSTEM VALUE VALUES (%s, 'firm', 'Firm')",
        [TENANT_ID],
    )
    connection.execute(
        "INSERT INTO global_roles (id, name, normalized_name, status) OVERRIDING SYSTEM VALUE"
        " VALUES (%s, %s, lower(%s), 'approved')",
        [ROLE_ID, ROLE_NAME, ROLE_NAME],
    )


def add_jobs(connection: Connection, jobs: JobFeatures, model: str) -> None:
    """Store postings with features and vectors, and nothing to read: their text is empty.

    Args:
        connection: A superuser's, which may leave triggers out.
        jobs: The postings.
        model: Of the vectors.
    """
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        _stage(
            connection,
            {
                "id": jobs.ids,
                **_place_columns(jobs.places),
                "min_years": jobs.min_years,
                "max_years": jobs.max_years,
                "work_mode": jobs.work_mode.astype(np.int32),
                "salary_min_year_usd": jobs.salary_min_usd_year,
                "salary_max_year_usd": jobs.salary_max_usd_year,
            },
            {
                "skill_ids": jobs.skills.lists,
                "skill_importance": Ragged(
                    jobs.skills.indptr, jobs.skills.importance.astype(np.int32)
                ),
            },
        )
        connection.execute(
            "INSERT INTO job_postings (id, source, external_id, title, content_hash, role_id)"
            " OVERRIDING SYSTEM VALUE SELECT id, 'bench', id::text, %s, '', %s FROM staged",
            [ROLE_NAME, ROLE_ID],
        )
        connection.execute(
            "INSERT INTO job_features (job_posting_id, role_id, content_hash, skill_ids,"  # noqa: S608
            f" skill_words, skill_importance, work_mode, min_years, max_years,"
            f" salary_min_year_usd, salary_max_year_usd, {_PLACE_NAMES})"
            f" SELECT id, %s, %s, skill_ids, {_WORDS},"
            f" skill_importance, work_mode, {_nulls('min_years', 'max_years')},"
            f" {_nulls('salary_min_year_usd', 'salary_max_year_usd')}, {_PLACE_VALUES}"
            " FROM staged",
            [ROLE_ID, _HASH],
        )
        _copy_vectors(
            connection, "job_embeddings", "job_posting_id", jobs.ids, jobs.embeddings, model
        )


def repeat_jobs(connection: Connection, count: int, after: int) -> None:
    """Store the first postings once more, under the ids that follow.

    Args:
        connection: A superuser's, which may leave triggers out.
        count: How many; ids 1 to ``count`` are taken.
        after: The largest id there is.
    """
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "INSERT INTO job_postings (id, source, external_id, title, content_hash, role_id)"
            " OVERRIDING SYSTEM VALUE"
            " SELECT id + %(after)s, source, (id + %(after)s)::text, title, content_hash, role_id"
            " FROM job_postings WHERE id <= %(count)s",
            {"after": after, "count": count},
        )
        for table in ("job_features", "job_embeddings"):
            names = [
                str(name)
                for (name,) in connection.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                    " AND attnum > 0 AND NOT attisdropped AND attname <> 'job_posting_id'",
                    [table],
                )
            ]
            columns = sql.SQL(", ").join(map(sql.Identifier, names))
            connection.execute(
                sql.SQL(
                    "INSERT INTO {table} (job_posting_id, {columns})"
                    " SELECT job_posting_id + %(after)s, {columns} FROM {table}"
                    " WHERE job_posting_id <= %(count)s"
                ).format(table=sql.Identifier(table), columns=columns),
                {"after": after, "count": count},
            )


def add_written_jobs(connection: Connection, jobs: JobFeatures, words: dict[int, str]) -> None:
    """Store postings as their source wrote them, to be read by the system.

    Args:
        connection: A superuser's.
        jobs: What the texts say.
        words: The names of skills.
    """
    with connection.cursor().copy(
        "COPY job_postings (source, external_id, title, location, work_mode, content_hash, role_id,"
        " description, experience_min_years, experience_max_years, salary_min, salary_max,"
        " salary_currency, salary_period) FROM STDIN"
    ) as copy:
        for row in written_jobs(jobs, words):
            copy.write_row(row)


def written_jobs(jobs: JobFeatures, words: dict[int, str]) -> Iterator[tuple[object, ...]]:
    """Postings as texts and fields, in the order of ``add_written_jobs``."""
    modes = [None, "onsite", "hybrid", "remote"]
    for row, job_id in enumerate(jobs.ids.tolist()):
        start, end = jobs.skills.indptr[row], jobs.skills.indptr[row + 1]
        skills = [words[skill_id] for skill_id in jobs.skills.skill_ids[start:end].tolist()]
        required = int((jobs.skills.importance[start:end] == 2).sum())
        pay = float(jobs.salary_max_usd_year[row])
        yield (
            *("bench", str(job_id), ROLE_NAME, CITIES[job_id % len(CITIES)]),
            *(modes[int(jobs.work_mode[row])], b"", ROLE_ID),
            f"Requirements:\n{_bullets(skills[:required])}\n"
            f"Nice to have:\n{_bullets(skills[required:])}",
            *(_number(jobs.min_years[row]), _number(jobs.max_years[row])),
            *(_number(jobs.salary_min_usd_year[row]), _number(jobs.salary_max_usd_year[row])),
            *((None, None) if np.isnan(pay) else ("USD", "year")),
        )


def add_candidates(connection: Connection, candidates: CandidateFeatures, model: str) -> None:
    """Store approved candidates with features and vectors.

    Args:
        connection: A superuser's, which may leave triggers out.
        candidates: The candidates; all prefer the one role.
        model: Of the vectors.
    """
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        _stage(
            connection,
            {
                "id": candidates.ids,
                **_place_columns(candidates.places),
                "years": candidates.years_experience,
                "wants": candidates.salary_expected_usd_year,
                "relocates": candidates.relocates,
            },
            {"skill_ids": candidates.skills},
        )
        connection.execute(
            "INSERT INTO candidates (id, tenant_id, status, first_name) OVERRIDING SYSTEM VALUE"
            " SELECT id, %s, 'approved', 'Person' FROM staged",
            [TENANT_ID],
        )
        connection.execute(
            "INSERT INTO candidate_preferred_roles (candidate_id, role_id, tenant_id, rank)"
            " SELECT id, %s, %s, 0 FROM staged",
            [ROLE_ID, TENANT_ID],
        )
        connection.execute(
            "INSERT INTO candidate_features (candidate_id, tenant_id, content_hash, skill_ids,"  # noqa: S608
            f" skill_words, years_experience, salary_expected_year_usd, willing_to_relocate,"
            f" {_PLACE_NAMES})"
            f" SELECT id, %s, %s, skill_ids, {_WORDS},"
            f" {_nulls('years', 'wants')}, relocates, {_PLACE_VALUES}"
            " FROM staged",
            [TENANT_ID, _HASH],
        )
        _copy_vectors(
            connection,
            *("candidate_embeddings", "candidate_id", candidates.ids),
            *(candidates.embeddings, model, TENANT_ID),
        )
    connection.execute(
        "ANALYZE candidates, candidate_features, candidate_embeddings, candidate_preferred_roles"
    )


def add_written_candidates(
    connection: Connection, candidates: CandidateFeatures, words: dict[int, str]
) -> None:
    """Store approved candidates as they wrote their profiles, to be read by the system.

    Args:
        connection: A superuser's.
        candidates: What the profiles say; all prefer the one role.
        words: The names of skills.
    """
    cities = dict(zip(_city_codes(), CITIES, strict=True))
    with connection.transaction():
        for row, candidate_id in enumerate(candidates.ids.tolist()):
            wanted = _number(candidates.salary_expected_usd_year[row])
            connection.execute(
                "INSERT INTO candidates (id, tenant_id, status, first_name, skills, location,"
                " years_experience, salary_expected, salary_currency, salary_period)"
                " OVERRIDING SYSTEM VALUE"
                " VALUES (%s, %s, 'approved', 'Person', %s, %s, %s, %s, %s, %s)",
                [
                    *(candidate_id, TENANT_ID),
                    [words[skill_id] for skill_id in candidates.skills.row(row).tolist()],
                    cities[int(candidates.places.city[row])],
                    _number(candidates.years_experience[row]),
                    *((None, None, None) if wanted is None else (wanted, "USD", "year")),
                ],
            )
            connection.execute(
                "INSERT INTO candidate_preferred_roles (candidate_id, role_id, tenant_id, rank)"
                " VALUES (%s, %s, %s, 0)",
                [candidate_id, ROLE_ID, TENANT_ID],
            )


def _city_codes() -> list[int]:
    places = [parse_location(city) for city in CITIES]
    return [-1 if place is None else place.location.city or -1 for place in places]


_WORDS = "array_fill('word'::text, ARRAY[cardinality(skill_ids)])"
_PLACE_NAMES = "country, region, city, latitude, longitude"


def _nulls(*columns: str) -> str:
    return ", ".join(f"NULLIF({column}, 'NaN')" for column in columns)


_PLACE_VALUES = f"country, region, city, {_nulls('latitude', 'longitude')}"


def _place_columns(places: Places) -> dict[str, npt.NDArray[Any]]:
    return {
        "country": places.country.astype(np.int32),
        "region": places.region,
        "city": places.city,
        "latitude": places.latitude,
        "longitude": places.longitude,
    }


def _stage(
    connection: Connection, scalars: dict[str, npt.NDArray[Any]], arrays: dict[str, Ragged]
) -> None:
    types = {"i8": "bigint", "i4": "integer", "f4": "real", "b1": "boolean"}
    columns = [f"{name} {types[column.dtype.str[1:]]}" for name, column in scalars.items()]
    columns += [f"{name} integer[]" for name in arrays]
    connection.execute(
        f"CREATE TEMPORARY TABLE staged ({', '.join(columns)}) ON COMMIT DROP".encode()
    )
    with connection.cursor().copy("COPY staged FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(HEADER)
        for block in encode_rows(scalars, arrays):
            copy.write(block)
        copy.write(TRAILER)


def _copy_vectors(
    connection: Connection,
    table: str,
    key: str,
    ids: npt.NDArray[np.int64],
    vectors: QuantizedVectors,
    model: str,
    tenant_id: int | None = None,
) -> None:
    """Rows of one length, so they are an array: header and value of each field in turn."""
    owner = [] if tenant_id is None else ["tenant_id"]
    vector_type = np.dtype([("n", ">i2"), ("_", ">i2"), ("x", ">f4", vectors.dimension)])
    fields: list[tuple[str, Any, Any]] = [
        (key, ">i8", None),
        *((name, ">i8", tenant_id) for name in owner),
        ("model", f"S{len(model.encode())}", model.encode()),
        ("dimension", ">i2", vectors.dimension),
        ("content_hash", f"S{len(_HASH)}", _HASH),
        ("embedding", vector_type, None),
    ]
    row_type = np.dtype(
        [("field_count", ">i2")]
        + [part for name, kind, _ in fields for part in ((f"{name} length", ">i4"), (name, kind))]
    )
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _, _ in fields)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), names
    )
    with connection.cursor().copy(statement) as copy:
        copy.write(HEADER)
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            rows = np.zeros(len(ids[some]), row_type)
            rows["field_count"] = len(fields)
            for name, _, value in fields:
                rows[f"{name} length"] = row_type[name].itemsize
                if value is not None:
                    rows[name] = value
            rows[key] = ids[some]
            rows["embedding"]["n"] = vectors.dimension
            # Codes are whole numbers up to 127, so they are the codes of themselves.
            rows["embedding"]["x"] = vectors.codes[some]
            copy.write(rows.tobytes())
        copy.write(TRAILER)


def _bullets(words: list[str]) -> str:
    return "\n".join(f"- {word}" for word in words)


def _number(value: np.floating[Any]) -> float | None:
    return None if np.isnan(value) else float(value)

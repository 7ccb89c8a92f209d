"""Courses of study, out of the lines about education."""

import re
from collections.abc import Sequence

from blacklight_matching.resume.models import DegreeLevel, Education

_DEGREES = (
    (
        DegreeLevel.DOCTORATE,
        r"ph\.?\s?d\.?|d\.?phil\.?|doctorate|doctoral|doctor of \w+|dr\. ?rer|m\.d\.|\bmd\b"
        r"|j\.?d\.?(?=\W)|candidate of (?:technical )?sciences?",
    ),
    (
        DegreeLevel.MASTER,
        r"master(?:['’]?s)?(?: degree| of (?:arts|sciences?)\b)?"
        r"|m\.? ?sc\.?|m\.s\.|\bms\b(?= in)|m\.a\.|mba|m\.? ?eng\.?"
        r"|m\.?tech\.?|mph|msw|llm|magister|specialist degree|diplom[- ]ing\w*"
        r"|diplom(?=\W)|maîtrise",
    ),
    (
        DegreeLevel.BACHELOR,
        r"bachelor(?:['’]?s)?(?: degree| of (?:arts|sciences?)\b)?"
        r"|b\.? ?sc\.?|b\.s\.|\bbs\b(?= in)|b\.a\.|\bba\b(?= in)|bba"
        r"|b\.? ?eng\.?|b\.?tech\.?|b\.e\.|b\.?com\.?(?=\W)|llb|bsn|licence|licenciatura|laurea"
        r"|undergraduate degree|higher education",
    ),
    (
        DegreeLevel.ASSOCIATE,
        r"associate(?:['’]?s)?(?: degree| of (?:arts|science|applied)\b)|a\.a\.s?\.?|hnd"
        r"|foundation degree"
        r"|practical engineer|higher national diploma|vocational (?:diploma|degree|school)"
        r"|college diploma",
    ),
    (
        DegreeLevel.SECONDARY,
        r"high school(?: diploma)?|secondary school|a[- ]levels?|gcses?|abitur|baccalaur[eé]at|ged"
        r"|matriculation|matura",
    ),
)
_LEVELS = [
    (level, re.compile(rf"(?<![\w.])(?:{pattern})(?![\w])", re.IGNORECASE))
    for level, pattern in _DEGREES
]
_FIELD_END = r"(?=\s*(?:[,;.()|:\d–\n]|\s-\s|\s{2,}|$)|\s+(?:at|from|in)\s)"
_FIELD_BEHIND = re.compile(
    rf"(?:\s+degree)?\s*(?:\b(?:in|of)\s+(?:the\s+)?|[:,–-]?\s*(?=[A-Z]))(?P<field>[^\W\d_][^\n,;.()|:\d–]{{2,70}}?){_FIELD_END}"
)
_FIELD_LATER = re.compile(rf"\bin\s+(?P<field>[A-Z][^\n,;.()|:\d–]{{2,70}}?){_FIELD_END}")
_FIELD_REACH = 120
_PIECES = re.compile(r"\s{2,}|[,;|()\t•–]|\s-\s")
_INSTITUTION = re.compile(
    r"\b(?:Universit\w+|Institut\w*|College|School|Academy|Polytechnic\w*|Hochschule|Faculty"
    r"|École|Ecole|Universidad|Politecnico|Technion|Fachhochschule|MIT|ETH)\b"
)
_INSTITUTION_NOISE = re.compile(
    r"^(?:.*\b(?:from|at)\s+(?:the\s+)?|[\s\d./:-]+|in\s+(?:the\s+)?)|\s+in\s+(?:[A-Z][a-z]+\s+)?(?:19|20)\d\d.*$"
)
_LONGEST_INSTITUTION = 120
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]\d|20[0-4]\d)(?!\d)")
_LONGEST_LINE = 400
_MOST_ENTRIES = 12


def find_education(lines: Sequence[str]) -> tuple[Education, ...]:
    """Find courses of study in the lines of the education sections.

    A line with a degree or an institution starts an entry, unless the entry before still lacks
    just that; years and fields on the lines in between belong to the entry before.
    """
    entries: list[Education] = []
    for line in lines:
        found = _read_line(line[:_LONGEST_LINE])
        if found is None:
            continue
        if entries and (merged := _merge(entries[-1], found)) is not None:
            entries[-1] = merged
        elif found.level is not None or found.institution is not None:
            entries.append(found)
    return tuple(entries[:_MOST_ENTRIES])


def _read_line(line: str) -> Education | None:
    level, degree = _degree(line)
    institution = _institution(line)
    years = _YEAR.findall(line)
    if level is None and institution is None and not years:
        return None
    return Education(
        level=level,
        degree=degree[0] if degree else None,
        field=_field(line, degree) if degree else None,
        institution=institution,
        year=int(years[-1]) if years else None,
    )


def _degree(line: str) -> tuple[DegreeLevel | None, re.Match[str] | None]:
    for level, pattern in _LEVELS:
        if (match := pattern.search(line)) is not None:
            return level, match
    return None, None


def _field(line: str, degree: re.Match[str]) -> str | None:
    match = _FIELD_BEHIND.match(line, degree.end()) or _FIELD_LATER.search(
        line, degree.end(), degree.end() + _FIELD_REACH
    )
    if match is None or _INSTITUTION.search(match["field"]):
        return None
    return match["field"].strip()


def _institution(line: str) -> str | None:
    for piece in _PIECES.split(line):
        if _INSTITUTION.search(piece):
            name = _INSTITUTION_NOISE.sub("", piece.strip()).strip(' -:."“”«»')
            if name[:1].isupper() and 2 < len(name) <= _LONGEST_INSTITUTION:
                return name
    return None


def _merge(before: Education, found: Education) -> Education | None:
    """Join what two neighbouring lines say when neither says what the other does."""
    for name in ("level", "institution"):
        if getattr(before, name) is not None and getattr(found, name) is not None:
            return None
    if found.level is None and found.institution is None and before.year is not None:
        return before
    values = {
        name: getattr(found, name) if getattr(before, name) is None else getattr(before, name)
        for name in Education.model_fields
    }
    return Education(**values)

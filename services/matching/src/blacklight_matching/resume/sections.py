"""The sections of a CV, told by their headings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto


class SectionKind(Enum):
    """What a section is about."""

    TOP = auto()
    SUMMARY = auto()
    EXPERIENCE = auto()
    PROJECTS = auto()
    EDUCATION = auto()
    SKILLS = auto()
    LANGUAGES = auto()
    CERTIFICATIONS = auto()
    CONTACT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive lines under one heading; the lines before the first heading are ``TOP``."""

    kind: SectionKind
    lines: tuple[str, ...]


def split_sections(text: str) -> list[Section]:
    """Cut a CV into sections.

    A heading is a short line made of nothing but heading words ("Professional Experience",
    "EDUCATION:"), or such words in front of a colon ("Languages: English, French"), or one in
    capitals in front of other text ("EDUCATION Belarusian State University"). Below a job,
    "Technologies:" and the like are labels, not headings.
    """
    sections = [Section(SectionKind.TOP, ())]
    lines: list[str] = []

    def close(kind: SectionKind) -> None:
        sections[-1] = Section(sections[-1].kind, tuple(lines))
        sections.append(Section(kind, ()))
        lines.clear()

    for line in _short_lines(text.split("\n")):
        current = sections[-1].kind
        heading = _heading(line)
        if heading is None or (current in _WITH_LABELS and heading.is_label):
            lines.append(line)
        elif heading.rest and heading.kind in _OF_ONE_LINE:
            close(heading.kind)
            lines.append(heading.rest)
            close(current)
        else:
            close(heading.kind)
            lines.extend(filter(None, [heading.rest]))
    close(SectionKind.OTHER)
    return [section for section in sections if section.lines]


def lines_of(sections: Iterable[Section], *kinds: SectionKind) -> list[str]:
    """Return the lines of all sections of the given kinds."""
    return [line for section in sections if section.kind in kinds for line in section.lines]


_LONGEST_LINE = 600
_WIDE_GAP = re.compile(r"[ \t]{3,}|(?=[•●▪◦■])")


def _short_lines(lines: Iterable[str]) -> Iterator[str]:
    """Lines as they are; those that swallowed a page are cut where layout left a wide gap."""
    for line in lines:
        if len(line) <= _LONGEST_LINE:
            yield line
        else:
            for piece in _WIDE_GAP.split(line):
                yield from (
                    piece[start : start + _LONGEST_LINE]
                    for start in range(0, len(piece), _LONGEST_LINE)
                )


_LONGEST_HEADING = 60
_MOST_WORDS = 6
_WORDS = re.compile(r"[^\W\d_]+")
_TRIM = " \t:;.,-–—=_*#|•●▪◦■►➢❖~<>()[]/\\"
_COLON = re.compile(r"^[^:\n]{2,40}[:：]")
_CAPITALS = re.compile(r"^[ \t]*([A-Z]{5,}(?: (?:AND|&|[A-Z]{4,})){0,3})(?=[ \t]+[^\s])")


_WITH_LABELS = frozenset({SectionKind.EXPERIENCE, SectionKind.PROJECTS})
_OF_ONE_LINE = frozenset(
    {SectionKind.SKILLS, SectionKind.LANGUAGES, SectionKind.CERTIFICATIONS, SectionKind.CONTACT}
)


@dataclass(frozen=True, slots=True)
class _Heading:
    """What a heading announces, what follows it on its line, and whether it may be a label."""

    kind: SectionKind
    rest: str
    is_label: bool


def _heading(line: str) -> _Heading | None:
    whole = line.strip(_TRIM)
    if len(whole) <= _LONGEST_HEADING and (whole[:1].isupper() or line.rstrip().endswith(":")):
        kind = _kind_of(whole)
        if kind is not None:
            return _Heading(kind, "", _is_label(whole))
    if (colon := _COLON.match(line)) is not None and colon[0].strip(_TRIM)[:1].isupper():
        kind = _kind_of(colon[0])
        if kind is not None:
            return _Heading(kind, line[colon.end() :].strip(), _is_label(colon[0]))
    if (capitals := _CAPITALS.match(line)) is not None:
        kind = _kind_of(capitals[1])
        if kind is not None:
            return _Heading(kind, line[capitals.end() :].strip(), is_label=False)
    return None


def _is_label(heading: str) -> bool:
    return all(
        word in _LABELS or word in _FILLERS for word in map(str.casefold, _WORDS.findall(heading))
    )


def _kind_of(heading: str) -> SectionKind | None:
    """The kind of a heading made of known words only; the most telling word decides."""
    words = [word.casefold() for word in _WORDS.findall(heading)]
    if not words or len(words) > _MOST_WORDS or any(map(str.isdigit, heading)):
        return None
    if " ".join(words) in _WHOLE_HEADINGS:
        return _WHOLE_HEADINGS[" ".join(words)]
    kinds = {_KIND_OF_WORD[word] for word in words if word in _KIND_OF_WORD}
    known = all(word in _KIND_OF_WORD or word in _FILLERS for word in words)
    if not known or not kinds:
        return None
    return next(kind for kind in _MOST_TELLING if kind in kinds)


_LABELS_LIST = """
    technologies technology tools stack software frameworks databases programming project
    projects achievements achievement accomplishments activities overview introduction goal
    goals about used environment environments work description awards details
"""
_LABELS = frozenset(_LABELS_LIST.split())
_MOST_TELLING = (
    SectionKind.EDUCATION,
    SectionKind.EXPERIENCE,
    SectionKind.CERTIFICATIONS,
    SectionKind.LANGUAGES,
    SectionKind.SKILLS,
    SectionKind.PROJECTS,
    SectionKind.SUMMARY,
    SectionKind.CONTACT,
    SectionKind.OTHER,
)

_HEADING_WORDS = {
    SectionKind.SUMMARY: """
        summary profile objective about overview introduction statement goal goals bio biography
        profil zusammenfassung résumé perfil resumen sobre
    """,
    SectionKind.EXPERIENCE: """
        experience experiences employment career history work jobs positions internship internships
        berufserfahrung werdegang praktika expérience expériences parcours experiencia laboral
        esperienza trayectoria
    """,
    SectionKind.PROJECTS: "project projects projekte projets proyectos portfolio",
    SectionKind.EDUCATION: """
        education educational academic academics studies schooling qualification qualifications
        degrees university ausbildung bildung studium schulbildung formation études diplômes
        educación formación estudios istruzione formazione
    """,
    SectionKind.SKILLS: """
        skill skills competencies competences competence expertise technologies technology tools
        proficiencies abilities stack kenntnisse fähigkeiten fachkenntnisse compétences habilidades
        competencias competenze aptitudes software frameworks databases strengths
    """,
    SectionKind.LANGUAGES: "language languages sprachen sprachkenntnisse langues idiomas lingue",
    SectionKind.CERTIFICATIONS: """
        certification certifications certificate certificates certified licenses licences license
        licence licensure credentials courses trainings zertifikate zertifizierungen
        weiterbildung certificaciones cursos
    """,
    SectionKind.CONTACT: "contact contacts details address personalia kontakt coordonnées contacto",
    SectionKind.OTHER: """
        interests hobbies references publications awards honors honours achievements recommendations
        volunteering volunteer volunteership activities memberships affiliations patents conferences
        references referenzen interessen loisirs intérêts referencias intereses military army
        accomplishments extracurricular hobby other miscellaneous additional
    """,
}
_KIND_OF_WORD = {word: kind for kind, words in _HEADING_WORDS.items() for word in words.split()}
_FILLERS_LIST = """
    and of the my me in to for with professional personal technical key core relevant
    selected main other additional general areas area knowledge set soft hard practical
    spoken foreign information info computer it industry business work working background
    recent previous past current notable major special programs training trainings
    qualifications specialised specialized short executive detailed side own freelance full
    part time highlights und der die das berufliche beruflicher et de la le professionnelle
    professionnelles profesional y e
"""
_FILLERS = frozenset(_FILLERS_LIST.split())
_WHOLE_HEADINGS = {
    "experience summary": SectionKind.SKILLS,
    "relevant experience summary": SectionKind.SKILLS,
    "summary of qualifications": SectionKind.SUMMARY,
    "qualifications summary": SectionKind.SUMMARY,
    "professional background": SectionKind.EXPERIENCE,
    "background": SectionKind.SUMMARY,
    "training": SectionKind.CERTIFICATIONS,
    "trainings": SectionKind.CERTIFICATIONS,
    "personal information": SectionKind.CONTACT,
    "personal details": SectionKind.CONTACT,
    "personal data": SectionKind.CONTACT,
    "personal qualities": SectionKind.OTHER,
    "curriculum vitae": SectionKind.TOP,
    "resume": SectionKind.TOP,
    "programming languages": SectionKind.SKILLS,
    "languages and frameworks": SectionKind.SKILLS,
    "languages and technologies": SectionKind.SKILLS,
    "key achievements": SectionKind.EXPERIENCE,
    "achievements": SectionKind.EXPERIENCE,
    "key projects": SectionKind.PROJECTS,
    "technical experience": SectionKind.SKILLS,
    "areas of expertise": SectionKind.SKILLS,
    "full time": SectionKind.EXPERIENCE,
}

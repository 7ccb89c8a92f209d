"""Titles that the vocabulary of English occupations lacks: foreign ones and abbreviations."""

from __future__ import annotations

import re

# Names of occupations that English lacks; in Romance languages their field stands behind them.
_GERMANIC_HEAD = re.compile(
    r"\b[\w-]*(?:entwickler|berater|ingenieur|architekt|leiter|techniker|mechaniker|mechatroniker"
    r"|pfleger|fachkraft|kaufmann|kauffrau|elektriker|buchhalter|ontwikkelaar|beheerder"
    r"|utvecklare|konsulent|verkäufer|fahrer|schlosser|monteur|sachbearbeiter|referent|erzieher"
    r"|fräser|dreher|tischler|schreiner|maurer|installateur|monteurin|bäcker|gärtner|köchin"
    r"|chauffeur|lagerist|schweißer|disponent|arbeiter|helfer|medewerker|adviseur|verpleegkundige"
    r"|sjuksköterska)(?:[:*/_]?in(?:nen)?)?\b"
    r"(?-i:(?<=leiter) [A-ZÄÖÜ][\w-]+|(?<=leiterin) [A-ZÄÖÜ][\w-]+)?",
    re.IGNORECASE,
)
_GENDER = r"(?:\((?:ne|e|trice|euse|ère|se|re|a|as)\)|[·./-](?:ne|e|trice|euse|ère|se|re|a)\b)?"
_ROMANCE_HEAD = re.compile(
    r"^(?:développeu(?:r|se)|ingénieure?|chef(?:fe)? de projet|analyste|architecte"
    r"|technicien(?:ne)?"
    r"|cariste|préparat(?:eur|rice)|conduct(?:eur|rice)|soudeu(?:r|se)|chauffeur|vendeu(?:r|se)"
    r"|électricien(?:ne)?|plombier|cuisinier|serveu(?:r|se)|responsable|gestionnaire|assistante?"
    r"|soldador|electricista|administrativ[oa]|camarer[oa]|operai[oa]|impiegat[oa]|tecnic[oa]"
    r"|técnic[oa]|responsabile|magazziniere|autista|infermier[ea]"
    r"|comptable|infirmi(?:er|ère)|desarrollador[ae]?|ingenier[oa]|analista|arquitect[oa]"
    r"|programador[ae]?|contable|enfermer[oa]|sviluppator[ei]|ingegnere|programmatore"
    r"|desenvolvedora?|engenheir[oa])s?(?!\w)" + _GENDER,
    re.IGNORECASE,
)
_ROMANCE_END = re.compile(
    r"\s(?:para|pour|por|per|con|avec|com|en|em|in|chez|basé\w*|qui|que|che|et|a|à|[-–|/])(?=\s|$)",
    re.IGNORECASE,
)
_MOST_FOREIGN = 5
FULL_TITLES = {
    "BA": "Business Analyst",
    "GP": "General Practitioner",
    "NP": "Nurse Practitioner",
    "PA": "Physician Assistant",
    "PM": "Project Manager",
    "QA": "Quality Assurance Analyst",
    "RN": "Registered Nurse",
}
"""Titles of two letters, in full: alone they say too little."""
_ABBREVIATIONS = frozenset(
    {
        *("AGNP", "BCBA", "BDM", "BDR", "CMA", "COTA", "CRNA", "DSP", "EMT", "FNP", "HCA", "HRBP"),
        *("KAM", "LCSW", "LMFT", "LPC", "LVN", "ODP", "PCA", "PCT", "PMO", "PTA", "RBT"),
        *("RDMS", "RGN", "RMN", "RNLD", "RRT", "RVT", "SDR", "SENCO", "SLP", "TSM"),
    }
)
"""Of occupations, as the trade writes them."""
_ABBREVIATION = re.compile(r"(?P<title>[A-Z]{3,5})(?:['’]?s)?(?![\w-])")


def foreign_title(text: str) -> str:
    """The title in another language that a text begins with; "" if it begins with none."""
    if (match := _GERMANIC_HEAD.search(text)) and len(
        text[: match.start()].split()
    ) < _MOST_FOREIGN:
        return text[: match.end()].strip()
    if _ROMANCE_HEAD.match(text):
        return _ROMANCE_END.split(" ".join(text.split()[:_MOST_FOREIGN]))[0]
    return ""


def short_title(text: str) -> str:
    """The abbreviation of an occupation that a text begins with, without plural; "" without one."""
    match = _ABBREVIATION.match(text)
    return match["title"] if match and match["title"] in _ABBREVIATIONS else ""

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
_GERMANIC_REQUEST = re.compile(
    r"^.*\b(?:suchen|sucht|s[öø]ker|søger|zoeken|zoekt|für|eine?n?|een|ett|en)\s", re.IGNORECASE
)
_GENDER = r"(?:\((?:ne|e|trice|euse|ère|se|re|a|as)\)|[·./-](?:ne|e|trice|euse|ère|se|re|a)\b)?"
_ROMANCE_HEAD = re.compile(
    r"^(?:développeu(?:r|se)|ingénieure?|chef(?:fe)? (?:d['’]équipe"
    r"|de (?:projet|partie|rang|chantier|cuisine))|analyste|architecte"
    r"|technicien(?:ne)?"
    r"|cariste|préparat(?:eur|rice)|conduct(?:eur|rice)|soudeu(?:r|se)|chauffeur|vendeu(?:r|se)"
    r"|électricien(?:ne)?|plombier|cuisinier|serveu(?:r|se)|responsable|gestionnaire|assistante?"
    r"|soldador|electricista|administrativ[oa]|camarer[oa]|operai[oa]|impiegat[oa]|tecnic[oa]"
    r"|técnic[oa]|responsabile|contabile|ragionier[ea]|camerier[ea]|cuoc[oa]|saldatore|elettricista"
    r"|addett[oa]|commess[oa]|magazziniere|autista|infermier[ea]"
    r"|comptable|infirmi(?:er|ère)|desarrollador[ae]?|ingenier[oa]|analista|arquitect[oa]"
    r"|programador[ae]?|contable|enfermer[oa]|sviluppator[ei]|ingegnere|programmatore"
    r"|desenvolvedora?|engenheir[oa])s?(?!\w)" + _GENDER,
    re.IGNORECASE,
)
_ROMANCE_END = re.compile(
    r"\s(?:para|pour|por|per|con|avec|com|en|em|in|chez|basé\w*|qui|que|che|et|a|à|[-–|/]|CACES)(?=\s|$)"
    r"|\s(?=\d|\()",
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
        return _GERMANIC_REQUEST.sub("", text[: match.end()]).strip()
    if _ROMANCE_HEAD.match(text):
        words = _ROMANCE_END.split(" ".join(text.split()[:_MOST_FOREIGN]))[0]
        return words.removesuffix("s") if " " not in words else words
    return ""


def short_title(text: str) -> str:
    """The abbreviation of an occupation that a text begins with, without plural; "" without one."""
    match = _ABBREVIATION.match(text)
    return match["title"] if match and match["title"] in _ABBREVIATIONS else ""


def agent_title(text: str) -> str:
    """The words that a text begins with, up to one formed like a name of an occupation.

    For where somebody is asked for: "4 joiners for six weeks". "" where the first words end
    otherwise, or in one of the many other nouns in "-er" and "-or".
    """
    words = _AGENT_WORDS.match(text)
    if words is None:
        return ""
    head = words["head"].casefold()
    return words["title"] if head not in _NO_AGENTS and head[:-1] not in _NO_AGENTS else ""


_AGENT_WORDS = re.compile(
    r"(?P<title>(?:[A-Za-z0-9][\w/&-]{0,20} ){0,3}?(?P<head>[A-Za-z-]{2,20}(?:er|or|ist|ian|man"
    r"|hand|tech|smith|wright|monger|eur|euse|aide)|(?<= )(?:hand|tech|aide)))s?"
    r"(?=[.,;:!?)\n]|$| (?:for|in|at|to|with|who|on|from|and|or|by|based|starting"
    r"|beginning|near|asap|next"
    r"|urgently|available|needed|required|this|tomorrow|tonight|today|\d|if|out|per)"
    r")"
)
_NO_AGENTS_LIST = """
    adapter answer banner bearer better binder border bother brother buffer bumper calendar
    chapter character charger chatter cluster colour color computer container copier copter corner
    counter cover customer corridor daughter dealer december deer delivery dinner disaster discover
    dollar door dozen either elevator employer enter error ever factor father favor feather
    fever figure filter fire floor flyer folder former further generator hammer hamper handover
    hangover harbor her honor hour humor indicator insider interior investor italian keeper
    labor ladder laser later latter layer leather letter liquor list locker lover major manner manor
    marker master matter member merger meter mirror mister mixer monitor monster mother motor
    movie never newsletter november number october offer older order other outlier over owner paper
    parameter partner pattern peer pepper per pier placeholder player pointer poster power prayer
    precursor printer prior processor projector provider quarter razor reader reminder
    reseller river roller rotor router rubber ruler rumor scanner sector sender sensor september
    sewer shelter shower silver sister soccer speaker spider sponsor starter summer supper supplier
    sweater switcher tender tensor terror theater tier timer together tower tractor trailer
    transformer transmitter trigger tumor under upper user vector vendor viewer visitor volunteer
    voucher wafer wander water weather whether winner winter wonder user later man
    first-hand list checklist exist assist twist waist wrist mist christian
    human woman roman german walkman talisman beforehand secondhand shorthand
"""
_NO_AGENTS = frozenset(_NO_AGENTS_LIST.split())
"""Nouns that end like occupations, and say of nobody what they do."""

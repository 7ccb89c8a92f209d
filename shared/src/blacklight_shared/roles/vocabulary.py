"""Words that titles are made of: what names the work, and what only says how, where or how senior.

All entries are lower case and in the spelling that ``titles`` compares, after abbreviations have
been written out.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files

_LISTS: dict[str, str] = tomllib.loads((files(__package__) / "title_words.toml").read_text("utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


ABBREVIATIONS = {
    "acct": "account",
    "asst": "assistant",
    "assoc": "associate",
    "coord": "coordinator",
    "dev": "developer",
    "dir": "director",
    "eng": "engineer",
    "engg": "engineering",
    "engr": "engineer",
    "exec": "executive",
    "jnr": "junior",
    "jr": "junior",
    "maint": "maintenance",
    "mfg": "manufacturing",
    "mgmt": "management",
    "mgr": "manager",
    "mktg": "marketing",
    "ops": "operations",
    "rep": "representative",
    "sde": "software engineer",
    "snr": "senior",
    "spec": "specialist",
    "sr": "senior",
    "supv": "supervisor",
    "svp": "vice president",
    "evp": "vice president",
    "avp": "vice president",
    "swe": "software engineer",
    "sw": "software",
    "vp": "vice president",
}

FINAL_ABBREVIATIONS = {"admin": "administrator", "tech": "technician"}
"""Written out only where they are the last word: a "tech lead" is no technician."""

SPELLINGS = {
    "back end": "backend",
    "e commerce": "ecommerce",
    "front end": "frontend",
    "fullstack": "full stack",
    "health care": "healthcare",
    "help desk": "helpdesk",
    "pre sales": "presales",
    "sys admin": "system administrator",
    "sysadmin": "system administrator",
    "systems administrator": "system administrator",
    "systems analyst": "system analyst",
    "systems engineer": "system engineer",
}
"""Ways to write one thing, and the one that is kept."""

HEAD_NOUNS = _words("head_nouns")
"""Words that say what somebody is; a title means what stands before its last one."""

HEAD_NOUN_SUFFIXES = ("ator", "ologist", "ographer", "ician", "keeper", "maker", "smith", "wright")

WEAK_HEAD_NOUNS = frozenset({"apprentice", "intern", "internship", "trainee"})
"""Name the work only where nothing else does."""

GENERIC_HEADS = _words("generic_heads") | {"vice president"}
"""Heads that mean nothing alone: "Manager, Data Science" is a data science manager."""

RANKS = _words("ranks")
"""Say how senior somebody is wherever they stand in front of other words."""

RANKS_OR_WORK = _words("ranks_or_work")
"""Say how senior somebody is only where another word names the work."""

RANK_PHRASES = (
    "new college grad",
    "new grad",
    "recent graduate",
    "university grad",
    "entry level",
    "mid level",
    "senior level",
    "middle level",
    "early career",
    "mid senior",
)

ARRANGEMENT_PHRASES = (
    "work from home",
    "full time",
    "part time",
    "fixed term",
    "contract to hire",
    "temp to hire",
    "temp to perm",
    "per diem",
    "on site",
    "on call",
    "night shift",
    "day shift",
    "evening shift",
    "second shift",
    "third shift",
    "first shift",
    "weekend shift",
    "sign on bonus",
    "immediate start",
    "urgent hire",
    "urgently hiring",
    "now hiring",
    "looking for",
    "job opening",
    "job title",
    "all genders",
)
ARRANGEMENT = _words("arrangement")

PROTECTED_PHRASES = (
    "assistant manager",
    "assistant principal",
    "assistant store manager",
    "chief of staff",
    "contract administrator",
    "contract manager",
    "contract negotiator",
    "contract specialist",
    "entry clerk",
    "entry operator",
    "entry specialist",
    "expert witness",
    "job coach",
    "job developer",
    "lead generation",
    "position classification",
    "principal investigator",
    "remote pilot",
    "remote sensing",
    "staff development",
    "staff sergeant",
    "temporary works",
    "title examiner",
    "title officer",
    "virtual assistant",
    "virtual reality",
    "volunteer coordinator",
    "volunteer manager",
)
"""Where a word that is noise elsewhere is part of the work."""

KEPT_TAILS = ("in test", "in training", "of staff", "at law")
"""What may follow a head noun and still belong to it."""

TAIL_WORDS = frozenset({"with", "for", "at", "in", "within", "on", "from", "to", "based"})
"""After a head noun these begin what the work is about or where it is."""

PLACES = _words("places")
PLACE_PHRASES = (
    "new york city",
    "new york",
    "new jersey",
    "new mexico",
    "new hampshire",
    "new zealand",
    "new orleans",
    "north carolina",
    "north dakota",
    "south carolina",
    "south dakota",
    "south africa",
    "south san francisco",
    "san francisco bay area",
    "san francisco",
    "san diego",
    "san jose",
    "san antonio",
    "san mateo",
    "santa clara",
    "santa monica",
    "palo alto",
    "mountain view",
    "menlo park",
    "redwood city",
    "los angeles",
    "las vegas",
    "long beach",
    "salt lake city",
    "kansas city",
    "st louis",
    "washington dc",
    "west virginia",
    "rhode island",
    "united states",
    "united kingdom",
    "united arab emirates",
    "saudi arabia",
    "hong kong",
    "cape town",
    "tel aviv",
    "sao paulo",
    "bay area",
)

ACRONYMS = _words("acronyms")
"""Written in capitals in the name of a role."""

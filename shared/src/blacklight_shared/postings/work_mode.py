"""Where the work of a posting is done."""

import re

from blacklight_shared.skills import fold
from blacklight_shared.work_terms import WorkMode

# For text in lower case.
_HYBRID = re.compile(
    r"\bhybrid[ -](?:work|working|schedule|workplace|remote|office|arrangement|set-?up|position"
    r"|role|job|model|on-?site)\b(?!s|,? (?:of|blend|between|combin))"
    r"|\(hybrid\)|\b(?:is|are) hybrid\b(?! of)"
    r"|\b(?:partly|partially|part)[- ]remote\b|\bremote[ /-]+hybrid\b"
    r"|\b(?:[1-4]|one|two|three|four)(?:-[2-4])?\s+days?\s+(?:a|per|each|/)\s*week"
    r"\s+(?:in|from|at)\s+(?:the\s+|our\s+)?(?:office|home)"
    r"|\bdays\s+(?:in\s+(?:the\s+)?office|from\s+home)\b"
    r"|\bwork(?:ing)?[- ]from[- ]home\s+(?:polic|days?\b|options?\b|flexib|once|twice|occasion"
    r"|one|two|[1-4]\b|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?)"
)
_NOT_REMOTE = re.compile(
    r"\b(?:no|not|non|isn['’]t|cannot be|unable to (?:offer|support))\b[- ](?:\w+ ){0,3}?"
    r"(?:remote|telecommut\w*|work(?:ing)? from home|wfh|home ?office)\b"
    r"|\bremote\s+(?:work(?:ing)?\s+)?(?:is\s+)?not\b"
)
_REMOTE = re.compile(
    r"\b(?:fully|100\s?%|completely|entirely)[ -]remote\b"
    r"|\bremote[- ](?:first|only|ok|friendly|based)\b"
    r"|\bremote\s+(?:position|role|job|opportunity|work(?!\s+(?:site|team))|working|employee"
    r"|within|in\s+the|anywhere)\b|\b(?:is|be|are|working|work)\s+(?:fully\s+)?remote(?:ly)?\b"
    r"|\bwork(?:ing)?\s+from\s+(?:home|anywhere)\b|\btelecommut(?:e|ing)\b"
    r"|\bremote (?:is|would be) (?:fine|ok|okay|possible|great)\b|\bcan be (?:done )?remote"
    r"|\bhome[- ]based\b|\bwfh\b"
    r"|\bvirtual\s+(?:position|role)\b|\blocation:?\s+remote\b|\bhome\s?office\s+(?:possible|100)"
)
_ONSITE = re.compile(
    r"\b(?:on[- ]?site|in[- ](?:office|person))\s+"
    r"(?:position|role|job|only|work|required|presence|\d)"
    r"|\b(?:must|will|required to|need to|able to)\s+(?:\w+\s+){0,3}(?:on[- ]?site|in the office)\b"
    r"|\b100\s?%\s+(?:on[- ]?site|in[- ]office)\b"
    r"|\bthis is an? (?:on[- ]?site|in[- ]office)\b"
    r"|\blocation:?\s+on[- ]?site\b"
)
_SHORT_REMOTE = re.compile(r"\b(?:remote(?:ly)?|wfh|work from home|anywhere|telecommute|virtual)\b")
_SHORT_ONSITE = re.compile(r"\b(?:on[- ]?site|in[- ]office)\b")
_SHORT_HYBRID = re.compile(r"\bhybrid\b")
_NOT_A_PLACE = re.compile(
    r"\bremote (?:sensing|support|access|monitoring|desktop|control|patient|infrastructure)",
    re.IGNORECASE,
)


def find_work_mode(title: str, location: str, description: str) -> WorkMode:
    """Tell where the work is done.

    Title and location go before the description; there the bare word "remote" is enough. In the
    description, only phrases about this job count ("remote position", "two days a week in the
    office"), not "remote teams". Hybrid goes before remote: it implies the other.
    """
    short = _NOT_A_PLACE.sub(" ", fold(f"{title}\n{location}"))
    if not _NOT_REMOTE.search(short):
        for pattern, mode in (
            (_SHORT_HYBRID, WorkMode.HYBRID),
            (_SHORT_REMOTE, WorkMode.REMOTE),
            (_SHORT_ONSITE, WorkMode.ONSITE),
        ):
            if pattern.search(short):
                return mode
    return _described(description)


def _described(text: str) -> WorkMode:
    folded = fold(text)
    if not any(hint in folded for hint in _HINTS):
        return WorkMode.UNKNOWN
    if _HYBRID.search(folded):
        return WorkMode.HYBRID
    if _NOT_REMOTE.search(folded):
        return WorkMode.ONSITE
    if _REMOTE.search(folded):
        return WorkMode.REMOTE
    return WorkMode.ONSITE if _ONSITE.search(folded) else WorkMode.UNKNOWN


_HINTS = (
    *("hybrid", "remote", " home", "telecommut", "wfh", "from anywhere", "virtual", "on-site"),
    *("onsite", "on site", "in-office", "in office", "in the office", "in-person"),
)

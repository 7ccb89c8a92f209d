"""The title of a job: labelled, in the subject, or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from blacklight_shared.roles.title_finding import names_work, title_in, title_key

from blacklight_email_sync.parsing.mime.headers import FORWARD_SUBJECT, REPLY_SUBJECT
from blacklight_email_sync.parsing.rules.other_titles import (
    FULL_TITLES,
    agent_title,
    foreign_title,
    short_title,
)
from blacklight_email_sync.parsing.rules.places import cities_in, mode_of
from blacklight_email_sync.parsing.rules.title_parts import (
    ARRANGEMENT,
    GENDERS,
    is_field,
    with_parts,
    without_initials,
)

_LONGEST_TITLE = 120
_MOST_WORDS = 12

_SUBJECT_NOISE = re.compile(
    r"^\W*(?:(?:hot|very|super|most)\s+)?(?:[a-z]{1,4}[# -]{0,2}\d{3,}[\d-]*"
    r"|urgent(?:ly)?|immediate(?:ly)?|new|direct client"
    r"|exclusive|open|hot|priority|asap|quick"
    r"|local only|temp|temporary|part[- ]time|c2c|w2|need(?:ed)?|requirements?|req|reqs|jobs?"
    r"|positions?|roles?|openings?|posting"
    r"|(?:(?:active )?(?:ts/sci|top secret|secret|public trust|sc|dv)[- ])?cleared"
    r"|ts/sci(?: w/ \w+)?"
    r"|know|any|good|recruitment|opportunit(?:y|ies)|hiring|we(?:'re| are) hiring|now hiring"
    r"|looking for|seeking|vacancy|job (?:description|opening|opportunity|requirement|alert"
    r"|title)|contract|fulltime|full time|permanent|staffing|available|great"
    r"|exciting|excellent|interested|candidates?|consultants?|resumes?|profiles?|submission"
    r"|please share|share|send|your|for|an?|the|of|in|with|our|client's|direct|interview"
    r"|client(?! (?:services?|success|relations?\w*|partner|director|manager|associate|advis[eo]r"
    r"|executive|account|portfolio|support|care|experience|engagement|solutions|delivery))"
    r"|stelle|poste(?: de)?|offre(?: de)?|projekt|projektanfrage|oferta|freelance|suche|recherche)"
    r"(?=[\s:–—!|*\]/-]|$)[\s:–—!|*\]/-]*",
    re.IGNORECASE,
)
_MOST_NOISE_WORDS = 12
_BRACKETED = re.compile(r"[\[({<][^\[\](){}<>]{0,80}[\])}>]")
_PIECES = re.compile(
    r"\s*(?:\|\|?|//+|\s[-–—]{1,2}\s|[-–—]\s|\s[-–—]|;|:|::|~|\*+|@|_{2,}|•|\t|\s\.{2,}\s)\s*"
)
_CLAUSE_END = re.compile(
    r"\s(?:at|in|for|with|who|to|based|on|from|near|that|located|onsite|remote|hybrid|role"
    r"|position|job|opening|opportunity|requirement|needed|required|wanted|reporting|asap"
    r"|positions|roles|jobs|openings|replacement|backfill|hire|search|vacancy|mandate|will|can"
    r"|beginning|commencing|starting|working|covering|joining"
    r"|tomorrow|tonight|today|this|out|per|each|every|if|so|but|\d{1,2}(?::\d\d)? ?[ap]m(?:-\w+)?"
    r"|goes|gave|left|went|handed|resigned|retires?|has|had|have"
    r"|urgently|immediately|soon|next|by|is|are|as|and (?:you|your|i|we|an?|one|two|\d)"
    r"|bei|für|chez|en|à|w/)(?=[\s,.:!?)]|$)",
    re.IGNORECASE,
)
_SENTENCE_CUES = re.compile(
    r"\b(?:(?:looking|searching|search|hunt|hunting) (?:to (?:hire|add|bring on|fill) |for )"
    r"|(?:in )?need(?:s|ed|ing)?(?: of| for)?\s(?!to\b)|seek(?:s|ing)?\s|hiring(?: for)?\s"
    r"|hire\s|know (?:of )?(?=an? )|(?:just )?lost (?=our |an? |the )|replac(?:e|ing) (?=our "
    r"|an? |the )|recruiting(?: for)?\s"
    r"|(?:opening|openings|requirement|requirements|req|vacancy|opportunity|position|role|job"
    r"|spot|headcount) (?:for|as|of|is for|:|open for|available for)\s"
    r"|(?:join (?:us|our team|the team|\w+) as|work as|title is|role is|position is|role as"
    r"|backfill(?:ing)? (?:for|our|a)|replacement for|filling|fill|add)\s"
    r"|(?:find|get|source|recruit|appoint|engage|bring in) (?:us |me )?|\bafter (?=an? )"
    r"|requires?\s"
    r"|(?:hire|role|post|position|vacancy|search) (?:of|for) |gesucht:?\s|employ\s|wanted:?\s"
    r"|(?:one of our|our|the|my) (?:current )?(?=[\w /&-]{3,60} (?:gave|goes (?:out|on|off)|is off"
    r"|is out|is moving|has given|is leaving|left|resigned"
    r"|quit"
    r"|is retiring|will (?:retire|leave)|retires|handed in|has resigned|is going on|goes on))"
    r"|suchen(?: wir)?(?: \w+){0,4}? (?:eine?n? |nach )|recherch(?:e|ons)\s|cherch(?:e|ons)\s"
    r"|busca(?:mos)?\s|cerchiamo\s|zoeken\s|poste de\s|stelle als\s)"
    r"(?:immediately |urgently |currently |actively |now )?(?:an? |the |one |two |three "
    r"|\d{1,2}x? |x ?\d{1,2} |\(\d\) |four |five |six |couple of |few |additional |full[- ]time "
    r"|part[- ]time |new |certified |licensed |dedicated |talented |some |several |multiple "
    r"|our |another |for |experienced |strong |talented "
    r"|skilled |great |good |solid |hands[- ]on |passionate |motivated |une? |ein(?:e|en)? "
    r"|un[ao]? )*",
    re.IGNORECASE,
)
_DETERMINERS = (
    r"(?:immediately |urgently |currently |actively |now )?(?:an? |the |one |two |three |four "
    r"|five |six |\d{1,2} ?x? |x ?\d{1,2} |couple of |few |more |some |several |multiple |our "
    r"|another |1:1 |one[- ]to[- ]one |for |experienced |strong |talented |skilled |great "
    r"|good |solid |(?:full|part)[- ]time |new |certified |licensed |qualified |une? |des |deux "
    r"|trois |quatre |ein(?:e|en)? |zwei |drei |un[ao]? |dos |tres |due |tre |twee |drie |ett? "
    r"|en |två |un/una )*"
)
_ASKING = re.compile(
    r"\b(?:looking (?:to (?:hire|add|bring on|fill|appoint) |for )|search(?:ing)? for |chasing "
    r"|(?:desperate|crying out|recruitment|hunt(?:ing)?|opening|vacancy) for |short (?:of )?"
    r"|in need of |need(?:s|ed)? (?!to\b)|seek(?:s|ing)? |hir(?:e|ing) |recruit(?:ing)? |appoint "
    r"|(?:find(?:ing)?|get|sourc(?:e|ing)|send|dig up|provide|supply) (?:us |me )?|could use "
    r"|requests? |(?:want|like|require) (?=an? |one |two |three |\d)|add(?:ing)? |replace "
    r"|los(?:ing|t) (?:our |my |an? )|after (?=an? |one |two |three |four |\d|some )"
    r"|requires? |wanted:? |backfill |applications for |suchen |(?:re)?cherch(?:e|ons|ent) "
    r"|busca(?:mos)? |(?:ri)?cerchiamo |zoeken |s[öø]ker |søger )" + _DETERMINERS,
    re.IGNORECASE,
)
_NAMING = re.compile(
    r"\b(?i:accepting applications for|applications? (?:are invited )?for|vacancy (?:for|of|-|:)"
    r"|position of"
    r"|(?:role|post|job) of|openings? for|posting:|vacancy:|position:|hiring:?|now hiring:?)"
    r" (?i:an? |the |our )?(?P<title>[A-Z][\w/&+#.-]*(?: (?:(?:of|and|&) )?[A-Z][\w/&+#.-]*){0,5})"
)
_NOUN_BEHIND = re.compile(
    r"\s(?:role|position|opening|opportunity|job|requirement|vacancy)s?\b", re.IGNORECASE
)
_BEFORE_NOUN = 70
_NOT_TITLE_START = re.compile(
    r"(?:.*[.!?:,;\n]\s|^|.*\s)(?:an?|the|our|this|following|for|your|of|any|as|is|have|with|in"
    r"|new|open|to|about|on"
    r"|urgent|immediate|exciting|great|excellent|contract|permanent|remote|hybrid|onsite|my"
    r"|their|below|direct)\s",
    re.IGNORECASE | re.DOTALL,
)
_RANK_DOT = re.compile(r"\b([sj]r)\.\s*", re.IGNORECASE)
_CLAUSE_BREAK = re.compile(r"\n|[.!?,;:](?=\s|$)|[(\[|]")
_EDGES = " ,-–*\"'“”"
_FEW_WORDS = 4
_CASED = re.compile(r"(?:^|(?<=[\s/(-]))(?!(?:of|and|the|for|in|de|du)\b)[a-zà-ÿ]")
_EMPLOYER = re.compile(
    r"^.{2,60}? (?:is|are) (?:now |currently )?hiring(?: for)?\b[\s:!–-]*", re.IGNORECASE
)
_SCHOOL = re.compile(r"\b(?:School|College|University|Academy|Course|Faculty)\b")
_GREETING = re.compile(
    r"\W*(?:dear|hi|hey|hello|greetings|good (?:morning|afternoon|evening|day)|team|all|guten"
    r"|bonjour"
    r"|buen[oa]s|sehr geehrte|attn|attention|you(?:[^\w ]re)?|we(?:[^\w ]re)?|he|she|they"
    r"|thanks?|please"
    r"|i)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:requires?|needs?|seeks?|wants?|is|are|has|have|was|were|will|looks?|looking)\b"
)
_VAGUE = re.compile(
    r"(?:internships?|trainees?|apprenticeships?|consultants?|candidates?|resources?|engineers?"
    r"|developers?|partners?|people|team members?|jobs?)$",
    re.IGNORECASE,
)
_SURE_LABEL = re.compile(r"title|role|position|designation|stelle|poste|puesto|bezeichnung")
_ARTICLE = re.compile(
    r"\b(?:[Aa]n?|[Oo]ne|[Oo]ur|[Tt]he)\s(?:new |strong |good |great |full[- ]time )*"
)
_SENTENCE_START = re.compile(r"[.!?]\s+(?=[A-Z])")
_SENTENCE_END = re.compile(r"[.!?,;]$|\b(?:we|you|your|our|my|i|vi|wir|nous|wij)\b", re.IGNORECASE)
_MENTION_REACH, _MOST_ASKED = 3_000, 60
_TRAILING = re.compile(
    r"\s*(?:\b(?:role|position|job|opening|opportunity|requirement|needed|required|wanted"
    r"|urgent(?:ly)?|immediate(?:ly)?|asap|contract|c2c|w2|only|needs?|gesucht|gezocht)\b|[-–—,:;|/*!.])+\s*$",
    re.IGNORECASE,
)


def labelled_title(value: str) -> str:
    """The title in the value of a label: without place, arrangement and number behind it."""
    value = " ".join(value.split()).strip(" *_\"'“”|-–:,.")[: 2 * _LONGEST_TITLE]
    first, *others = (piece for piece in _PIECES.split(value) if piece.strip()) if value else ("",)
    if len(first.split()) > _MOST_WORDS:
        return _title_at_start(first)
    title = first
    for other in others:
        if is_arrangement(other) or len(title) + len(other) > _LONGEST_TITLE:
            break
        title = f"{title} - {other}"
    if (place := cities_in(title)) and title.endswith(place[0]):
        title = title[: -len(place[0])]
    return _trimmed(title)


def subject_title(subject: str) -> str:
    """The title in a subject; "" if there is none."""
    subject = without_prefixes(subject)
    subject = _EMPLOYER.sub("", subject)
    for text in (_without_remarks(subject), subject):
        pieces = [piece for piece in _PIECES.split(text) if piece.strip()]
        for piece in pieces:
            if title := _title_at_start(_without_noise(piece)):
                return title
    return ""


def asked_title(text: str) -> str:
    """The title that a text asks for: "we need a …", "hiring a …"; "" if there is none."""
    asked = [text[match.end() : match.end() + _LONGEST_TITLE] for match in requests_in(text)]
    known = (title for words in asked if (title := _title_at_start(words)))
    unknown = (title for words in asked if (title := agent_title(words)))
    return next(known, "") or next(unknown, "")


def requests_in(text: str) -> list[re.Match[str]]:
    """The first requests of a text, each up to the words for what is asked for."""
    return list(islice(_ASKING.finditer(text), _MOST_ASKED))


def pieces_of(subject: str) -> list[str]:
    """The pieces of a subject, without "Re:", remarks in brackets and words around a title."""
    pieces = _PIECES.split(_without_remarks(without_prefixes(subject)))
    return [_trimmed(_without_noise(piece)) for piece in pieces if piece.strip()]


def named_title(text: str) -> str:
    """A title of unknown words where nothing but a title can stand: "vacancy for …"."""
    match = _NAMING.search(text)
    return _trimmed(match["title"]) if match else ""


def sentence_title(text: str) -> str:
    """The title in running text: "we are looking for a …", "the … role"; "" if there is none."""
    for match in _SENTENCE_CUES.finditer(text):
        if title := _title_at_start(text[match.end() : match.end() + _LONGEST_TITLE]):
            return title
    if title := asked_title(text):
        return title
    for match in _NOUN_BEHIND.finditer(text):
        if title := _title_at_end(text[max(0, match.start() - _BEFORE_NOUN) : match.start()]):
            return title
    return ""


def clause_title(text: str) -> str:
    """The first title of two words or more that a sentence begins with: "Tax clerk, 3+ years"."""
    for match in _SENTENCE_START.finditer(text[:_MENTION_REACH]):
        title = _title_at_start(text[match.end() : match.end() + _LONGEST_TITLE])
        behind = text[match.end() + len(title) :][:1]
        if len(title.split()) > 1 and behind in {",", ".", ";"} and not _VERB.search(title):
            return title
    return ""


def mentioned_title(text: str) -> str:
    """The first title of two words or more that an article stands before; "" without one."""
    for match in _ARTICLE.finditer(text[:_MENTION_REACH]):
        title = _title_at_start(text[match.end() : match.end() + _LONGEST_TITLE])
        if len(title.split()) > 1:
            return title
    return ""


def is_work(title: str) -> bool:
    """Whether a word of a title says what somebody is."""
    return any(names_work(word) for word in re.findall(r"[^\W\d_]+", title)) or bool(
        foreign_title(title)
    )


def is_vague(title: str) -> bool:
    """Whether a title says little: "Summer internships", "consultants"."""
    return len(title.split()) < _FEW_WORDS and bool(_VAGUE.search(title)) and not _has_field(title)


def is_fuller(title: str, plain: str) -> bool:
    """Whether a title says the same as another in full: "Senior Unity Developer", "Unity dev"."""
    return len(title) > len(plain) > 0 and title_key(title) == title_key(plain)


def is_sure_label(label: str) -> bool:
    """Whether what stands behind a label is a title: "Job title", not "Need"."""
    return bool(_SURE_LABEL.search(label))


def line_title(line: str) -> str:
    """The title that a line begins with, such as an item of a list of jobs; "" without one."""
    if _GREETING.match(line):
        return ""
    pieces = [piece for piece in _PIECES.split(line) if piece.strip()]
    title = _title_at_start(_without_noise(pieces[0])) if pieces else ""
    return "" if _VERB.search(title) else title


def headline(text: str) -> str:
    """The title that a text begins with on a line of its own, as advertisements do; "" if none."""
    line = text.lstrip().split("\n", 1)[0].strip(" *_#:")[: _LONGEST_TITLE + 1]
    if not 1 < len(line.split()) <= _MOST_WORDS or len(line) > _LONGEST_TITLE:
        return ""
    title = line_title(line)
    if not title or _SENTENCE_END.search(line):
        return ""
    full = labelled_title(line)
    return full if full.startswith(title) else title


def without_prefixes(subject: str) -> str:
    """A subject without "Re:" and "Fwd:"."""
    for _ in range(_MOST_WORDS):
        match = REPLY_SUBJECT.match(subject) or FORWARD_SUBJECT.match(subject)
        if match is None:
            break
        subject = subject[match.end() :]
    return subject.strip()


def _title_at_start(text: str) -> str:
    """The title that a text begins with, however it is capitalised."""
    text = _RANK_DOT.sub(r"\1 ", text)
    clause = _CLAUSE_BREAK.split(text, maxsplit=1)[0][:_LONGEST_TITLE]
    for candidate in _candidates(clause):
        if not 0 < len(candidate.split()) <= _MOST_WORDS:
            continue
        title = with_parts(text, _title_as_written(candidate))
        if title := _trimmed(title) or foreign_title(candidate) or short_title(candidate):
            return FULL_TITLES.get(title, title)
    return ""


def _title_as_written(candidate: str) -> str:
    """The title that a text begins with, in the letters of the text; "" if it begins with none."""
    readable = _without_schools(_capitalised(candidate))
    found = title_in(readable) or ""
    start = readable.find(found)
    return candidate[start : start + len(found)]


def _without_remarks(subject: str) -> str:
    """A subject cut at its brackets, but for those that belong to a title: "(Azure)"."""
    return _BRACKETED.sub(
        lambda match: match[0] if match.start() and is_field(match[0][1:-1]) else " | ", subject
    )


def _has_field(title: str) -> bool:
    """Whether a title of two words names a field: "Java developer", not "new developer"."""
    return len(title.split()) > 1 and not re.match(
        r"(?:summer|winter|spring|fall|autumn|our|new|the|several|more|good|paid|great|\d+)\b",
        title,
        re.IGNORECASE,
    )


def _title_at_end(text: str) -> str:
    """The title that a text ends with, from its last small word on."""
    start = _NOT_TITLE_START.match(text)
    words = re.split(r"[.!?:,;\n]\s|[.!?:,;\n]$", text[start.end() if start else 0 :])[-1].strip()
    title = _title_at_start(words)
    return title if title and words.casefold().endswith(title.casefold()) else ""


def _candidates(clause: str) -> Iterator[str]:
    cut = _CLAUSE_END.search(clause, 1)
    for text in ([clause[: cut.start()]] if cut else []) + [clause]:
        candidate = text.strip(_EDGES)
        yield candidate
        if candidate.endswith("s"):
            yield candidate[:-1]


def _without_schools(text: str) -> str:
    """The text with words for schools replaced, as long: "School Nurse" is no degree."""
    return _SCHOOL.sub(lambda match: "X" * len(match[0]), text)


def _capitalised(text: str) -> str:
    return _CASED.sub(lambda match: match[0].upper(), text)


def _without_noise(piece: str) -> str:
    for _ in range(_MOST_NOISE_WORDS):
        rest = _SUBJECT_NOISE.sub("", piece, count=1)
        if rest == piece or not rest.strip():
            break
        piece = rest
    return piece.strip(" \t*-–:|!\"'")


def is_arrangement(piece: str) -> bool:
    """Whether a piece of a subject tells where or how the work is done, not what it is."""
    return bool(ARRANGEMENT.match(piece) or cities_in(piece) or mode_of(piece)) and not any(
        names_work(word) for word in re.findall(r"[A-Za-z]+", piece)
    )


def _trimmed(title: str) -> str:
    title = without_initials(GENDERS.sub(" ", title))
    title = _BRACKETED.sub(
        lambda m: " " if ARRANGEMENT.match(m[0]) or cities_in(m[0]) else m[0], title
    )
    return _TRAILING.sub("", " ".join(title.split())).strip(" *_\"'“”|-–:,")[:_LONGEST_TITLE]

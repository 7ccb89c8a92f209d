"""The facts of one job: labelled values go before the subject, the subject before the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from blacklight_shared.numerals import NUMBER_WORDS
from blacklight_shared.postings import find_posting_skills, find_work_mode, find_years
from blacklight_shared.skills import SkillTaxonomy
from blacklight_shared.work_terms import SalaryRange, WorkMode, YearsRange

from blacklight_email_sync.parsing.model import EmploymentType
from blacklight_email_sync.parsing.rules import places, terms, titles, unknown_titles
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import Labelled, find_labelled
from blacklight_email_sync.parsing.rules.pay import fuller_pay, labelled_pay, pay_in_text
from blacklight_email_sync.parsing.rules.segments import Segment

_LONGEST_VALUE = 200
_LONGEST_DESCRIPTION = 20_000
_SHORT_TEXT = 200
_MOST_OF_SKILL = 0.8
_TERMS = frozenset(
    {
        *(Field.LOCATION, Field.DURATION, Field.PAY, Field.EXPERIENCE, Field.SKILLS),
        *(Field.AUTHORIZATION, Field.EMPLOYMENT, Field.WORK_MODE),
    }
)
_ENOUGH_TERMS = 3
_BARE_YEARS = re.compile(r"\d{1,2}(?:\s?(?:-|–|to)\s?\d{1,2})?\s?\+?")
_ONSITE = re.compile(
    r"\b(?:fully|strictly|100 ?%|this is|role is|is|all|completely) on[- ]?site\b"
    r"|\bon[- ]?site (?:here )?(?:in|at)\b|(?:^|[.,(/|] ?)on-?site(?: ?[.,)/|]|$)"
    r"|\b(?:5|five) days? (?:a|per) week\b"
    r"|\bin[- ](?:the )?office (?:every|each) day\b|\bevery day in (?:the )?office\b"
    r"|\bwfo\b|\bwork from office\b|\b(?:no|not|isn['’]t) (?:\w+ )?remote\b|\boffice[- ]based\b"
    r"|\b(?:in|at|from) (?:our |(?:our|the) (?:[\w.'’-]+ ){1,2})"
    r"(?:office|plant|clinic|warehouse|shop|store"
    r"|lab|site|headquarters|hq)\b"
    r"|\bvor ort\b|\bsur site\b|\bpresencial\b|\bin[- ]person role\b",
    re.IGNORECASE,
)
_YEARS_ABROAD = r"(?:jahre?n?|ans?|années?|años?|ann[io]|jaar|års?)\b"
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(NUMBER_WORDS)})"
_YEARS_OF_WORK = re.compile(
    rf"(?<![\w$.,-])(?P<plus>{_NUMBER})\s?(?:(?:\+|plus\b|or more\b) ?(?:years?|yrs?)\b"
    r"|(?:years?|yrs?) (?:or more|plus|min)\b)"
    rf"|(?<![\w$.,-])(?P<low>{_NUMBER}) ?(?:-|–|to) ?{_NUMBER} ?(?:years?|yrs?)\b(?! (?:old|ago"
    rf"|contract))"
    r"|, (?P<listed>\d{1,2}) (?:years?|yrs?)(?=\s*(?:$|\n))"
    r"|(?<![\w$.,-])(?P<short>\d{1,2}) ?(?:y|yr|yrs|años|jahre|ans|anni|jaar) ?\+"
    rf"|\b(?:at least|minimum(?: of)?|min\.?|ideally|needs?|requires?|must have"
    rf"|wants?) (?P<least>{_NUMBER}) (?:years?|yrs?)\b"
    rf"|(?<![\w$.,-])(?P<behind>{_NUMBER}) (?:years?|yrs?)['’]?(?:[\s,|:–-]{{1,6}}(?:required"
    r"|mandatory|min\b|minimum|highly|verifiable)|,? (?:of (?!age)"
    r"|in (?!business|a row|prison)|hands[- ]on"
    r"|recent\b"
    r"|with\b|as an?\b|doing\b|on\b|using\b|\w{3,12}ing\b|post[- ]|pqe\b|exp\b))"
    rf"|(?<![\w$.,-])(?P<abroad>\d{{1,2}})(?: ?[-–] ?\d{{1,2}})? ?\+? ?{_YEARS_ABROAD}"
    r" (?:\w[\w'’-]* ){0,2}?(?:d['’])?\w{0,12}"
    r"(?:erfahrung|expérience|experiencia|esperienza|ervaring)"
    r"|\b(?:mindestens|mind\.|minimum|au moins|al menos|mínimo(?: de)?|almeno|minimaal|minstens"
    r"|minst|mindst)"
    rf" (?P<least_abroad>\d{{1,2}}) {_YEARS_ABROAD}",
    re.IGNORECASE,
)
_HYBRID = re.compile(
    r"\b(?:[1-4]|one|two|three|four)(?: ?(?:-|–|/|to|or) ?(?:\d|two|three|four))?x? (?:days?"
    r"|times?)"
    r"(?: ?(?:a|per|each|/|every) ?(?:week|wk))?,? (?:is |are |can be )?(?:required )?"
    r"(?:on[- ]?site|in[- ]person|remote|wfh|home ?office|from home|working from home"
    r"|in[- ](?:(?:the|our|their) )?(?:[\w.'’-]+ )?(?:office|lab|hq)|at (?:the|our) [\w' ]{0,20}?"
    r"(?:office|hq|site))\b"
    r"|\b(?:once|twice|one day|two days|three days|[1-4] days?) (?:a|per|each|every) week\b(?! of)"
    r"|\b[1-4](?: ?(?:-|to) ?\d)? days? ?(?:a|per|each|/) ?week\b"
    r"|\b(?:on-?site|in[- ](?:the )?(?:office|person)),? (?:[1-4]|one|two|three|four)"
    r"(?: ?(?:-|to|or) ?\d)? days?\b"
    r"|\b[1-4](?:-\d)? (?:tage?n?|jours?|días|giorni|dagen) (?:(?:die|pro|in der|par|a la|por|alla"
    r"|per|in de) )?(?:woche|semaine|semana|settimana|week)\b"
    r"|\b[1-4](?:-\d)? (?:tage?|jours?|días|giorni|dagen|dni) (?:(?:die|pro|par|a la|alla|per) "
    r"(?:woche|semaine|semana|settimana|week) )?(?:im |in |de |en |di |in het )?(?:home ?office"
    r"|büro|remote"
    r"|mobil|télétravail|bureau|oficina|teletrabajo|smart ?working|thuis)"
    r"|\bin[- ](?:the )?office (?:mon|tue|wed)\w*\s?(?:-|–|to|and|&|,)\s?(?:tue|wed|thu)\w*"
    r"|\b(?:home ?office|remote|télétravail|smart ?working|teletrabajo)\W{1,3}"
    r"(?:an |bis zu )?(?:[1-4]|zwei|drei|zwei bis drei|deux|trois|dos|tres|due|tre)"
    r" (?:tage?n?|jours?|días|giorni)\b"
    r"|\b[1-4] days? (?:office|home)\b|\b(?:the )?rest (?:is |of the (?:week|time) )?"
    r"(?:remote|from home|wfh)\b|\b(?:one|two|three|1|2|3) (?:days? )?from home\b"
    r"|\b[1-9]\d ?% ?(?:remote|home ?office|on-?site|wfh|travail à distance)\b"
    r"|\bteilweise remote|\bhíbrid[oa]\b|\bhybride\b|\bibrido\b|\btélétravail partiel"
    r"|(?<!no )(?<!not )\bhybrid\b(?! (?:cloud|mobile|apps?|vehicle|electric|infrastructure|it\b"
    r"|search|environment|data|car|project|agile|multi))",
    re.IGNORECASE,
)
_REMOTE = re.compile(
    r"(?:^|[.!?\n] ?)remote (?:in|within|from|across)\b"
    r"|\b(?:100 ?%|vollständig|komplett|total(?:mente|ement)?|full|enteramente|volledig|da|en|in)"
    r" (?:remot[eoa]|à distance|télétravail|teletrabajo|home ?office)\b",
    re.IGNORECASE,
)
_FIRST_YEARS = re.compile(
    r"\D{0,20}(?P<years>\d{1,2}) ?\+? ?(?:jahre?n?|ans|années|años|anni|jaar|lat|år"
    r"|y)\b",
    re.IGNORECASE,
)
_NEGATIVE = frozenset({"no", "none", "n/a", "na", "nil", "tbd", "-"})


def with_note(segment: Segment, note: str) -> Segment:
    """Add what the sender of a forwarded job wrote above it."""
    if not note.strip():
        return segment
    return replace(
        segment,
        labelled=[*segment.labelled, *find_labelled(note)],
        shared_text=f"{note}\n{segment.shared_text}".strip(),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """Reads the facts of one job.

    Attributes:
        segment: The part of the mail that is about the job.
        subject: Of the mail, or the heading of the job where the mail has several.
        origin: The sender's address and signature; they may tell the country.
    """

    segment: Segment
    subject: str
    origin: str = ""

    @property
    def labelled(self) -> list[Labelled]:
        """The labelled values."""
        return self.segment.labelled

    @property
    def text(self) -> str:
        """The job's text and what holds for all jobs of the mail."""
        return f"{self.segment.text}\n{self.segment.shared_text}"

    def labelled_value(self, field: Field) -> str:
        """The first value with a label of a field, "" without one."""
        return next(self._values(field), "")

    def title(self) -> str:
        """The title: labelled, in the subject, or in a sentence."""
        if self.segment.title:
            return self.segment.title
        labelled = [
            title
            for item in self.labelled
            if item.field is Field.TITLE and (title := titles.labelled_title(item.value))
        ]
        sure = [title for title in labelled if titles.is_work(title)]
        if sure or (labelled and self._has_title_label()):
            return (sure or labelled)[0]
        return (
            self._title_of_skill()
            or self._unlabelled_title()
            or next(iter(labelled), "")
            or self._title_of_unknown_words()
        )

    def description(self) -> str:
        """The text of the job; a short one with the subject and what holds for all jobs."""
        text = self.segment.text.strip()
        if len(text) < _SHORT_TEXT and self.subject not in text:
            text = f"{self.subject}\n\n{text}"
        if len(text) < _SHORT_TEXT and self.segment.shared_text:
            text = f"{text}\n\n{self.segment.shared_text}"
        return text[:_LONGEST_DESCRIPTION]

    def locations(self) -> tuple[str, ...]:
        """The places, as written."""
        for value in self._values(Field.LOCATION):
            if found := places.locations_of(value):
                return found
        for text in (self.subject, self.segment.text, self.segment.shared_text):
            if found := tuple(places.cities_in(text)):
                return found
        place = (
            places.place_in_subject(self.subject)
            or places.place_in_text(self.text)
            or places.place_of_office(self.text)
            or places.place_of_work(self.text)
            or places.place_named(f"{self.subject}\n{self.segment.text}")
            or places.place_mentioned(self.segment.text)
        )
        if place:
            return places.with_alternatives(place, f"{self.subject}\n{self.text}")
        if self.work_mode() is WorkMode.REMOTE:
            return ("Remote",)
        place = places.place_behind_title(self.segment.heading) if self.segment.title else ""
        return (place,) if place and not terms.stated_types(place) else ()

    def work_mode(self) -> WorkMode:
        """Where the work is done."""
        stated = " ".join([*self._values(Field.WORK_MODE), *self._values(Field.LOCATION)])
        if _HYBRID.search(f"{stated}\n{self.text}"):
            return WorkMode.HYBRID
        modes = [item for item in self.labelled if item.field is Field.WORK_MODE]
        if any("remote" in item.label and _is_yes(item.value) for item in modes):
            return WorkMode.REMOTE
        mode = find_work_mode(self.subject, stated, "")
        if mode is not WorkMode.UNKNOWN:
            return mode
        if _REMOTE.search(self.text):
            return WorkMode.REMOTE
        described = find_work_mode(self._first_line_of_title(), "", self.text)
        if described is WorkMode.UNKNOWN and _ONSITE.search(self.text):
            return WorkMode.ONSITE
        return described

    def employment_types(self, title: str) -> tuple[EmploymentType, ...]:
        """How somebody is employed."""
        stated = "\n".join(
            [
                *self._values(Field.EMPLOYMENT),
                *self._values(Field.DURATION),
                *self._values(Field.PAY),
                *self._values(Field.TITLE),
                self.subject,
                title,
            ]
        )
        return terms.most_telling(terms.stated_types(stated), self.text)

    def duration(self) -> str:
        """How long a contract lasts, as written."""
        return (
            self.labelled_value(Field.DURATION)
            or terms.duration_in_subject(self.subject)
            or terms.duration_in_text(self.text)
        )

    def pay(self) -> SalaryRange | None:
        """The pay in numbers."""
        surroundings = f"{self.subject}\n{self.text}\n{self.origin}"
        for item in self.labelled:
            if item.field is Field.PAY and (
                pay := labelled_pay(item.value, surroundings, item.label)
            ):
                return pay
        return fuller_pay(
            pay_in_text(self.subject, surroundings), pay_in_text(self.text, surroundings)
        )

    def experience(self, title: str) -> YearsRange | None:
        """The years asked for; those that the title suggests do not count."""
        for value in self._values(Field.EXPERIENCE):
            if (years := find_years("", f"experience: {_with_unit(value)}")) is not None:
                return years
            if match := _FIRST_YEARS.match(value):
                return YearsRange(float(match["years"]), None)
        if not title:
            return None
        text = f"{self.subject}\n{self.text}"
        return find_years("", text) or _bare_years(text)

    def skills(self, title: str, taxonomy: SkillTaxonomy) -> tuple[str, ...]:
        """Canonical names of the skills, in the order of the mail."""
        found = find_posting_skills(title, self.segment.text, taxonomy)
        mentions = sorted((*found.required, *found.preferred), key=lambda mention: mention.start)
        return tuple(dict.fromkeys(taxonomy.name(mention.skill_id) for mention in mentions))

    def work_authorization(self) -> str:
        """The visa and citizenship terms, as written."""
        labelled = self.labelled_value(Field.AUTHORIZATION)
        return labelled or terms.authorization_in_text(f"{self.subject}\n{self.text}")

    def start(self) -> str:
        """When the work begins, as written."""
        return self.labelled_value(Field.START) or terms.start_in_text(self.text)

    def _values(self, field: Field) -> Iterator[str]:
        for item in self.labelled:
            value = item.value.replace("\t", " ").strip(" *_")
            if item.field is field and value and value.casefold() not in _NEGATIVE:
                yield value[:_LONGEST_VALUE]

    def _has_title_label(self) -> bool:
        """Whether a label such as "Job title" names whatever it does; "Need" may name anything."""
        return any(
            item.field is Field.TITLE and item.value and titles.is_sure_label(item.label)
            for item in self.labelled
        )

    def _title_of_skill(self) -> str:
        """The title behind the label "Skill", as Indian vendors write: "Skill - Java Developer"."""
        value = self.labelled_value(Field.SKILLS)
        title = titles.line_title(value)
        return title if len(title.split()) > 1 and len(title) > _MOST_OF_SKILL * len(value) else ""

    def _title_of_unknown_words(self) -> str:
        """What is asked for where pay or years tell that it is work; or the subject of a form."""
        stated = {item.field for item in self.labelled if item.value}
        if len(stated & _TERMS) >= _ENOUGH_TERMS and (
            title := unknown_titles.subject_phrase(self.subject)
        ):
            return title
        is_work = self.pay() is not None or _bare_years(self.text) is not None
        return unknown_titles.asked_phrase(self.text) if is_work else ""

    def _unlabelled_title(self) -> str:
        in_subject = titles.subject_title(self.subject)
        in_text = self._title_in_text()
        # The subject "Welders" is about the "MIG welder" of the text, "internships" about an
        # "Audit Intern"; "Dev" may be somebody's name.
        is_short = len(in_subject.split()) == 1 and (
            in_subject.isupper() or not self._says_apart(in_subject, in_text)
        )
        is_bare = titles.is_vague(in_subject) or is_short
        is_fuller = is_bare and len(in_text.split()) > 1
        is_fuller |= titles.is_fuller(in_text, in_subject)
        return in_text if is_fuller or not in_subject else in_subject

    def _says_apart(self, word: str, title: str) -> bool:
        """Whether the text has a word of its own, outside of a title found in it."""
        word = word.casefold()
        return word in self.text.casefold() and word not in title.casefold()

    def _title_in_text(self) -> str:
        if headline := titles.headline(self.segment.text):
            return headline
        found = [
            titles.sentence_title(self.text),
            self._first_line_of_title(),
            titles.clause_title(self.text),
            titles.mentioned_title(self.text),
        ]
        said = [title for title in found if title] or [
            title for text in (self.subject, self.text) if (title := titles.named_title(text))
        ]
        return next((title for title in said if len(title.split()) > 1), "") or next(iter(said), "")

    def _first_line_of_title(self) -> str:
        """The title that the first line of the text is, as in mails without a greeting."""
        lines = [line for line in self.segment.text.split("\n") if line.strip()]
        return next((title for line in lines[:4] if (title := titles.line_title(line))), "")


def _with_unit(value: str) -> str:
    """Years of experience are often a bare number: "8+", "5-7"."""
    return f"{value} years" if _BARE_YEARS.fullmatch(value) else value


def _bare_years(text: str) -> YearsRange | None:
    """The most years that stand beside a skill without "experience": "Kotlin, 5+ years"."""
    found = [
        float(NUMBER_WORDS.get(number.casefold(), number))
        for match in _YEARS_OF_WORK.finditer(text)
        for number in filter(None, match.groups())
    ]
    return YearsRange(max(found), None) if found else None


def _is_yes(value: str) -> bool:
    return value.casefold().startswith(("yes", "100", "fully", "ok", "y "))

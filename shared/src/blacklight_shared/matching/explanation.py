"""Says why a match is one, in words a recruiter would use."""

from collections.abc import Callable
from dataclasses import dataclass

from blacklight_shared.matching.categories import CATEGORIES, Category
from blacklight_shared.matching.config import MatchingConfig
from blacklight_shared.matching.grades import grade
from blacklight_shared.matching.record import MatchFacts, MatchRecord, SkillWords

_STRONG_PERCENT = 70.0
_WEAK_PERCENT = 50.0
_LISTED_SKILLS = 5
_FEW_SKILLS = 2
_DEFAULT_CONFIG = MatchingConfig()

_IN_A_SENTENCE = {
    Category.SKILLS: "skills",
    Category.EXPERIENCE: "experience",
    Category.LOCATION: "location",
    Category.SALARY: "pay",
    Category.SEMANTIC: "the kind of work",
}
_OPENINGS = {"A+": "Excellent", "A": "Very good", "B": "Good", "C": "Fair", "D": "Possible"}


@dataclass(frozen=True, slots=True)
class CategoryBreakdown:
    """What one category contributed.

    Attributes:
        category: The category.
        score_percent: Its sub-score, 0–100, or None where there was nothing to compare.
        weight_base: Its weight when every category counts, 0–1.
        weight_applied: Its weight in this match, 0–1.
        points: Its part of the total, in points of 100.
        words: What was found, in one sentence.
    """

    category: Category
    score_percent: float | None
    weight_base: float
    weight_applied: float
    points: float
    words: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A match in words.

    Attributes:
        summary: One sentence.
        reasons: What speaks for the match, the weightiest first.
        missing_skills: Canonical names of the skills the posting asks for and the profile lacks.
        categories: Every category, in the order of ``CATEGORIES``.
    """

    summary: str
    reasons: list[str]
    missing_skills: list[str]
    categories: list[CategoryBreakdown]


def explain(
    record: MatchRecord, skills: SkillWords, config: MatchingConfig = _DEFAULT_CONFIG
) -> Explanation:
    """Put a stored match into words.

    Args:
        record: The match as it is stored.
        skills: What its skills are called.
        config: The tenant's settings, for base weights and grades.

    Returns:
        The explanation.
    """
    categories = [_breakdown(category, record, skills, config) for category in CATEGORIES]
    return Explanation(
        summary=_summary(record, categories, config),
        reasons=_reasons(categories),
        missing_skills=[skills.names[i] for i in record.missing_skill_ids if i in skills.names],
        categories=categories,
    )


def _breakdown(
    category: Category, record: MatchRecord, skills: SkillWords, config: MatchingConfig
) -> CategoryBreakdown:
    score = record.score_percents.get(category)
    applied = record.weights_applied.get(category, 0.0)
    if score is not None:
        words = _WORDS[category](score, record, skills)
    elif applied > 0:
        words = _earned_nothing(category, record)
    else:
        words = _NOTHING_TO_COMPARE[category]
    return CategoryBreakdown(
        category=category,
        score_percent=score,
        weight_base=config.weights.of(category),
        weight_applied=applied,
        points=round(applied * (score or 0.0), 2),
        words=words,
    )


def _earned_nothing(category: Category, record: MatchRecord) -> str:
    if category is Category.SKILLS and not record.missing_skill_ids:
        return "The posting names no skills, so none are shown to fit."
    return _SILENT_PROFILE[category]


def _summary(
    record: MatchRecord, categories: list[CategoryBreakdown], config: MatchingConfig
) -> str:
    letter = grade(record.total_percent, config.grade_limits)
    opening = _OPENINGS[letter] if letter else "Weak"
    strong = [_IN_A_SENTENCE[c.category] for c in _by_points(categories) if _is_strong(c)]
    weak = [_IN_A_SENTENCE[c.category] for c in categories if _is_weak(c)]
    strengths = f", strong on {_listed(strong)}" if strong else ""
    weaknesses = f", weak on {_listed(weak)}" if weak else ""
    return f"{opening} match at {record.total_percent:.0f} of 100{strengths}{weaknesses}."


def _reasons(categories: list[CategoryBreakdown]) -> list[str]:
    return [c.words for c in _by_points(categories) if _is_reason(c)]


def _by_points(categories: list[CategoryBreakdown]) -> list[CategoryBreakdown]:
    return sorted(categories, key=lambda c: -c.points)


def _is_strong(breakdown: CategoryBreakdown) -> bool:
    return (breakdown.score_percent or 0) >= _STRONG_PERCENT and breakdown.points > 0


def _is_weak(breakdown: CategoryBreakdown) -> bool:
    return breakdown.weight_applied > 0 and (breakdown.score_percent or 0) < _WEAK_PERCENT


def _is_reason(breakdown: CategoryBreakdown) -> bool:
    shares_skills = breakdown.category is Category.SKILLS and breakdown.points > 0
    return shares_skills or _is_strong(breakdown)


def _skill_words(score: float, record: MatchRecord, skills: SkillWords) -> str:
    matched, missing = record.matched_skill_ids, record.missing_skill_ids
    asked = len(matched) + len(missing)
    if not matched:
        return f"Has none of the {asked} skills the posting asks for."
    evidence = [_evidence(i, skills) for i in matched if i in skills.names]
    basis = " by importance" if asked > _FEW_SKILLS else ", few to judge by"
    return (
        f"Has {len(matched)} of the {asked} skills asked for ({score:.0f} %{basis}): "
        f"{_shortened(evidence)}."
    )


def _evidence(skill_id: int, skills: SkillWords) -> str:
    name = skills.names[skill_id]
    in_profile = skills.in_profile.get(skill_id, name)
    in_posting = skills.in_posting.get(skill_id, name)
    if in_profile.casefold() == in_posting.casefold():
        return in_posting
    return f"“{in_profile}” in the CV ↔ “{in_posting}” in the posting"


def _experience_words(score: float, record: MatchRecord, _: SkillWords) -> str:
    facts = record.facts
    have = "the experience shown" if facts.years_have is None else _years(facts.years_have)
    asked = _years_asked(facts)
    if score >= 100:
        return f"{_capitalised(have)}; the posting asks for {asked}."
    if facts.years_have is not None and facts.years_have < (facts.years_minimum or 0):
        return f"{_capitalised(have)}, less than the {asked} the posting asks for."
    return f"{_capitalised(have)}, more than the {asked} the posting asks for."


def _years_asked(facts: MatchFacts) -> str:
    low, high = facts.years_minimum, facts.years_maximum
    if low is not None and high is not None:
        return _years(low) if low == high else f"{low:g} to {_years(high)}"
    if low is not None:
        return f"at least {_years(low)}"
    return f"at most {_years(high)}" if high is not None else "experience"


def _years(years: float) -> str:
    return f"{years:g} year" if years == 1 else f"{years:g} years"


def _location_words(score: float, record: MatchRecord, _: SkillWords) -> str:
    facts = record.facts
    mode = {"onsite": "On site", "hybrid": "Hybrid", "remote": "Remote"}.get(
        facts.work_mode or "", "Work"
    )
    where = f"{mode} in {facts.posting_place}" if facts.posting_place else mode
    if facts.work_mode == "remote":
        return f"{where}: {_remote_verdict(score)}."
    return f"{where}: {_place_verdict(score, facts)}."


def _remote_verdict(score: float) -> str:
    if score >= 100:
        return "the candidate can do it from where they live"
    return "the candidate lives in another country" if score > 0 else "not what the candidate wants"


def _place_verdict(score: float, facts: MatchFacts) -> str:
    lives = f"the candidate lives in {facts.candidate_place}" if facts.candidate_place else ""
    away = "" if facts.distance_km is None else f"{facts.distance_km:.0f} km away"
    found = ", ".join(part for part in (lives, away) if part) or _fit(score)
    if score <= 0:
        return f"{found}, out of reach or not what the candidate wants"
    return f"{found}, willing to relocate" if facts.willing_to_relocate and score < 100 else found


def _fit(score: float) -> str:
    return "the candidate lives there" if score >= _STRONG_PERCENT else "the candidate lives apart"


def _salary_words(score: float, record: MatchRecord, _: SkillWords) -> str:
    facts = record.facts
    if facts.salary_expected_usd_year is None:
        return f"Pay and expectation agree to {score:.0f} %."
    expects = f"Expects {_dollars(facts.salary_expected_usd_year)} a year"
    pays = _pay(facts.salary_minimum_usd_year, facts.salary_maximum_usd_year)
    verdict = "within" if score >= 100 else "above"
    return f"{expects}, {verdict} what the posting pays ({pays})."


def _pay(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return _dollars(low) if low == high else f"{_dollars(low)} to {_dollars(high)}"
    if low is not None:
        return f"from {_dollars(low)}"
    return f"up to {_dollars(high)}" if high is not None else "as stated"


def _dollars(amount: float) -> str:
    return f"US${amount:,.0f}"


def _semantic_words(score: float, _: MatchRecord, __: SkillWords) -> str:
    if score >= _STRONG_PERCENT:
        return "The CV and the posting describe much the same work."
    if score >= 40:
        return "The CV and the posting describe related work."
    return "The CV and the posting describe different work."


_WORDS: dict[Category, Callable[[float, MatchRecord, SkillWords], str]] = {
    Category.SKILLS: _skill_words,
    Category.EXPERIENCE: _experience_words,
    Category.LOCATION: _location_words,
    Category.SALARY: _salary_words,
    Category.SEMANTIC: _semantic_words,
}

_SILENT_PROFILE = {
    Category.SKILLS: "The posting asks for skills; the profile names none.",
    Category.EXPERIENCE: "The posting asks for experience; the profile does not say how much.",
    Category.LOCATION: "The posting names a place; the profile does not say where the candidate "
    "lives.",
    Category.SALARY: "The posting names its pay; the profile names no expectation.",
    Category.SEMANTIC: "The texts could not be compared.",
}

_NOTHING_TO_COMPARE = {
    Category.SKILLS: "The posting names no skills; not counted.",
    Category.EXPERIENCE: "The posting asks for no particular experience; not counted.",
    Category.LOCATION: "The posting names no place; not counted.",
    Category.SALARY: "Pay or expectation is not stated; not counted.",
    Category.SEMANTIC: "The texts have not been compared; not counted.",
}


def _shortened(items: list[str]) -> str:
    shown = items[:_LISTED_SKILLS]
    rest = len(items) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]

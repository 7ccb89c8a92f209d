"""Weights, thresholds and grades, with what they would change."""

from __future__ import annotations

from http import HTTPStatus
from itertools import pairwise
from typing import Annotated, Any

from blacklight_shared.matching import CATEGORIES, GradeLimits, MatchingConfig
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from blacklight_api.auth.scopes import Scope
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import FieldError, Problem
from blacklight_api.tenants import service
from blacklight_api.tenants.preview import preview
from blacklight_api.work import TenantWork, tenant_work

PATH = "/settings/matching"
TEMPLATE = "settings/matching.html"

router = portal_router(PATH)

Admin = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

_GRADES = tuple(GradeLimits.model_fields)


class MatchingForm(BaseModel):
    """The settings in percent, as people think of them."""

    skills: Percent
    experience: Percent
    location: Percent
    salary: Percent
    semantic: Percent
    store_threshold: Percent
    recommend_threshold: Percent
    minimum_evidence: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)]
    a_plus: Percent
    a: Percent
    b: Percent
    c: Percent
    d: Percent

    @classmethod
    def of(cls, config: MatchingConfig) -> MatchingForm:
        """What the form shows of settings."""
        weights = {name: round(config.weights.of(name) * 100, 2) for name in CATEGORIES}
        return cls(
            **weights,
            **config.grade_limits.model_dump(),
            store_threshold=config.store_threshold,
            recommend_threshold=config.recommend_threshold,
            minimum_evidence=round(config.minimum_evidence * 100, 2),
        )

    def config(self, before: MatchingConfig) -> MatchingConfig:
        """The settings; those that are the product's defaults stay unset, so that they follow it.

        Args:
            before: Keeps what the form does not show.

        Raises:
            FormRefused: The values do not go together.
        """
        self._check()
        wanted: dict[str, Any] = {
            "weights": {name: getattr(self, name) / 100 for name in CATEGORIES},
            "store_threshold": self.store_threshold,
            "recommend_threshold": self.recommend_threshold,
            "minimum_evidence": self.minimum_evidence / 100,
            "grade_limits": {name: getattr(self, name) for name in _GRADES},
            "semantic": before.semantic.model_dump(),
        }
        defaults = MatchingConfig().model_dump(mode="json")
        chosen = {name: value for name, value in wanted.items() if value != defaults[name]}
        return MatchingConfig.model_validate(chosen)

    def _check(self) -> None:
        errors = []
        total = sum(getattr(self, name) for name in CATEGORIES)
        if abs(total - 100) > 1e-6:
            message = f"The weights must add up to 100 %; they add up to {total:g} %."
            errors.append(FieldError(field="weights", message=message))
        if self.recommend_threshold < self.store_threshold:
            message = "Only what is kept can be recommended: at least the limit for keeping."
            errors.append(FieldError(field="recommend_threshold", message=message))
        limits = [getattr(self, name) for name in _GRADES]
        if any(upper <= lower for upper, lower in pairwise(limits)):
            message = "Each grade needs more points than the one after it."
            errors.append(FieldError(field="grades", message=message))
        if errors:
            raise FormRefused(errors)


@router.get("")
async def show_matching(request: Request, work: Admin) -> Response:
    """The form with what is in force."""
    settings = await service.matching_settings(work)
    return await _shown(request, work, settings.config, Form())


@router.post("")
async def change_matching(request: Request, work: Admin) -> Response:
    """Save, and have all matches scored again."""
    form = await Form.sent(request)
    before = (await service.matching_settings(work)).config
    try:
        wanted = form.read(MatchingForm).config(before)
    except Problem as problem:
        raise RefusedError(await _shown(request, work, before, form.refused(problem))) from None
    await service.change_matching(work, wanted)
    notice = Notice("Saved. All matches are being scored again; that takes a moment.")
    return see_other(request, PATH, notice)


@router.post("/preview")
async def preview_matching(request: Request, work: Admin) -> Response:
    """The same form, with what these values would change."""
    form = await Form.sent(request)
    before = (await service.matching_settings(work)).config
    try:
        wanted = form.read(MatchingForm).config(before)
    except Problem as problem:
        return await _shown(request, work, before, form.refused(problem))
    return await _shown(request, work, wanted, form)


async def _shown(
    request: Request, work: TenantWork, config: MatchingConfig, form: Form
) -> Response:
    return page(
        request,
        TEMPLATE,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.detail else HTTPStatus.OK,
        form=form,
        values={name: f"{value:g}" for name, value in MatchingForm.of(config)},
        categories=[(str(name), *_CATEGORY_WORDS[name]) for name in CATEGORIES],
        preview=None if form.detail else await preview(work, config),
    )


_CATEGORY_WORDS = {
    "skills": ("Skills", "What the posting asks for and the profile has"),
    "experience": ("Experience", "Years of work"),
    "location": ("Location", "Distance, remote work, willingness to move"),
    "salary": ("Pay", "What is paid and what is expected"),
    "semantic": ("Kind of work", "How alike the described work is"),
}

"""The link of an invitation, and the addresses of the pages that its mails lead to."""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.models import INVITATION_TOKEN_PURPOSE

from blacklight_api.mailed_links import MailedLinks, NewLink


class LinkMaker(MailedLinks):
    """Makes links of invitations."""

    __slots__ = ()

    @property
    def onboarding_url(self) -> str:
        """The candidate's page, without a token."""
        return f"{self.public_url}/onboarding"

    def review_url(self, invitation_id: int) -> str:
        """HR's page about a submission."""
        return f"{self.public_url}/invitations/{invitation_id}"

    def make(self, tenant_id: int, valid_days: int) -> NewLink:
        """A new link, good from now on."""
        return self.new_link(
            tenant_id, purpose=INVITATION_TOKEN_PURPOSE, lifetime=timedelta(days=valid_days)
        )

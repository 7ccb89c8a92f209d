"""Mails as they stand in recruiters' inboxes, written for this project, with what they hold."""

from blacklight_devstack.sample.inbox.model import ExpectedPosting, Half, SampleMail
from blacklight_devstack.sample.inbox.source import sample_inbox

__all__ = ["ExpectedPosting", "Half", "SampleMail", "sample_inbox"]

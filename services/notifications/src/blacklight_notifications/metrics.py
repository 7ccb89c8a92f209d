"""What the worker measures."""

from __future__ import annotations

from prometheus_client import Counter

MAILS = Counter(
    "blacklight_mails", "Mails by what became of an attempt to send them", ["template", "status"]
)
MAILS_UNANSWERED = Counter(
    "blacklight_mails_unanswered",
    "Attempts that broke off before the server's answer was known; the mail may arrive twice",
    ["template"],
)

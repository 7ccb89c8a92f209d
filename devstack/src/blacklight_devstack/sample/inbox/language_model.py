"""``python -m blacklight_devstack.sample.inbox.language_model``: a model that knows these mails.

It answers the services' own APIs (``emulators.llm``) with what the authors of the sample inbox say
is in a mail. Of any other text it says nothing useful, so that the rules have to read it.
"""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any

import orjson
import uvicorn

from blacklight_devstack.emulators.llm import Call, LlmPlayer, create_app
from blacklight_devstack.ports import LOOPBACK
from blacklight_devstack.sample.inbox.model import ExpectedPosting, SampleMail
from blacklight_devstack.sample.inbox.source import sample_inbox

_HEAD = re.compile(r"Subject: (?P<subject>.*)\nFrom: (?P<sender>.*)\n")
_UNKNOWN = "I have not seen this text before."


class SampleReader(LlmPlayer):
    """Plays a model that reads the sample inbox as its authors meant it."""

    def __init__(self) -> None:
        """Learn the inbox."""
        super().__init__()
        self._mails = {_key_of(mail): mail for mail in sample_inbox(datetime.now(UTC))}

    def answer(self, call: Call) -> str:
        """What the model writes of a text; prose where it is no mail of the sample inbox."""
        head = _HEAD.match(orjson.loads(call.text)["document"])
        mail = head and self._mails.get(_key(head["subject"], head["sender"]))
        self.calls.append(call)
        return orjson.dumps(_told(mail)).decode() if mail else _UNKNOWN


def _key_of(mail: SampleMail) -> tuple[str, str]:
    headers = message_from_bytes(mail.raw, policy=policy.default)
    return _key(headers["Subject"], headers["From"])


def _key(subject: str, sender: str) -> tuple[str, str]:
    return " ".join(subject.split()), parseaddr(sender)[1].lower()


def _told(mail: SampleMail) -> dict[str, Any]:
    return {
        "is_job": mail.is_job,
        "confidence": 0.97,
        "kind": None if mail.is_job else mail.reason,
        "postings": [_posting(posting) for posting in mail.postings],
    }


def _posting(posting: ExpectedPosting) -> dict[str, Any]:
    name, email, phone = posting.contact or ("", "", "")
    return {
        **posting.model_dump(mode="json", exclude={"experience_years", "contact", "pay"}),
        "description": "",
        "pay": _pay(posting),
        "pay_text": "",
        "minimum_years": posting.experience_years,
        "maximum_years": None,
        "contact_name": name,
        "contact_email": email,
        "contact_phone": phone,
    }


def _pay(posting: ExpectedPosting) -> dict[str, Any] | None:
    if posting.pay is None:
        return None
    minimum, maximum, currency, period = posting.pay
    return {"minimum": minimum, "maximum": maximum, "currency": currency, "period": period}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m blacklight_devstack.sample.inbox.language_model"
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (%(default)s)")
    options = parser.parse_args()
    uvicorn.run(
        create_app(SampleReader()), host=options.host, port=options.port, log_level="warning"
    )


if __name__ == "__main__":
    main()

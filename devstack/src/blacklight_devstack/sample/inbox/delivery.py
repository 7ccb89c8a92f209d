"""``python -m blacklight_devstack.sample.inbox.delivery URL``: sample mails arrive at Google."""

import argparse
from contextlib import closing
from datetime import UTC, datetime

from blacklight_devstack.emulators.control import MailboxControl
from blacklight_devstack.sample.inbox.source import sample_inbox

SAMPLE_MAILBOX = "recruiter@demo.example"


def deliver_sample(google_url: str) -> None:
    """Let the sample mails arrive in the sample mailbox, as of now.

    Args:
        google_url: Of the emulated Google.

    Raises:
        httpx.HTTPError: It does not answer, or refuses.
    """
    with closing(MailboxControl(google_url)) as control:
        for mail in sample_inbox(datetime.now(UTC)):
            control.deliver(SAMPLE_MAILBOX, mail.raw)


def main() -> None:
    """Deliver the sample mails once."""
    parser = argparse.ArgumentParser(prog="python -m blacklight_devstack.sample.inbox.delivery")
    parser.add_argument("google_url", metavar="URL", help="of the emulated Google")
    deliver_sample(parser.parse_args().google_url)


if __name__ == "__main__":
    main()

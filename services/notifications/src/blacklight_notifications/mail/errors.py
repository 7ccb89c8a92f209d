"""What can become of handing a mail to a server, other than that it is taken."""

from __future__ import annotations


class MailRefusedError(Exception):
    """The server will not take this mail, now or later (5xx).

    Args:
        reply: The server's words.
    """

    def __init__(self, reply: str) -> None:
        super().__init__("the mail server refused a mail")
        self.reply = reply


class MailDeferredError(Exception):
    """The mail was not taken, but may be at another time (4xx, or no connection).

    Args:
        reply: The server's words, or what went wrong.
        is_unanswered: Whether the connection broke off after the content was sent and before the
            answer: then the server may have taken it.
    """

    def __init__(self, reply: str, *, is_unanswered: bool = False) -> None:
        super().__init__("the mail server did not take a mail")
        self.reply = reply
        self.is_unanswered = is_unanswered

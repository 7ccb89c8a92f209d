from __future__ import annotations

from textwrap import dedent

import pytest
from blacklight_email_sync.parsing import ParsedMail
from blacklight_email_sync.parsing.mime import read_mail
from blacklight_email_sync.parsing.mime.charsets import decode
from blacklight_email_sync.parsing.mime.headers import decode_header, mailbox
from blacklight_email_sync.parsing.mime.html_text import html_to_text
from blacklight_email_sync.parsing.model import CalendarPart, Mailbox


def read(text: str) -> ParsedMail:
    return read_mail(dedent(text).lstrip("\n").encode())


class TestCharsets:
    @pytest.mark.parametrize(
        ("data", "label", "text"),
        [
            ("Müller".encode(), "utf-8", "Müller"),
            ("Müller".encode(), "iso-8859-1", "Müller"),  # UTF-8 with a wrong label
            ("Müller".encode("latin-1"), "utf-8", "M\ufffdller"),
            ("Müller – 5 €".encode("cp1252"), "iso-8859-1", "Müller – 5 €"),
            ("東京".encode("shift_jis"), "Shift_JIS", "東京"),
            ("Müller".encode("utf-16"), None, "Müller"),
            ("Müller".encode(), "no-such-charset", "Müller"),
            ("Москва и Киев".encode("koi8-r"), "koi8-r", "Москва и Киев"),
            (b"abc-", "punycode", "abc-"),
            (b"616263", "hex", "616263"),
        ],
    )
    def test_text_is_decoded(self, data: bytes, label: str | None, text: str) -> None:
        assert decode(data, label) == text

    def test_bold_print_and_invisible_characters_become_plain(self) -> None:
        mail = read_mail("Subject: x\n\n𝐑𝐨𝐥𝐞:\u200b\u00a0Nurse\u00ad".encode())
        assert mail.own.text == "Role: Nurse"


class TestHeaders:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("=?utf-8?q?J=C3=BCrgen?=", "Jürgen"),
            ("=?utf-8?b?SsO8cmdlbg?=", "Jürgen"),
            ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
            ("=?utf-8?q?a?= b", "a b"),
            ("=?iso-8859-1*de?Q?=E4?=", "ä"),
            ("=?x?y?z?=", "=?x?y?z?="),
            ("plain", "plain"),
        ],
    )
    def test_encoded_words(self, value: str, text: str) -> None:
        assert decode_header(value) == text

    @pytest.mark.parametrize(
        ("value", "box"),
        [
            ("Ann Lee <Ann@Example.com>", Mailbox("Ann Lee", "ann@example.com")),
            ('"Lee, Ann" <ann@example.com>', Mailbox("Lee, Ann", "ann@example.com")),
            ("ann@example.com (Ann Lee)", Mailbox("Ann Lee", "ann@example.com")),
            ("Ann Lee [mailto:ann@example.com]", Mailbox("Ann Lee", "ann@example.com")),
            ("ann@example.com", Mailbox("", "ann@example.com")),
            ("Ann Lee", Mailbox("Ann Lee", "")),
            ("", Mailbox()),
        ],
    )
    def test_addresses(self, value: str, box: Mailbox) -> None:
        assert mailbox(value) == box

    def test_raw_bytes_beyond_ascii(self) -> None:
        assert read_mail("Subject: Müller\n\nx".encode()).headers.subject == "Müller"

    def test_a_wrong_date_is_none(self) -> None:
        assert read_mail(b"Date: Fri, 99 Foo 2026\n\nx").headers.sent_at is None

    @pytest.mark.parametrize(
        ("headers", "is_reply"),
        [
            ("Subject: Re: x", True),
            ("Subject: AW: x", True),
            ("Subject: Fwd: x\nIn-Reply-To: <a@b>", False),
            ("Subject: x\nIn-Reply-To: <a@b>", True),
            ("Subject: Regarding x", False),
        ],
    )
    def test_replies(self, headers: str, is_reply: bool) -> None:
        assert read_mail(f"{headers}\n\nx".encode()).headers.is_reply is is_reply


class TestHtml:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<div>a<br></div><div>b</div><div><br></div><div>c</div>", "a\nb\n\nc"),
            ("<p>a</p> <p>b</p>", "a\n\nb"),
            ("<table><tr><td><p>Role</p></td><td><p>Nurse</p></td></tr></table>", "Role\tNurse"),
            ("<tr><td>Skills<td><ul><li>Java<li>SQL</ul></table>", "- Java\n- SQL"),
            ("<ul><li><p>a</p></li><li>b</li></ul>", "- a\n\n- b"),
            ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
            ("<style>x</style><script>y</script>a<!-- z -->b", "ab"),
            ("a<span style='display:none'>preview</span>b", "ab"),
            ("&lt;b&gt; &amp; &euro;", "<b> & €"),
            ('<?xml version="1.0" encoding="utf-16"?><p>a</p>', "a"),
            ("", ""),
            ("no tags", "no tags"),
        ],
    )
    def test_html_becomes_text(self, html: str, text: str) -> None:
        assert text in html_to_text(html)

    def test_a_label_and_a_long_cell_stay_together(self) -> None:
        html = "<table><tr><td>Skills</td><td><p>Java</p><p>SQL</p></td></tr></table>"
        assert html_to_text(html) == "Skills:\nJava\n\nSQL"


class TestThreads:
    def test_history_below_an_answer_is_left_out(self) -> None:
        mail = read(
            """
            Subject: Re: Java role

            Not for me.

            On Mon, Nov 2, 2026 at 9:00 AM Raj <raj@x.example> wrote:
            > Role: Java Developer
            """
        )
        assert mail.own.text == "Not for me."
        assert mail.forwarded == ()

    def test_an_answer_below_its_quotation_is_kept(self) -> None:
        mail = read(
            """
            Subject: Re: Java role

            Am 02.11.2026 um 09:00 schrieb Raj:
            > Role: Java Developer

            Kein Interesse.
            """
        )
        assert mail.own.text.strip() == "Kein Interesse."

    @pytest.mark.parametrize(
        "head",
        [
            "---------- Forwarded message ---------\nFrom: Raj <raj@x.example>\nDate: Monday\n"
            "Subject: Java role\nTo: Ann",
            "-----Original Message-----\nFrom: Raj <raj@x.example>\nSent: Monday\nTo: Ann\n"
            "Subject: Java role",
            "________________________________\nFrom: Raj <raj@x.example>\nSent: Monday\nTo: Ann\n"
            "Subject: Java role",
            "Begin forwarded message:\n\n> From: Raj <raj@x.example>\n> Subject: Java role\n"
            "> Date: Monday\n> To: Ann\n>",
            "Von: Raj <raj@x.example>\nGesendet: Montag\nAn: Ann\nBetreff: Java role",
            "De : Raj <raj@x.example>\nEnvoyé : lundi\nÀ : Ann\nObjet : Java role",
            "*From:* Raj <raj@x.example>\n*Sent:* Monday\n*To:* Ann\n*Subject:* Java role",
        ],
        ids=["gmail", "outlook", "outlook web", "apple", "german", "french", "bold"],
    )
    def test_a_forwarded_mail_is_a_passage(self, head: str) -> None:
        raw = f"Subject: FW: Java role\n\nFYI\n\n{head}\n\nRole: Java Developer\n"
        mail = read_mail(raw.encode())
        [passage] = mail.forwarded
        assert mail.own.text == "FYI"
        assert (passage.text, passage.subject) == ("Role: Java Developer", "Java role")
        assert passage.sender == Mailbox("Raj", "raj@x.example")

    def test_a_mail_attached_to_a_mail_is_a_passage(self) -> None:
        mail = read(
            """
            Subject: Fwd
            Content-Type: multipart/mixed; boundary=b

            --b

            see attached
            --b
            Content-Type: message/rfc822

            From: Raj <raj@x.example>
            Subject: Java role

            Role: Java Developer
            --b--
            """
        )
        assert [part.subject for part in mail.forwarded] == ["Java role"]

    @pytest.mark.parametrize(
        "end",
        [
            "Best regards,\nRaj\n555-0100",
            "-- \nRaj\n555-0100",
            "Mit freundlichen Grüßen\nRaj\n555-0100",
            "\nRaj Kumar\nTechsoft",
        ],
    )
    def test_signatures_are_cut_off(self, end: str) -> None:
        mail = read_mail(f"Subject: x\n\nWe need a nurse.\n{end}\n".encode())
        assert mail.own.text == "We need a nurse."
        assert mail.own.signature.startswith("Raj")

    def test_legal_footers_are_cut_off(self) -> None:
        text = "We need a nurse.\n\nThis e-mail is confidential and intended for the addressee.\nX"
        assert read_mail(f"Subject: x\n\n{text}".encode()).own.text == "We need a nurse."


class TestParts:
    def test_attachments_and_meetings_are_noted(self) -> None:
        mail = read(
            """
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/html

            <p>Hello</p>
            --b
            Content-Type: application/pdf; name="=?utf-8?q?L=C3=A9a.pdf?="
            Content-Transfer-Encoding: base64

            QUJD
            --b
            Content-Type: text/calendar; method=REQUEST

            BEGIN:VCALENDAR
            METHOD:REQUEST
            SUMMARY:Intake call
            --b--
            """
        )
        [attachment] = mail.attachments
        assert (attachment.filename, attachment.size_bytes) == ("Léa.pdf", 3)
        assert mail.calendar == CalendarPart("REQUEST", "Intake call")
        assert mail.own.text == "Hello"

    def test_html_is_read_where_the_plain_part_says_nothing(self) -> None:
        mail = read(
            """
            Content-Type: multipart/alternative; boundary=b

            --b

            See HTML.
            --b
            Content-Type: text/html

            <p>We are looking for a nurse in Boston.</p>
            --b--
            """
        )
        assert "nurse" in mail.text
        assert "See HTML" not in mail.text

    def test_flowed_lines_are_joined(self) -> None:
        raw = b"Content-Type: text/plain; format=flowed\n\nWe need \na nurse.\nThanks"
        assert read_mail(raw).text.startswith("We need a nurse.")

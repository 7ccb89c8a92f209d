"""The pages of the tour, in the order of a working day, each with what to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Visitor(StrEnum):
    """Who looks at a page."""

    STRANGER = "stranger"
    CANDIDATE = "candidate"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Stop:
    """One page.

    Attributes:
        name: Of its pictures.
        title: Its heading in the tour.
        path: Its address; ``{names}`` are filled in.
        words: What to know of it.
        visitor: Who looks at it.
        on_phone: Also photographed on a phone.
    """

    name: str
    title: str
    path: str
    words: str
    visitor: Visitor = Visitor.ADMIN
    on_phone: bool = False


CHAPTERS: dict[str, list[Stop]] = {
    "Getting in": [
        Stop(
            "sign-in",
            "Sign in",
            "/sign-in",
            "Your firm's admin gives you an account, and a mail lets you choose a password. Who"
            " guesses passwords has to wait longer after each try.",
            Visitor.STRANGER,
            on_phone=True,
        ),
        Stop(
            "forgotten-password",
            "A forgotten password",
            "/forgotten-password",
            "Enter your address, and a link comes by mail. It works once.",
            Visitor.STRANGER,
        ),
        Stop(
            "account",
            "Your account",
            "/account",
            "Your name, language, time zone and password, and every device on which you are signed"
            " in. Sign out of one, or of all of them.",
        ),
    ],
    "The day": [
        Stop(
            "dashboard",
            "Dashboard",
            "/",
            "What needs you now stands at the top: submissions to review, mailboxes that are cut"
            " off, roles to approve, mails that failed. Below it: how the last weeks went.",
            on_phone=True,
        ),
    ],
    "Candidates": [
        Stop(
            "candidates",
            "All candidates",
            "/candidates",
            "Search by name, address or headline, and filter by status, skills and role.",
            on_phone=True,
        ),
        Stop(
            "candidate",
            "One candidate",
            "/candidates/{candidate}",
            "The profile, with a mark at each field that tells whether a person has entered it or"
            " the CV says so. What a person has entered is never changed by a CV.",
            on_phone=True,
        ),
        Stop(
            "candidate-matches",
            "Matches of a candidate",
            "/candidates/{candidate}/matches",
            "Open postings, the best first, each with its grade, the reasons in a sentence, the"
            " skills that are there and missing, and a bar for each category with what it counts."
            " Shortlist, note an application, or set aside: your decision stays, also when the"
            " candidate is matched again.",
            on_phone=True,
        ),
        Stop(
            "match",
            "One match",
            "/matches/{match}",
            "Why this candidate fits this posting, in full, and the words of the posting that"
            " speak for it or against it.",
            on_phone=True,
        ),
        Stop(
            "candidate-edit",
            "Edit a profile",
            "/candidates/{candidate}/edit",
            "Change a profile and save it; new matches come by themselves.",
        ),
        Stop(
            "candidate-documents",
            "Documents",
            "/candidates/{candidate}/documents",
            "CVs and other files. A CV is read as soon as it is uploaded.",
        ),
        Stop(
            "candidate-timeline",
            "Timeline",
            "/candidates/{candidate}/timeline",
            "Everything that has happened with a candidate, and who did it.",
        ),
        Stop(
            "candidate-new",
            "Add a candidate",
            "/candidates/new",
            "From a CV, or by hand.",
        ),
    ],
    "Jobs": [
        Stop(
            "jobs",
            "All postings",
            "/jobs",
            "Search and filter the postings that your firm sees: its own and those of everybody.",
            on_phone=True,
        ),
        Stop(
            "job",
            "One posting",
            "/jobs/{job}",
            "What the posting asks for, with what was read from its text: pay, place, experience"
            " and skills.",
        ),
        Stop(
            "job-candidates",
            "Candidates for a posting",
            "/jobs/{job}/candidates",
            "The same matches from the other side: your candidates, the best first.",
        ),
        Stop(
            "job-edit",
            "Edit a posting",
            "/jobs/{job}/edit",
            "Correct what was read wrongly; the posting is matched anew.",
        ),
        Stop(
            "import",
            "Import postings",
            "/jobs/import",
            "Drop a file of postings. You see its columns before anything is imported.",
        ),
        Stop(
            "import-result",
            "What became of an import",
            "/jobs/import/batches/{batch}",
            "How many postings are new, changed or as before, and what was wrong with each row that"
            " was left out. The list can be downloaded.",
        ),
    ],
    "Inviting people": [
        Stop(
            "invitations",
            "Invitations",
            "/invitations",
            "Whom you have invited, and how far they have come.",
            on_phone=True,
        ),
        Stop(
            "invitation-new",
            "Invite",
            "/invitations/new",
            "One person, or a list that you paste or upload.",
        ),
        Stop(
            "review",
            "Review a submission",
            "/invitations/{invitation}",
            "What the person has entered beside what their CV says, with the differences marked."
            " Take what the CV says where it is better, then approve or reject; the person gets a"
            " mail either way.",
            on_phone=True,
        ),
    ],
    "What an invited person sees": [
        Stop(
            "onboarding-cv",
            "Your CV",
            "/onboarding/cv",
            "The link in the mail opens this page. The CV is read at once and fills the form.",
            Visitor.CANDIDATE,
            on_phone=True,
        ),
        Stop(
            "onboarding-about",
            "About you",
            "/onboarding/about",
            "Whatever was empty now holds what the CV says, and says so. What the person has typed"
            " stays.",
            Visitor.CANDIDATE,
            on_phone=True,
        ),
        Stop(
            "onboarding-work",
            "Your work",
            "/onboarding/work",
            "What they can do and what they look for. Every step is saved; they can go on later.",
            Visitor.CANDIDATE,
        ),
        Stop(
            "onboarding-check",
            "Check and send",
            "/onboarding/check",
            "Everything at a glance, before it is handed in.",
            Visitor.CANDIDATE,
        ),
    ],
    "Mailboxes": [
        Stop(
            "integrations",
            "Connected mailboxes",
            "/integrations",
            "Connect Gmail or Outlook, and postings that arrive by mail become postings of your"
            " firm.",
        ),
        Stop(
            "integration",
            "One mailbox",
            "/integrations/{integration}",
            "Every mail that was looked at: the posting that it became, or why it was skipped. Read"
            " the mailbox now, or pause it.",
            on_phone=True,
        ),
        Stop(
            "integration-history",
            "History of a mailbox",
            "/integrations/{integration}/history",
            "When the mailbox was read, and what came of it.",
        ),
        Stop(
            "integration-settings",
            "Settings of a mailbox",
            "/integrations/{integration}/settings",
            "How often it is read, and what is looked for.",
        ),
    ],
    "Companies": [
        Stop(
            "register",
            "The public form",
            "/register/{form}",
            "Companies that want to work with you leave their name and web site here. Link to it"
            " from your own site.",
            Visitor.STRANGER,
            on_phone=True,
        ),
        Stop(
            "registrations",
            "Registrations",
            "/registrations",
            "Who has filled in the form, with what was found out about each company.",
        ),
        Stop(
            "registration",
            "One company",
            "/registrations/{registration}",
            "A dossier from the company's own web site, with the source of every fact. Open"
            " positions can be imported as postings.",
        ),
        Stop(
            "registration-forms",
            "Forms",
            "/registrations/forms",
            "The forms that lead to you; each has an address of its own.",
        ),
    ],
    "Order in the house": [
        Stop(
            "roles",
            "Roles to approve",
            "/roles",
            "Job titles that nobody has seen before. Approve one, or say which role it means:"
            " candidates and postings of both are then matched with each other.",
        ),
        Stop(
            "role",
            "One role",
            "/roles/{role}",
            "The titles that mean it, who wants it, and what it could be merged with.",
        ),
        Stop(
            "roles-all",
            "All roles",
            "/roles/all",
            "Every role that is known.",
        ),
        Stop(
            "mails",
            "Mails",
            "/mails",
            "Every mail that the system has sent in your name, and whether it arrived.",
        ),
        Stop(
            "mail",
            "One mail",
            "/mails/{mail}",
            "The mail as it was sent; send it again if it was lost.",
        ),
        Stop(
            "suppressions",
            "People who want no mails",
            "/mails/suppressions",
            "Who has unsubscribed or cannot be reached.",
        ),
        Stop(
            "runs",
            "Runs",
            "/runs",
            "What the system is doing in the background, and what waits.",
        ),
        Stop(
            "audit",
            "Audit log",
            "/audit",
            "Who did what, and when. Nobody can change it.",
        ),
    ],
    "Settings": [
        Stop(
            "settings",
            "The firm",
            "/settings",
            "Its name, language, time zone and logo.",
        ),
        Stop(
            "settings-matching",
            "Matching",
            "/settings/matching",
            "How much skills, experience, place, pay and kind of work count. Before you save, you"
            " see what would change.",
            on_phone=True,
        ),
        Stop(
            "settings-mail",
            "Mail",
            "/settings/mail",
            "Your own mail server, the sender's name, reminders, and a test mail.",
        ),
        Stop(
            "settings-people",
            "People",
            "/settings/people",
            "Who may use the portal, and what for: admin, recruiter or HR.",
        ),
        Stop(
            "settings-person-new",
            "Add a person",
            "/settings/people/new",
            "They get a mail that lets them choose a password.",
        ),
        Stop(
            "settings-person",
            "One person",
            "/settings/people/{user}",
            "Change a role, send a new password link, or take access away.",
        ),
        Stop(
            "settings-api-keys",
            "API keys",
            "/settings/api-keys",
            "For programs that bring postings or read matches. A key is shown once.",
        ),
        Stop(
            "settings-api-key-new",
            "A new API key",
            "/settings/api-keys/new",
            "Choose what the key may do; nothing more is possible with it.",
        ),
    ],
}

"""The Slack shell's own sentences, all in one place: no listener, block or call holds a text that a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "waiting": ("○", "waiting"),
    "running": ("…", "looking"),
    "good": ("✓", "fine"),
    "warning": ("!", "worth a look"),
    "fault": ("✗", "a fault"),
    "not_tested": ("–", "not tested"),
}
"""Sign and word of a check's state; the word carries the meaning, the sign repeats it."""

WORDS: Final[Mapping[str, str]] = {
    "bot": "SMTP Help",
    "moved_on": "Continued below.",
    "went_back": "You went back.",
    "started_again": "Started again.",
    "closed": "Ended here; a new conversation took its place.",
    "asked_human": "You asked for a human.",
    "looked": "Looked at",
    "why": "Why I think so",
    "more_evidence": "{count} more went into the case.",
    "choices": "You can answer: {choices}.",
    "choose": "Choose an answer",
    "fill": "Fill in the form",
    "paste_here": "Paste the words here as a message, or use the form.",
    "form_title": "Your mail settings",
    "send": "Check these",
    "cancel": "Not now",
    "look_again": "*Please look at this again:* {mistake}",
    "cut_short": "This is shortened; the whole of it is in the case.",
    "pointer": "I wrote to you in a direct message, so that nobody else reads your address: {link}",
    "pointer_link": "open our conversation",
    "going": "You have a conversation with me that is not finished, at “{title}”.",
    "resume": "Go on",
    "anew": "Start anew",
    "start": "Start",
    "resumed": "It goes on in our direct message: {link}",
    "nothing_open": "There is no open conversation. Press Start, or type `/smtp-help`.",
    "over": "That step is over. The newest one is the last message in our conversation.",
    "gone": "I do not know that conversation any more; it may have been deleted. Press Start for a new one.",
    "not_yours": "That conversation is somebody else’s. Press Start for one of your own.",
    "trigger_late": "Slack closed the form before it could open. Please press the button again.",
    "form_over": "This form belongs to a step that is over. Nothing was sent. The newest step is in our conversation.",
    "form_failed": "Your form could not be kept just now. What you typed is still here; please press the button again.",
    "help": (
        "Type `/smtp-help` and I ask what happens when you try to send mail, look at your mail server myself, and "
        "tell you what to do. You can add what you know: `/smtp-help smtp.example.com:587`, "
        "`/smtp-help ann@example.com`, or the error text as it stands. I never need your password; please do not "
        "type it.\n`/smtp-help status` says where your conversation stands, `/smtp-help forget me` deletes what I "
        "keep about you. *Talk to a human* is under every step."
    ),
    "status_open": "Your conversation stands at “{title}”.",
    "status_handed": "Your case is with a human. It stands at “{title}”.",
    "forgotten": "Deleted: {count} of your conversations and all that was kept with them. "
    "The messages already in Slack stay there until you or Slack remove them.",
    "forgotten_none": "There was nothing kept about you.",
    "mention": "I help with mail that cannot be sent. Press Start and I write to you in a direct message, so that "
    "nobody else reads your address.",
    "shortcut_empty": "That message has no words that I can read. Please copy the error text into our conversation.",
    "mail_file": "I cannot open mail files yet. Please open it in your mail program and paste its text here.",
    "file": "I cannot read “{name}”. Please copy the words of the error into a message here.",
    "stranger": "I can only help people of the workspace that I was set up for. Please ask your own IT.",
    "not_here": "I am not switched on in this channel. Please write to me in a direct message.",
    "not_allowed": "I am switched on for some people only, and you are not among them. Please ask your IT.",
    "cannot_tell_allowed": "I could not find out whether you may use me, so I stop here. Please ask your IT. ({why})",
    "failed": "Something went wrong on my side. Your conversation is kept. Please try again in a minute, or tell your "
    "IT this reference: {reference}.",
    "too_fast": "That is more than I can follow. Please wait a minute, then type `/smtp-help` once.",
    "login_page": "*I can try your login once*, on a page of my own where nobody else reads your password. The link "
    "works once and for ten minutes:{link}",
    "login_page_link": "try my login",
    "home_title": "Mail that will not go out?",
    "home_body": "I ask what you see, look at the mail server myself, name the cause, and show what to do. I never "
    "need your password.",
    "home_open": "*Open:* {title}",
    "home_recent": "Recent",
    "home_case": "{day} · {title}",
    "home_started": "I wrote to you. Please open the *Messages* tab.",
    "case_from": "*From* {person}",
    "case_reference": "Case {conversation}",
    "case_answers": "What was answered",
    "case_evidence": "What was seen",
    "case_texts": "What was pasted",
    "case_pictures": "Pictures, in the direct message with the person: {pictures}",
    "case_transcript": "What was said to the server",
    "case_part": "part {part} of {parts}",
    "case_left_out": "{count} more characters are left out.",
    "case_again": "This may be a second copy: I was stopped while I posted it the first time.",
    "case_empty": "Nothing was answered yet.",
    "case_open": "*Open.* Nobody has it yet.",
    "case_claimed": "*Claimed* by {who}.",
    "case_resolved": "*Resolved* by {who}.",
    "case_taken_back": "*Closed:* {who} went on without you, or says that it is solved.",
    "case_how": "What you write in this thread goes to the person, with your name; their answers come back here.",
    "claim": "Claim",
    "ask": "Ask a question",
    "resolve": "Resolve",
    "reopen": "Reopen",
    "question_title": "Ask a question",
    "question_label": "Your question, as the person will read it",
    "question_hint": "It goes to their direct message with your name. Never ask for a password.",
    "question_send": "Send",
    "asks": "{who} asks:",
    "case_over": "That is not possible any more: the case stands as the message in the channel says now.",
    "case_missing": "I do not have that case any more; it may have been deleted.",
    "not_it": "These buttons are for the people of your IT. Ask an administrator of the bot to put you on its list.",
    "not_it_thread": "I did not pass your words on: only those of your IT go to the person.",
    "cannot_tell_it": "I could not find out whether you belong to your IT, so I did nothing. Please try again. ({why})",
    "case_back": "*Asked for a human again.* {headline}",
    "from_human": "{who} of your helpdesk writes:",
    "from_person": "{who} writes:",
    "sent_file": "{who} sent a file: {name}",
    "remind_on": "Go on",
    "home_verdict": "{day} · {title} · {cause}",
    "home_queue": "Handed over and not resolved",
    "home_queue_none": "No case is waiting.",
    "home_queue_one": "{day} · {who} · {state}\n{title}",
    "home_counts": "Looks of the last 24 hours, by what they ended in",
    "home_counts_one": "{count} × {cause}",
    "home_counts_none": "No looks yet.",
    "home_unread": "Not understood",
    "home_unread_none": "Everything that was pasted was understood.",
    "state_open": "open",
    "state_claimed": "claimed by {who}",
    "state_resolved": "resolved",
    "handed": "Your case is with the support team. Somebody there will write to you here in Slack.",
    "handed_hours": "They answer {hours}.",
    "nobody": "No support channel is set up here, so nobody was told yet. Please send your IT this case number: "
    "{conversation}.",
    "unreachable": "I could not reach the support team, so nobody was told yet. Please send your IT this case number: "
    "{conversation}. ({why})",
}


def say(key: str, **values: object) -> str:
    """Return the sentence named `key`, filled; raises KeyError for a name or a value that is missing."""
    return WORDS[key].format(**values)

"""A conversation at a prompt, as a person has it."""

import asyncio
import re

import pytest

SETTINGS = ("ann@example.com", "smtp.example.com", "587", "")
LABELS = ("Your mail address", "Outgoing mail server", "Port", "Connection security")
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>]")


async def fill(talk, *values, enter="\n"):
    """Type a value at each field when it is asked, as a person does; all at once would be a paste."""
    for label, value in zip(LABELS, values, strict=False):
        await talk.says(label)
        await talk.says("›")
        talk.press(value + enter)


async def test_a_whole_conversation_over_a_pipe(chat):
    talk = await chat()
    talk.type("1", *SETTINGS, "w", "1")
    assert await talk.end() == 0
    said = talk.heard
    for words in ("What happens?", "Your settings", "I am looking now", "What to do", "Why I think so", "Good."):
        assert words in said
    assert "blocked." in said
    assert said.index("What to do") < said.index("Why I think so") < said.index("Did that help?")


async def test_what_is_no_terminal_gets_no_control_character_and_no_line_beyond_its_width(chat):
    talk = await chat(columns=60)
    talk.type("1", *SETTINGS, "w", "?", "h")
    await talk.end()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", talk.heard)
    before_case = talk.heard.split("copy from here")[0].splitlines()
    long = [line for line in before_case if len(line) > 60]
    assert [line.strip() for line in long] == [
        "Test-NetConnection smtp.a-rather-long-name.example.com -Port 587 -InformationLevel Detailed"
    ]
    assert [line for line in before_case[:-1] if line != line.rstrip() and "›" not in line] == []


async def test_what_a_server_says_never_reaches_the_terminal_as_a_command(chat):
    talk = await chat(terminal=True)
    await talk.says("What happens?")
    talk.type("1")
    for value in SETTINGS:
        await talk.says("›")
        await asyncio.sleep(0.05)
        talk.press(value + "\r")
    await talk.says("problem")
    await talk.says("[bold]markup[/bold]")
    await talk.says("Did that help?")
    assert "\x1b[31mred" not in talk.heard
    assert "\x9b" not in talk.heard
    assert "\x07" not in talk.heard
    assert "\u202e" not in talk.heard


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
async def test_a_terminal_that_wants_none_gets_no_colour_and_no_cursor_movement(chat, environ):
    talk = await chat(terminal=True, **environ)
    await talk.says("What happens?")
    await talk.says("Leave")
    talk.type("1")
    await fill(talk, *SETTINGS)
    await talk.says("Did that help?")
    talk.type("q")
    assert await talk.status() == 0
    assert "\x1b" not in talk.heard


async def test_a_terminal_has_colours(chat):
    talk = await chat(terminal=True)
    await talk.says("Leave")
    assert "\x1b[1;36m" in talk.heard
    talk.press("q\r")
    assert await talk.status() == 0


async def test_a_conversation_killed_between_two_answers_goes_on_where_it_was(chat):
    talk = await chat()
    talk.type("1")
    await talk.says("Your mail address")
    assert await talk.kill() == -9
    again = await chat()
    await again.says("You broke off a conversation here.")
    await again.says("What happens? It hangs")
    again.type("1")
    await again.says("Your settings")
    again.type(*SETTINGS)
    await again.says("Did that help?")
    assert await again.end() == 0


async def test_a_conversation_killed_during_a_look_looks_again(chat):
    talk = await chat(LOOK_SECONDS="60")
    talk.type("1", *SETTINGS)
    await talk.says("I am looking now")
    await talk.says("fine")
    await talk.kill()
    again = await chat()
    await again.says("You broke off")
    again.type("1")
    await again.says("I am looking now")
    await again.says("What to do")
    await again.end()
    assert again.heard.count("I am looking now") == 1


async def test_a_conversation_can_be_started_anew_instead(chat):
    talk = await chat()
    talk.type("1")
    await talk.says("Your mail address")
    assert await talk.end() == 0
    assert "smtp-help chat" in talk.heard
    again = await chat()
    again.type("no idea", "2")
    await again.says("Type 1 to go on")
    await again.says("What happens?")
    await again.end()
    third = await chat()
    await third.says("What happens?")
    assert "broke off" not in third.heard
    await third.end()


async def test_a_form_with_a_mistake_asks_only_that_field_again_and_keeps_the_rest(chat):
    talk = await chat()
    talk.type("1", "ann@example.com", "smtp.example.com", "five", "2")
    await talk.says("What you typed is kept. Only this is asked again:")
    await talk.says("Port ✗")
    await talk.says("You typed: five")
    talk.type("587")
    await talk.says("Did that help?")
    await talk.end()
    assert talk.heard.count("Your mail address") == 1


async def test_in_a_form_b_goes_a_field_back_and_then_a_step(chat):
    talk = await chat()
    talk.type("1", "ann@example.com", "b", "", "b", "b")
    await talk.says("[ann@example.com]")
    await talk.says("What happens?")
    talk.type("1")
    await talk.says("[ann@example.com]")
    await talk.end()


async def test_an_empty_field_keeps_the_default_and_a_dash_means_i_do_not_know(chat):
    talk = await chat()
    talk.type("1", "ann@example.com", "b", "-", "b")
    await talk.says("[ann@example.com]")
    await talk.says("Your mail address")
    await talk.says("›")
    await talk.end()
    assert talk.heard.count("[ann@example.com]") == 1


async def test_free_text_at_a_choice_is_read_as_an_error_text(chat):
    talk = await chat()
    talk.type("421 4.3.2 try later")
    await talk.says("I read what you sent")
    await talk.says("What to do")
    await talk.end()


async def test_a_text_of_many_lines_ends_with_a_lone_dot(chat):
    talk = await chat()
    talk.type("2", "one", "two", ".", "h")
    await talk.says("I read what you sent")
    await talk.says("Text that was pasted one two")
    await talk.end()


async def test_a_number_that_is_not_there_is_said_and_not_taken_for_a_text(chat):
    talk = await chat()
    talk.type("9", "", "w", "b", "x")
    await talk.says("Type a number from 1 to 3")
    await talk.says("There is nothing for w here.")
    await talk.says("There is nothing for b here.")
    await talk.end()
    assert "I read what you sent" not in talk.heard


async def test_the_whole_label_is_an_answer_too(chat):
    talk = await chat()
    talk.type("nothing any more")
    await talk.says("Good.")
    assert await talk.status() == 0


async def test_a_human_gets_a_block_to_copy_and_the_person_where_to_send_it(chat):
    talk = await chat(SUPPORT="#mail-help")
    talk.type("1", *SETTINGS, "h", "more words for them", "q")
    await talk.says("send it to #mail-help")
    await talk.says("----- copy from here -----")
    await talk.says("What happens? It hangs")
    await talk.says("----- to here -----")
    assert await talk.end() == 0


async def test_ctrl_c_over_a_pipe_is_one_sentence_and_status_130(chat):
    talk = await chat()
    await talk.says("›")
    talk.interrupt()
    assert await talk.status() == 130
    assert "Your answers are saved." in talk.heard
    assert "Traceback" not in talk.heard


async def test_ctrl_c_on_a_terminal_is_one_sentence_and_status_130(chat):
    talk = await chat(terminal=True)
    await talk.says("Leave")
    await talk.says("›")
    await asyncio.sleep(0.2)
    talk.press("\x03")
    assert await talk.status() == 130
    assert "Your answers are saved." in ANSI.sub("", talk.heard)


async def test_ctrl_c_during_a_look_asks_what_to_do_instead(chat):
    talk = await chat(terminal=True, LOOK_SECONDS="60", TERM="dumb")
    await talk.says("Leave")
    talk.type("1")
    await fill(talk, *SETTINGS)
    await talk.says("fine")
    talk.interrupt()
    await talk.says("I am still looking.")
    talk.type("b")
    await talk.says("Your settings")
    talk.type("q")
    assert await talk.status() == 0


async def test_the_end_of_input_is_one_sentence_and_no_failure(chat):
    talk = await chat()
    assert await talk.end() == 0
    assert "Your answers are saved." in talk.heard


async def test_it_opens_with_what_was_typed_after_the_command(chat):
    talk = await chat("535 5.7.8 authentication failed")
    await talk.says("I read what you sent")
    await talk.end()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_an_encoding_without_our_signs_gets_plain_ones(chat, encoding):
    talk = await chat(PYTHONIOENCODING=encoding, PYTHONUTF8="0", LANG="C")
    talk.type("1", *SETTINGS, "1")
    assert await talk.end() == 0
    assert "# What happens?" in talk.heard
    assert "Traceback" not in talk.heard


async def test_a_field_with_a_mistake_is_left_empty_by_enter(chat):
    talk = await chat()
    talk.type("1", "ann@example.com", "smtp.example.com", "five", "2", "")
    await talk.says("You typed: five")
    await talk.says("Did that help?")
    await talk.end()
    assert talk.heard.count("You typed: five") == 1


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}])
async def test_a_command_is_a_command_in_a_field_that_has_a_value(chat, environ):
    talk = await chat("ann@example.com", terminal=True, **environ)
    await talk.says("What happens?")
    await talk.says("Leave")
    await talk.says("›")
    talk.press("1\r")
    await talk.says("Your mail address")
    await talk.says("[ann@example.com]")
    talk.press("h\r")
    await talk.says("This is your case")
    await talk.says("----- to here -----")
    assert "ann@example.comh" not in talk.heard


async def test_a_pasted_text_of_several_lines_is_an_error_text_in_a_field_too(chat):
    talk = await chat(terminal=True)
    await talk.says("Leave")
    await talk.says("›")
    talk.press("1\r")
    await talk.says("Your mail address")
    await talk.says("›")
    talk.press("\x1b[200~Delivery has failed:\n550 5.1.1 no such user\x1b[201~\r")
    await talk.says("I read what you sent")
    await talk.says("Did that help?")


async def test_what_was_typed_in_a_form_outlives_a_kill(chat):
    talk = await chat()
    talk.type("1", "ann@example.com", "smtp.example.com")
    await talk.says("Port")
    await talk.says("›")
    await talk.kill()
    again = await chat()
    again.type("1")
    await again.says("What you typed is kept.")
    await again.says("Your mail address: ann@example.com")
    await again.says("Outgoing mail server (SMTP): smtp.example.com")
    await again.says("Port")
    again.type("b")
    await again.says("[smtp.example.com]")
    again.type("", "587", "", "h")
    await again.says("Outgoing mail server (SMTP): smtp.example.com")
    await again.end()


async def test_what_was_typed_in_a_form_stands_in_the_case_and_in_the_form_again(chat):
    talk = await chat()
    talk.type("1", "ann@example.com", "smtp.example.com", "h")
    await talk.says("----- copy from here -----")
    await talk.says("Your mail address (form not handed in): ann@example.com")
    await talk.says("Outgoing mail server (SMTP) (form not handed in): smtp.example.com")
    await talk.says("----- to here -----")
    talk.type("b")
    await talk.says("Your mail address: ann@example.com")
    await talk.end()


async def test_a_password_typed_into_a_form_is_in_no_draft(chat, tmp_path):
    talk = await chat()
    talk.type("1", "ann@example.com", "smtp://ann:hunter2hunter@smtp.example.com", "h")
    await talk.says("----- copy from here -----")
    await talk.says("----- to here -----")
    await talk.end()
    assert "hunter2" not in talk.heard.split("copy from here")[1]
    assert not [file for file in tmp_path.glob("chat.db*") if b"hunter2" in file.read_bytes()]


async def test_words_typed_after_the_case_stand_in_it_when_it_is_printed_again(chat):
    talk = await chat(SUPPORT="#mail-help")
    talk.type("h")
    await talk.says("Nothing is sent from here by itself.")
    await talk.says("----- to here -----")
    talk.type("It began on Monday")
    await talk.says("----- copy from here -----")
    await talk.says("It began on Monday")
    await talk.says("----- to here -----")
    await talk.end()
    assert "takes over" not in talk.heard


async def test_a_conversation_that_cannot_begin_is_a_failure(chat):
    talk = await chat(CLOCK_STOPPED="yes")
    assert await talk.end() == 1
    assert "(reference" in talk.heard

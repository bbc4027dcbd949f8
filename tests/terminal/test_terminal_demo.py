"""The demo's table of settings fits a narrow window and speaks the form's own words."""

from bot.commands.demo import RECIPIENT, SHOWN, table
from bot.practice.exercises import EXERCISES
from bot.practice.exercises import RECIPIENT as USUAL


def test_the_table_fits_and_names_what_else_is_to_be_typed():
    shown = [EXERCISES[name] for name in SHOWN]
    lines = table(shown)
    assert max(map(len, lines)) <= 60
    text = "\n".join(lines)
    assert "STARTTLS" in text
    assert "starttls" not in text
    assert RECIPIENT == USUAL
    for exercise in shown:
        row = next(i for i, line in enumerate(lines) if exercise.host in line)
        assert str(exercise.port) in lines[row]
    assert text.count("User name for sending: ") == len([e for e in shown if e.user_name])
    assert text.count("Recipient’s address: ") == len([e for e in shown if e.recipient != USUAL])

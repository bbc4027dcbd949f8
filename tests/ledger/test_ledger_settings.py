"""The variables of the safe side: what is read, what is refused, and in which words."""

import ipaddress
import stat

import pytest

from bot.commands.serve import secrets_of
from bot.ledger.limits import Limits
from bot.settings import Settings, SettingsError, read_settings
from tests.commands.command_line import smtp_help


def test_they_have_defaults_that_keep_everything_off_or_small():
    found = read_settings({})
    assert found.limits == Limits(person=20, target=60, at_once=10, logins=5)
    assert (found.public_url, found.metrics_listen, found.audit_file) == ("", None, None)
    assert (found.trusted_proxies, found.retention_days) == ((), 30)


def test_they_are_read(tmp_path):
    found = read_settings(
        {
            "SMTP_HELP_LIMITS": "person=3",
            "SMTP_HELP_PUBLIC_URL": "https://help.example.com/",
            "SMTP_HELP_TRUSTED_PROXIES": "10.0.0.1, fd00::/8",
            "SMTP_HELP_METRICS_LISTEN": "9464",
            "SMTP_HELP_RETENTION_DAYS": "7",
            "SMTP_HELP_AUDIT_FILE": str(tmp_path / "audit.jsonl"),
        }
    )
    assert found.limits == Limits(person=3)
    assert found.public_url == "https://help.example.com"
    assert found.trusted_proxies == (ipaddress.ip_network("10.0.0.1/32"), ipaddress.ip_network("fd00::/8"))
    assert found.metrics_listen == ("127.0.0.1", 9464), "a port alone listens on this machine"
    assert found.retention_days == 7
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LIMITS", "people=3", "is no limit; write person, target, at_once, logins"),
        ("PUBLIC_URL", "http://help.example.com", "begins with https://"),
        ("PUBLIC_URL", "https://ann:pw@help.example.com", "begins with https://"),
        ("PUBLIC_URL", "https://help.example.com/?x=1", "begins with https://"),
        ("PUBLIC_URL", "https://[", "begins with https://"),
        ("PUBLIC_URL", "ftp://x", "begins with https://"),
        ("TRUSTED_PROXIES", "proxy.example.com", "is no range of addresses"),
        ("METRICS_LISTEN", "no", "is no port"),
        ("EHLO_NAME", "my computer", "is no name of a computer"),
        ("RETENTION_DAYS", "0", "is no number of days from 1 to 3650"),
        ("RETENTION_DAYS", "forever", "is no number of days from 1 to 3650"),
        ("AUDIT_FILE", "/nowhere/at/all/audit.jsonl", "cannot be written"),
    ],
)
def test_a_wrong_one_is_named_with_what_is_wanted(name, value, says):
    with pytest.raises(SettingsError) as wrong:
        read_settings({f"SMTP_HELP_{name}": value})
    (sentence,) = wrong.value.sentences
    assert sentence.startswith(f"SMTP_HELP_{name}: ")
    assert says in sentence


def test_the_page_may_be_on_this_machine_without_https():
    assert read_settings({"SMTP_HELP_PUBLIC_URL": "http://localhost:3000"}).public_url == "http://localhost:3000"


def test_secrets_are_kept_out_of_what_is_shown_of_settings_and_known_to_the_log():
    found = Settings(
        slack_bot_token="xoxb-1",
        slack_app_token="xapp-1",
        slack_signing_secret="s1gn",
        database_url="postgresql://a:pw12@h/d",
    )
    for secret in ("xoxb-1", "xapp-1", "s1gn", "pw12"):
        assert secret not in repr(found)
        assert any(secret in one for one in secrets_of(found))
    assert secrets_of(Settings(database_url="sqlite:///x.db")) == ()


def test_slacks_address_is_a_web_address():
    assert read_settings({"SLACK_API_URL": "https://slack-gov.com/api"}).slack_api_url == "https://slack-gov.com/api/"
    with pytest.raises(SettingsError, match="SLACK_API_URL: it is a web address"):
        read_settings({"SLACK_API_URL": "slack-gov.com"})


def test_a_variable_that_is_none_of_ours_is_told_by_the_doctor():
    found = read_settings({"SMTP_HELP_NAMESERVER": "192.0.2.53", "SMTP_HELP_PORTS": "2525", "OTHER": "x"})
    assert found.strangers == ("SMTP_HELP_NAMESERVER",)


async def test_serve_says_at_once_what_is_wrong_with_slack_and_with_the_rest():
    ran = await smtp_help("serve", env={"SMTP_HELP_PORTS": "many", "SLACK_BOT_TOKEN": "xapp-1"})
    assert ran.status == 2
    assert [line.split()[1].strip(":") for line in ran.err.splitlines()] == [
        *("SMTP_HELP_PORTS", "SLACK_BOT_TOKEN", "Neither"),
    ]


async def test_the_doctor_tells_each_trouble_once_and_logs_nothing_beside_it(tmp_path):
    away = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": "http://127.0.0.1:9/"}
    ran = await smtp_help(
        "doctor",
        env=away
        | {"XDG_STATE_HOME": str(tmp_path), "SMTP_HELP_NAMESERVERS": "127.0.0.1:9", "SMTP_HELP_NAMESERVER": "x"},
    )
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.count("Slack did not answer") == 1
    assert "SMTP_HELP_NAMESERVER is no setting" in ran.out

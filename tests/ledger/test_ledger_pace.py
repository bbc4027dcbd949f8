"""Who is too fast is turned away, each person by themselves; who may begin at all is asked after that."""

from fake_people_of_gate import HOUSE, Members

from bot.ledger.pace import Pace
from bot.slack.gate import WORDS, Gate
from bot.slack.reading import Who
from bot.slack.words import say

ANN, EVE, BOSS = Who("T1", "UANN"), Who("T1", "UEVE"), Who("T1", "UBOSS")


def test_a_bucket_fills_again_with_time_and_is_each_persons_own():
    pace = Pace(burst=3, a_second=1.0)
    assert [pace.may("ann", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert pace.may("eve", 0.0)
    assert [pace.may("ann", 2.5) for _ in range(3)] == [True, True, False]


def test_it_forgets_who_was_here_longest_ago_so_that_it_never_grows():
    pace = Pace(burst=1, people=100)
    for number in range(10_000):
        pace.may(f"u{number}", 0.0)
    assert len(pace._left) == 100
    assert not pace.may("u9999", 0.0)


async def test_a_flood_is_turned_away_before_anything_is_asked():
    calls = Members()
    gate = Gate(HOUSE, calls, group="S1")
    said = [await gate.refused(ANN) for _ in range(WORDS + 5)]
    assert said[WORDS:] == [say("too_fast")] * 5
    assert await gate.refused(EVE) != say("too_fast")
    assert calls.asked == 1


async def test_admins_may_begin_everywhere_and_others_where_it_is_allowed():
    gate = Gate(HOUSE, Members("UANN"), channels=["C1"], group="S1", admins=["UBOSS"])
    assert await gate.refused(ANN, "C1") == ""
    assert await gate.refused(ANN, "C2") == say("not_here")
    assert await gate.refused(EVE, "C1") == say("not_allowed")
    assert await gate.refused(BOSS, "C2") == ""
    assert await gate.refused(Who("T9", "UBOSS"), "C1") == say("stranger"), "another workspace's user of that name"

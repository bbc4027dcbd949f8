"""A workspace and a user group, as the gate sees them."""

from bot.slack.gate import House

HOUSE = House(team="T1", bot_user="UBOT", bot="B1")


class Members:
    def __init__(self, *users):
        self.users, self.asked = users, 0

    async def __call__(self, method, **arguments):
        self.asked += 1
        return {"users": list(self.users)}

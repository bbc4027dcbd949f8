"""The one loop that does things: load, advance, save, then show, look and hand over; it knows no platform."""

from bot.desk.desk import Desk
from bot.desk.outcome import Outcome, Result

__all__ = ["Desk", "Outcome", "Result"]

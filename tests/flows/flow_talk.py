"""Lead a conversation in a test: say events, and look at the step, the effects and the screen."""

from collections.abc import Mapping

from flows.conversation import Chose, Conversation, Effect, Event, Filled, Look, Opened, Saw
from flows.machine import Tree
from flows.screen import Screen
from flows.screens import screen
from probes.causes import Cause, Confidence, RunnerUp
from probes.findings import Finding, Settings
from probes.verdict import Verdict

SETTINGS = {
    "mail_address": "ann@example.com",
    "server": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "login": "yes",
    "user_name": "ann@example.com",
    "recipient": "bob@example.org",
}


def saw(
    cause: str,
    *findings: Finding,
    sure: str = "certain",
    others: tuple[str, ...] = (),
    works: Settings | None = None,
    quote: str = "",
    named: Mapping[str, str] | None = None,
) -> Verdict:
    """Return a verdict as a look would bring it."""
    return Verdict(
        cause=Cause(cause),
        confidence=Confidence(sure),
        decided_by=findings[:1],
        findings=findings,
        runners_up=tuple(RunnerUp(Cause(other), Confidence.POSSIBLE) for other in others),
        works_with=works,
        quote=quote,
        named=named or {},
    )


class Talk:
    """One conversation and the effects of its last event."""

    def __init__(self, tree: Tree, *, name: str = "c1") -> None:
        self.tree = tree
        self.now: Conversation = tree.begin(name, "terminal:ann")
        self.effects: tuple[Effect, ...] = ()

    def say(self, event: Event) -> "Talk":
        self.now, self.effects = self.tree.advance(self.now, event)
        return self

    def open(self, text: str = "") -> "Talk":
        return self.say(Opened(text))

    def choose(self, *choices: str) -> "Talk":
        for choice in choices:
            self.say(Chose(choice))
        return self

    def fill(self, values: Mapping[str, str] | None = None, **more: str) -> "Talk":
        return self.say(Filled({**(SETTINGS if values is None else values), **more}))

    def see(self, cause: str, *findings: Finding, **more: object) -> "Talk":
        """End the look under way with a verdict."""
        assert self.now.run is not None
        return self.say(Saw(self.now.run, saw(cause, *findings, **more)))  # type: ignore[arg-type]

    @property
    def step(self) -> str:
        return self.now.step

    @property
    def looks(self) -> list[str]:
        return [effect.what for effect in self.effects if isinstance(effect, Look)]

    @property
    def screen(self) -> Screen:
        return screen(self.tree, self.now)

"""What a question to the name servers brought, and how it is read from dnspython's outcomes; pure, asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver

from probes.target import clean

MOST_RECORDS = 16
"""Records kept of one answer, and names of one CNAME chain."""


class Found(StrEnum):
    """How a question to the name servers ended; kept apart, since each means another thing (RFC 1035, RFC 8020)."""

    RECORDS = "records"
    NXDOMAIN = "nxdomain"
    NO_DATA = "no_data"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    WITHHELD = "withheld"
    TIME_OUT = "time_out"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `chain` holds the CNAME targets on the way, `detail` the servers' own words.

    `by_file` says that no server was asked: the hosts file knows the name.
    """

    name: str
    kind: str
    found: Found
    values: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    detail: str = ""
    by_file: bool = False

    @property
    def answered(self) -> bool:
        """Tell whether some resolver gave an answer about the name, NXDOMAIN included."""
        return self.found in (Found.RECORDS, Found.NXDOMAIN, Found.NO_DATA)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts that MX or SRV records name, in lower case; a null MX (RFC 7505) names the empty one."""
        return tuple(value.split()[-1].rstrip(".").lower() for value in self.values)

    @property
    def decisive(self) -> bool:
        """Tell whether asking another resolver is pointless."""
        return self.answered or self.found is Found.LOOP


_BY_RCODE = {dns.rcode.REFUSED: Found.REFUSED}
_WORST_LAST = (Found.TIME_OUT, Found.REFUSED, Found.WITHHELD, Found.SERVFAIL)


def text(value: object) -> str:
    """Return a name or an address as this project writes it: lower case, no dot at the end."""
    return str(value).rstrip(".").lower()


def read(name: str, kind: str, outcome: dns.resolver.Answer | BaseException) -> Answer:
    """Read what dnspython's resolver returned or raised for one question to one name server."""
    match outcome:
        case dns.resolver.NXDOMAIN():
            response = next(iter(outcome.kwargs.get("responses", {}).values()), None)
            if response is None:
                return Answer(name, kind, Found.NXDOMAIN)
            if _withheld(response):
                return Answer(name, kind, Found.WITHHELD, detail=clean(_said(response))[:200])
            return Answer(name, kind, Found.NXDOMAIN, chain=_chain(response)[:MOST_RECORDS])
        case dns.resolver.NoNameservers() | dns.exception.Timeout():
            return _failed(name, kind, outcome.kwargs.get("errors", []))
        case BaseException():
            loop = "chain" in str(outcome).lower() or "cname" in str(outcome).lower()
            found = Found.LOOP if loop else Found.SERVFAIL
            return Answer(name, kind, found, detail=clean(str(outcome))[:200])
        case _:
            return _read_answer(name, kind, outcome)


def _read_answer(name: str, kind: str, outcome: dns.resolver.Answer) -> Answer:
    response = outcome.response
    chain = _chain(response)
    if len(chain) > MOST_RECORDS or len(set(chain)) != len(chain) or name in chain:
        return Answer(name, kind, Found.LOOP, chain=chain[:MOST_RECORDS])
    records = sorted(outcome.rrset or (), key=_preference)[:MOST_RECORDS]
    values = tuple(text(record.address) if kind in ("A", "AAAA") else clean(record.to_text()) for record in records)
    if values:
        return Answer(name, kind, Found.RECORDS, values, chain)
    if not chain and is_lame(response):
        return Answer(name, kind, Found.SERVFAIL, detail="lame: it refers to other servers")
    return Answer(name, kind, Found.NO_DATA, chain=chain)


def is_lame(response: dns.message.Message) -> bool:
    """Tell a referral, which no resolver may give, from an empty answer (RFC 2308 section 2.2)."""
    kinds = {rrset.rdtype for rrset in response.authority}
    return (
        not response.answer
        and not response.flags & (dns.flags.AA | dns.flags.RA)
        and dns.rdatatype.NS in kinds
        and dns.rdatatype.SOA not in kinds
    )


def unfinished(answer: Answer, response: dns.message.Message) -> str:
    """Return the name at which a server that does not resolve for others left a CNAME chain, or an empty text."""
    left = answer.found is Found.NO_DATA and answer.chain and not response.flags & dns.flags.RA
    return answer.chain[-1] if left and not response.authority else ""


def joined(first: Answer, rest: Answer) -> Answer:
    """Return the answer of a chain that was followed by hand."""
    chain = (*first.chain, *rest.chain)
    if len(chain) > MOST_RECORDS or len(set(chain)) != len(chain) or first.name in chain:
        return Answer(first.name, first.kind, Found.LOOP, chain=chain[:MOST_RECORDS])
    return replace(rest, name=first.name, chain=chain)


def gravest(answers: Iterable[Answer]) -> Answer:
    """Return what to say where no resolver answered: an error that was said before mere silence, all in its detail."""
    seen = list(answers)
    worst = max(seen, key=lambda answer: _WORST_LAST.index(answer.found))
    return replace(worst, detail=", ".join(dict.fromkeys(a.detail for a in seen if a.detail))[:200])


def cut_off(reason: dns.exception.Timeout) -> bool:
    """Tell whether a name server did answer, only that the answer does not fit a datagram and TCP brings nothing."""
    return any(isinstance(entry[3], dns.message.Truncated) for entry in reason.kwargs.get("errors", []))


def _withheld(response: dns.message.Message) -> bool:
    """Tell whether a resolver says itself that it hides the name (RFC 8914 sections 4.16 to 4.19)."""
    return any(extended.code in _HIDING for extended in response.extended_errors())


_HIDING = (
    dns.edns.EDECode.BLOCKED,
    dns.edns.EDECode.CENSORED,
    dns.edns.EDECode.FILTERED,
    dns.edns.EDECode.PROHIBITED,
)


def _chain(response: dns.message.Message) -> tuple[str, ...]:
    rrsets = (rrset for rrset in response.answer if rrset.rdtype == dns.rdatatype.CNAME)
    return tuple(text(record.target) for rrset in rrsets for record in rrset)


def _preference(record: Any) -> tuple[int, str]:
    return (getattr(record, "preference", getattr(record, "priority", 0)), record.to_text())


def _failed(name: str, kind: str, errors: list[tuple[Any, ...]]) -> Answer:
    """Tell from what a resolver did (server, tcp, port, error, response) how the question failed."""
    seen: list[Found] = []
    words: list[str] = []
    for server, _, _, error, response in errors:
        if response is not None:
            other = _BY_RCODE.get(response.rcode(), Found.SERVFAIL)
            seen.append(Found.WITHHELD if _withheld(response) else other)
        else:
            seen.append(Found.SERVFAIL if isinstance(error, dns.message.Truncated) else Found.TIME_OUT)
        words.append(f"{str(server).removeprefix('Do53:')} {_why(error) if response is None else _said(response)}")
    found = max(seen, key=_WORST_LAST.index, default=Found.TIME_OUT)
    return Answer(name, kind, found, detail=", ".join(dict.fromkeys(map(clean, words)))[:200])


def _why(error: object) -> str:
    if isinstance(error, dns.exception.Timeout):
        return "no answer"
    if isinstance(error, dns.message.Truncated):
        return "an answer that is cut off, and none over TCP"
    return (error.strerror or "no answer") if isinstance(error, OSError) else type(error).__name__


def _said(response: dns.message.Message) -> str:
    said = dns.rcode.to_text(response.rcode()).lower()
    for extended in response.extended_errors():
        said += f" ({dns.edns.EDECode(extended.code).name.lower().replace('_', ' ')})"
    return said

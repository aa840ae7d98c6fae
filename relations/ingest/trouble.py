"""What can go wrong with a feed. Each class has a slug for statistics and words for whoever looks after the feeds."""

from __future__ import annotations

from relations.errors import RelationsError


class FeedTrouble(RelationsError):
    """A visit to a feed that brought nothing. ``status``: of the HTTP answer, where there was one."""

    kind = "trouble"

    def __init__(self, words: str, *, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


class NoSuchHost(FeedTrouble):
    kind = "dns"


class RefusedAddress(FeedTrouble):
    kind = "refused_address"


class ConnectionTrouble(FeedTrouble):
    kind = "connection"


class TLSTrouble(FeedTrouble):
    kind = "tls"


class TooSlow(FeedTrouble):
    kind = "timeout"


class TooLarge(FeedTrouble):
    kind = "too_large"


class RedirectLoop(FeedTrouble):
    kind = "redirect_loop"


class HTTPTrouble(FeedTrouble):
    kind = "http_error"


class Gone(HTTPTrouble):
    kind = "gone"


class RateLimited(HTTPTrouble):
    """The server asks for patience. ``retry_after``: seconds, where it said for how long."""

    kind = "rate_limited"

    def __init__(self, words: str, *, status: int, retry_after: float | None) -> None:
        super().__init__(words, status=status)
        self.retry_after = retry_after


class NotAFeed(FeedTrouble):
    kind = "not_a_feed"


class EmptyFeed(FeedTrouble):
    kind = "empty"


class Unreadable(FeedTrouble):
    kind = "unreadable"


class TooHard(FeedTrouble):
    """Reading it took too long or too much memory, so it was stopped."""

    kind = "too_hard"


class Blocked(HTTPTrouble):
    """The server refuses us, and would refuse us again."""

    kind = "blocked"


class Forbidden(FeedTrouble):
    """robots.txt asks programs not to fetch this page."""

    kind = "robots"


class BadSecrets(FeedTrouble):
    """What is kept to sign in with can't be read."""

    kind = "secrets"


class Bug(FeedTrouble):
    """Our own fault, not the feed's: recorded like any other trouble, so that the other feeds go on."""

    kind = "bug"

    def __init__(self, error: Exception) -> None:
        super().__init__(f"Reading this feed hit a fault in Dyad itself ({type(error).__name__}); the log says more.")


def by_kind(kind: str) -> type[FeedTrouble]:
    """The class of a slug; FeedTrouble itself for one that is not known."""
    classes = [FeedTrouble]
    for found in classes:  # the list grows as it is gone through
        classes += found.__subclasses__()
    return next((found for found in classes if found.kind == kind), FeedTrouble)

"""How often is the coder right? What editors' verdicts say by type, by source and by rule, beside a random sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import CharField, Count, Func, Q, Value
from django.urls import reverse

from relations.codebook.event_types import event_types
from relations.models import Calibration, Feed, LearntPrecision, Outcome, Report, ReviewItem, ReviewState, Verdict
from relations.models.judged import Alike, deciding, judged_alike, judged_alone
from relations.queries.display import MINUS, address, count, day_words
from relations.queries.feeds_words import name_of
from relations.tension.formula import event_probability
from relations.tension.precision import Beta, Tally, reliability

MOST = 200  # rows of a table
WRONG_SHOWN, NEWEST = 3, 500  # wrong verdicts of a row; how many are fetched at once to find them
AT_ONCE = 25  # rows shown before the others are asked for
# A row is flagged where it is so sure that it lies under the line, from so many verdicts on: the coder's own word
# alone, which may be low enough, is no finding.
SURE, FLAGGED_FROM = 0.9, 5
# Verdicts on what rests on a source alone, weighed, from which on its reliability can be taken over.
ENOUGH = 10.0
TITLES = {"types": "By type, as read", "sources": "By source", "rules": "By rule"}

Key = str | int
# The part of a report's reason that names the rule, as relations.models.reviews.rules_of has it.
RULE = Func("because", Value(":"), Value(1), function="split_part", output_field=CharField())


@dataclass(frozen=True, slots=True)
class Estimate:
    """A precision in words, and as numbers in [0, 1]: mean, and the ends of its interval."""

    words: str
    interval: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Wrong:
    """A verdict that did not uphold a reading. said: what the editor said instead."""

    sentence: str
    url: str
    said: str


@dataclass(frozen=True, slots=True)
class Trust:
    """A source's reliability, as set by hand and as verdicts have it. value: to be taken over; empty where there is
    too little to go by, or what is set fits."""

    feed_id: int
    as_set: str
    learnt: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One type, source or rule. sample: by the random sample alone; None where none of it is judged."""

    name: str
    url: str
    judged: str
    upheld: str
    stated: str
    learnt: Estimate
    sample: Estimate | None
    sample_words: str
    flag: str
    wrong: list[Wrong]
    trust: Trust | None


@dataclass(frozen=True, slots=True)
class Table:
    """rows: the worst first; rest: the others, up to MOST with them. more: how many are left out."""

    key: str
    title: str
    rows: list[Row]
    rest: list[Row]
    more: int


@dataclass(frozen=True, slots=True)
class Precision:
    """The whole page. sample, all: None where nothing is judged. line: in [0, 1]. flagged: how many, in words."""

    sample: Estimate | None
    sample_words: str
    sample_waits: int
    all: Estimate | None
    all_words: str
    line: float
    line_words: str
    flagged: str
    tables: list[Table]
    calibration: str


@dataclass(slots=True)
class Group:
    """What is counted of one type, source or rule, or of all."""

    verdicts: int = 0
    upheld: int = 0
    all: Tally = field(default_factory=Tally)
    sample: Tally = field(default_factory=Tally)

    def add(self, one: Alike) -> None:
        self.verdicts += one.number
        self.upheld += one.number * one.is_right
        self.all.add(one.weight * one.number, one.is_right, one.stated / one.number)
        if one.is_audit:
            self.sample.add(one.number, one.is_right, one.stated / one.number)

    def surely_under(self, line: float) -> float:
        """How sure it is that the precision lies under the line, where that is to be flagged; else 0."""
        chance = self.all.verdicts.belief.chance_under(line)
        return chance if chance >= SURE and self.verdicts >= FLAGGED_FROM else 0.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What flagged rows show. verdicts: the newest wrong ones by table and key; sentences: by event and rule the
    surest, that of any rule under ""."""

    verdicts: dict[tuple[str, Key], list[Verdict]]
    sentences: Mapping[int, Mapping[str, str]]

    def wrong(self, of: str, key: Key) -> list[Wrong]:
        found = []
        for verdict in self.verdicts.get((of, key), []):
            told = self.sentences.get(verdict.event_id, {})
            rule = str(key) if of == "rules" else ""
            sentence = told.get(rule) or told.get("") or f"Event {verdict.event_id}"
            found.append(Wrong(sentence, address("event", verdict.event_id), _said(verdict)))
        return found


@dataclass(slots=True)
class Counted:
    """alone: by source, the readings that rest on it alone, as relations.tension.precision.reliability asks."""

    all: Group = field(default_factory=Group)
    types: dict[Key, Group] = field(default_factory=lambda: defaultdict(Group))
    sources: dict[Key, Group] = field(default_factory=lambda: defaultdict(Group))
    rules: dict[Key, Group] = field(default_factory=lambda: defaultdict(Group))
    alone: dict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))


def precision() -> Precision:
    """All that the page shows, in a constant number of queries."""
    line = settings.PRECISION_LINE
    counted, waits = _counted(), _waits()
    shown = {key: _worst_first(getattr(counted, key), line) for key in TITLES}
    flagged = [(of, key) for of, rows in shown.items() for key, _, sure in rows if sure]
    looked = _look_up(flagged)
    feeds = Feed.objects.in_bulk([key for key, _, _ in shown["sources"]])

    def row(of: str, key: Key, group: Group, sure: float) -> Row:
        verdicts = group.all.verdicts
        feed = feeds.get(key) if of == "sources" else None
        return Row(
            name=_name(of, key, feed),
            url=f"{reverse('method')}#{key}" if of == "types" else "",
            judged=f"{group.verdicts:,}",
            upheld=f"{group.upheld:,}",
            stated=_percent(verdicts.stated),
            learnt=_estimate(verdicts.belief),
            sample=_estimate_alone(group.sample),
            sample_words=_sample_words(group.sample, waits[of].get(key, 0)),
            flag=f"under the line ({_percent(sure)} sure)" if sure else "",
            wrong=looked.wrong(of, key),
            trust=_trust(feed, counted.alone.get(key)) if feed else None,
        )

    def table(key: str, title: str) -> Table:
        rows = [row(key, *one) for one in shown[key]]
        return Table(key, title, rows[:AT_ONCE], rows[AT_ONCE:], len(getattr(counted, key)) - len(rows))

    everything, sample_waits = counted.all, sum(waits["types"].values())
    return Precision(
        sample=_estimate_alone(everything.sample),
        sample_words=_sample_words(everything.sample, sample_waits),
        sample_waits=sample_waits,
        all=_estimate(everything.all.verdicts.belief) if everything.verdicts else None,
        all_words=f"{everything.upheld:,} of {everything.verdicts:,} upheld; "
        f"the coder stated {_percent(everything.all.verdicts.stated)}",
        line=line,
        line_words=_percent(line),
        flagged=f"{count(len(flagged), 'row is', 'rows are')} under the line" if flagged else "",
        tables=[table(key, title) for key, title in TITLES.items()],
        calibration=_calibration(),
    )


def _counted() -> Counted:
    """Every verdict that decides, counted once where it belongs."""
    found = Counted()
    for alike in judged_alike():
        for group in (
            found.all,
            found.types[alike.type],
            *(found.sources[feed] for feed in alike.sources),
            *(found.rules[rule] for rule in alike.rules),
        ):
            group.add(alike)
    newest = LearntPrecision.objects.first()
    learnt = newest.log_odds() if newest else {}
    for alone in judged_alone():
        chance = event_probability(confirmed=False, confidence=alone.confidence, learnt=learnt.get(alone.type, 0.0))
        found.alone[alone.source].add(alone.weight * alone.number, alone.is_right, chance)
    return found


def _waits() -> dict[str, dict[Key, int]]:
    """How many events of the random sample wait for a verdict, of each type, source and rule."""
    waiting = ReviewItem.objects.filter(is_audit=True, state=ReviewState.WAITING).order_by()
    told = Report.objects.standing().filter(marked_by=None, event__in=waiting.values("event")).order_by()
    by_rule = told.annotate(rule=RULE).values_list("rule")
    return {
        "types": dict(waiting.values_list("type").annotate(Count("pk"))),
        "sources": dict(told.values_list("article__feed").annotate(Count("event", distinct=True))),
        "rules": dict(by_rule.annotate(Count("event", distinct=True))),
    }


def _worst_first(groups: Mapping[Key, Group], line: float) -> list[tuple[Key, Group, float]]:
    """The worst MOST, what is flagged before all others, each with how sure it is to be under the line, as flagged."""
    rows = [(key, group, group.surely_under(line)) for key, group in groups.items()]
    return sorted(rows, key=lambda row: (not row[2], row[1].all.verdicts.learnt, str(row[0])))[:MOST]


def _look_up(flagged: Iterable[tuple[str, Key]]) -> Looked:
    """In two queries."""
    verdicts: dict[tuple[str, Key], list[Verdict]] = {place: [] for place in flagged}
    sentences: dict[int, dict[str, str]] = defaultdict(dict)
    if not verdicts:
        return Looked(verdicts, sentences)
    keys = {of: [key for table, key in verdicts if table == of] for of in TITLES}
    of_them = Q(type__in=keys["types"]) | Q(sources__overlap=keys["sources"]) | Q(rules__overlap=keys["rules"])
    lacking = set(verdicts)
    # Whoever is asked for a second opinion must not find the first one here.
    wrong = deciding().filter(of_them, right=False).exclude(event__review__state=ReviewState.SECOND)
    for verdict in wrong.order_by("-pk").iterator(NEWEST):
        places = {("types", verdict.reading["type"])}
        places.update(("sources", feed) for feed in verdict.sources)
        places.update(("rules", rule) for rule in verdict.rules)
        for place in places & lacking:
            verdicts[place].append(verdict)
            if len(verdicts[place]) == WRONG_SHOWN:
                lacking.remove(place)
        if not lacking:
            break
    events = {verdict.event_id for found in verdicts.values() for verdict in found}
    reports = Report.objects.filter(event__in=events, marked_by=None).order_by("confidence", "-pk")
    for event, rule, sentence in reports.annotate(rule=RULE).values_list("event", "rule", "sentence"):
        sentences[event][rule] = sentences[event][""] = sentence  # the surest is the last
    return Looked(verdicts, sentences)


def _said(verdict: Verdict) -> str:
    if verdict.outcome == Outcome.REJECTED:
        words = "rejected"
    elif verdict.said.get("type") != verdict.reading["type"]:
        words = f"is {_type_name(verdict.said['type'])}, not {_type_name(verdict.reading['type'])}"
    else:
        words = "the other way round"
    return f"{words}: {verdict.reason}" if verdict.reason else words


def _name(of: str, key: Key, feed: Feed | None) -> str:
    if of == "types":
        return _type_name(str(key))
    if of == "sources":
        return name_of(feed) if feed else f"a source that was deleted ({key})"
    return str(key)


def _type_name(slug: str) -> str:
    kind = event_types().get(slug)
    return kind.name if kind else slug


def _trust(feed: Feed, alone: Tally | None) -> Trust:
    found = reliability(alone.verdicts) if alone else None
    as_set = _percent(feed.reliability)
    if alone is None or found is None:
        return Trust(feed.pk, as_set, "", "")
    learnt = f"{_percent(found.mean)} ({_range(found.low, found.high)})"
    if alone.judged < ENOUGH:
        return Trust(feed.pk, as_set, f"{learnt}, of too few verdicts to take over", "")
    # What is set and lies within the interval is as good as the mean.
    fits = found.low <= feed.reliability <= found.high
    return Trust(feed.pk, as_set, learnt, "" if fits else f"{found.mean:.2f}")


def _estimate(belief: Beta) -> Estimate:
    low, high = belief.interval()
    return Estimate(_percent(belief.mean), _range(low, high), belief.mean, low, high)


def _estimate_alone(sample: Tally) -> Estimate | None:
    return _estimate(sample.verdicts.belief_by_them_alone) if sample.judged else None


def _sample_words(sample: Tally, waits: int) -> str:
    upheld = f"{sample.right:,.0f} of {sample.judged:,.0f} upheld" if sample.judged else "none judged"
    return f"{upheld}, {waits:,} {'waits' if waits == 1 else 'wait'}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _range(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def _calibration() -> str:
    newest = Calibration.objects.first()
    if newest is None:
        return "The coder's confidence is made a probability by the line that comes with it."
    offset = f"{newest.offset:+.2f}".replace("-", f"{MINUS} ").replace("+", "+ ")
    return (
        f"The line that makes the coder's confidence a probability was fitted on {day_words(newest.made_at.date())} on "
        f"{count(newest.judged, 'verdict')}, for {newest.coder}: log odds = {newest.slope:.2f} × raw figure {offset}. "
        f"Expected calibration error {newest.error_before:.3f} before, {newest.error_after:.3f} after."
    )

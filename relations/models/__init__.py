"""What PostgreSQL remembers. The queue of each stage is a column here with a partial index that names its reader."""

from relations.models.actors import Actor, ActorKind, ActorName, NameOrigin, Tenure
from relations.models.articles import READ_LANGUAGES, Article, ArticleKind, ArticleVersion, TextOrigin
from relations.models.calibrations import Calibration
from relations.models.corrections import Correction, CorrectionKind
from relations.models.countries import Country, CountryPair
from relations.models.engagements import Engagement, EngagementKind
from relations.models.event_filters import EventFilters
from relations.models.events import Event
from relations.models.feeds import Feed, FeedAlert, FeedGap, FeedKind, FeedState, FeedVisit, FullText, VisitOutcome
from relations.models.hosts import Host, OpenRequest, RobotsFile, registrable_domain
from relations.models.imports import ArticleImport, ImportPiece, PieceKind
from relations.models.reports import Report, Withdrawal
from relations.models.reviews import DeskFilters, Origin, Outcome, ReviewItem, ReviewState, Verdict, rules_of
from relations.models.scores import LearntPrecision, PairDay, PairMonth, PairStanding, current_formula
from relations.models.search_texts import ArticleText, EventText, words_query
from relations.models.watches import AlertEvent, AlertKind, Delivery, Watch, WatchAlert
from relations.models.words import STANDING, Dataset, Direction, Precision, Stage, Status

__all__ = [
    "READ_LANGUAGES",
    "STANDING",
    "Actor",
    "ActorKind",
    "ActorName",
    "AlertEvent",
    "AlertKind",
    "Article",
    "ArticleImport",
    "ArticleKind",
    "ArticleText",
    "ArticleVersion",
    "Calibration",
    "Correction",
    "CorrectionKind",
    "Country",
    "CountryPair",
    "Dataset",
    "Delivery",
    "DeskFilters",
    "Direction",
    "Engagement",
    "EngagementKind",
    "Event",
    "EventFilters",
    "EventText",
    "Feed",
    "FeedAlert",
    "FeedGap",
    "FeedKind",
    "FeedState",
    "FeedVisit",
    "FullText",
    "Host",
    "ImportPiece",
    "LearntPrecision",
    "NameOrigin",
    "OpenRequest",
    "Origin",
    "Outcome",
    "PairDay",
    "PairMonth",
    "PairStanding",
    "PieceKind",
    "Precision",
    "Report",
    "ReviewItem",
    "ReviewState",
    "RobotsFile",
    "Stage",
    "Status",
    "Tenure",
    "TextOrigin",
    "Verdict",
    "VisitOutcome",
    "Watch",
    "WatchAlert",
    "Withdrawal",
    "current_formula",
    "registrable_domain",
    "rules_of",
    "words_query",
]

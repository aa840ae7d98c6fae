"""What PostgreSQL remembers. The queue of each stage is a column here with a partial index that names its reader."""

from relations.models.actors import Actor, ActorKind, ActorName, NameOrigin, Tenure
from relations.models.articles import Article, ArticleVersion
from relations.models.corrections import Correction
from relations.models.countries import Country, CountryPair
from relations.models.engagements import Engagement, EngagementKind
from relations.models.events import Event
from relations.models.feeds import Feed, FeedState, FeedVisit, VisitOutcome
from relations.models.reports import Report, Withdrawal
from relations.models.scores import LearntPrecision, PairDay, PairMonth, PairStanding, current_formula
from relations.models.words import Dataset, Direction, Precision, Stage, Status

__all__ = [
    "Actor",
    "ActorKind",
    "ActorName",
    "Article",
    "ArticleVersion",
    "Correction",
    "Country",
    "CountryPair",
    "Dataset",
    "Direction",
    "Engagement",
    "EngagementKind",
    "Event",
    "Feed",
    "FeedState",
    "FeedVisit",
    "LearntPrecision",
    "NameOrigin",
    "PairDay",
    "PairMonth",
    "PairStanding",
    "Precision",
    "Report",
    "Stage",
    "Status",
    "Tenure",
    "VisitOutcome",
    "Withdrawal",
    "current_formula",
]

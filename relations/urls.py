"""Every route."""

from django.contrib.auth import views as auth_views
from django.urls import path, register_converter

from relations.views import (
    articles,
    briefs,
    charts,
    compare,
    countries,
    desk,
    desk_bulk,
    desk_figures,
    desk_names,
    desk_opinions,
    engagements,
    events,
    feeds,
    feeds_adding,
    feeds_one,
    imports,
    marking,
    method,
    moving,
    overview,
    pair_tabs,
    pairs,
    search,
    timeline_files,
    undoing,
    verdict_files,
    watches,
    why,
)


class PairSlug:
    """Two country codes in small letters: pak-usa."""

    regex = "[a-z]{3}-[a-z]{3}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PairSlug, "pair")

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("pairs/<pair:slug>/", pairs.pair_timeline, name="pair-timeline"),
    path("pairs/<pair:slug>/chart.json", charts.pair_chart, name="pair-chart"),
    path("pairs/<pair:slug>/events.<slug:suffix>", timeline_files.pair_events, name="pair-events"),
    path("pairs/<pair:slug>/directions/", pair_tabs.pair_directions, name="pair-directions"),
    path("pairs/<pair:slug>/sources/", pair_tabs.pair_sources, name="pair-sources"),
    path("pairs/<pair:slug>/attention/", pair_tabs.pair_attention, name="pair-attention"),
    path("pairs/<pair:slug>/brief/", briefs.pair_brief, name="pair-brief"),
    path("compare/", compare.compare, name="compare"),
    path("countries/<str:code>/", countries.country, name="country"),
    path("pairs/<pair:slug>/score/", why.why, name="why-today"),
    path("pairs/<pair:slug>/score/<str:day>.json", why.why_data, name="why-data"),
    path("pairs/<pair:slug>/score/<str:day>/", why.why, name="why"),
    path("pairs/<pair:slug>/engagements/", engagements.pair_board, name="pair-engagements"),
    path("pairs/<pair:slug>/engagements.ics", engagements.pair_ics, name="pair-ics"),
    path("countries/<slug:code>/engagements.ics", engagements.country_ics, name="country-ics"),
    path("engagements/", engagements.board, name="engagements"),
    path("engagements.ics", engagements.all_ics, name="engagements-ics"),
    path("engagements/calendar/", engagements.calendar, name="engagement-calendar"),
    path("engagements/calendar/<str:slug>/", engagements.calendar, name="engagement-month"),
    path("engagements/<int:engagement_id>/", engagements.engagement, name="engagement"),
    path("events/<int:event_id>/", events.event, name="event"),
    path("events/<int:event_id>/reports/", events.reports, name="event-reports"),
    path("events/<int:event_id>/correct/", events.correct, name="correct-event"),
    path("events/<int:event_id>/merge/", events.merge, name="merge-event"),
    path("events/<int:event_id>/split/", events.split, name="split-event"),
    path("reports/<int:report_id>/move/", moving.move, name="move-report"),
    path("corrections/<int:correction_id>/undo/", undoing.undo_correction, name="undo-correction"),
    path("desk/", desk.desk, name="desk"),
    path("desk/items/<int:event_id>/", desk.item, name="desk-item"),
    path("desk/items/<int:event_id>/undo/", desk.take_back, name="desk-undo"),
    path("desk/leave/", desk.leave, name="desk-leave"),
    path("desk/chosen/", desk_bulk.judge_chosen, name="desk-chosen"),
    path("desk/chosen/undo/", desk_bulk.take_back_chosen, name="desk-chosen-undo"),
    path("desk/precision/", desk_figures.precision, name="desk-precision"),
    path("desk/agreement/", desk_opinions.agreement, name="desk-agreement"),
    path("desk/disagreements/", desk_opinions.disagreements, name="desk-disagreements"),
    path("desk/disagreements/<int:event_id>/decide/", desk_opinions.decide_opinions, name="decide-opinions"),
    path("desk/history/", desk_opinions.history, name="desk-history"),
    path("desk/verdicts/", verdict_files.verdicts, name="desk-verdicts"),
    path("desk/verdicts.<str:suffix>", verdict_files.verdict_file, name="desk-verdicts-file"),
    path("desk/names/add/", desk_names.add_name, name="desk-add-name"),
    path("feeds/<int:feed_id>/reliability/", desk_figures.take_reliability, name="take-reliability"),
    path("articles/add/", articles.add_article, name="add-article"),
    path("articles/<int:article_id>/", articles.article, name="article"),
    path("articles/<int:article_id>/mark/", marking.mark_event, name="mark-event"),
    path("articles/<int:article_id>/versions/<int:number>/", articles.version, name="article-version"),
    path("method/", method.method, name="method"),
    path("imports/", imports.imports, name="imports"),
    path("imports/add/", imports.add_import, name="add-import"),
    path("imports/<int:upload_id>/", imports.upload, name="import"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds.opml", feeds_adding.feeds_opml, name="feeds-opml"),
    path("feeds/new/", feeds_adding.new_feed, name="new-feed"),
    path("feeds/add/", feeds_adding.add_feed, name="add-feed"),
    path("feeds/opml/", feeds_adding.add_opml, name="add-feeds"),
    path("feeds/chosen/", feeds.change_chosen, name="change-feeds"),
    path("feeds/<int:feed_id>/", feeds_one.feed, name="feed"),
    path("feeds/<int:feed_id>/edit/", feeds_one.edit_feed, name="edit-feed"),
    path("feeds/<int:feed_id>/pause/", feeds.pause_feed, name="pause-feed"),
    path("feeds/<int:feed_id>/resume/", feeds.resume_feed, name="resume-feed"),
    path("feeds/<int:feed_id>/fetch/", feeds.fetch_feed, name="fetch-feed"),
    path("search/", search.find, name="search"),
    path("search/suggestions/", search.suggest, name="search-suggestions"),
    path("watches/", watches.watches, name="watches"),
    path("watches.atom", watches.watches_atom, name="watches-atom"),
    path("watches/new/", watches.new_watch, name="new-watch"),
    path("watches/<int:watch_id>/", watches.watch, name="watch"),
    path("watches/<int:watch_id>.atom", watches.watch_atom, name="watch-atom"),
    path("watches/<int:watch_id>/edit/", watches.edit_watch, name="edit-watch"),
    path("watches/<int:watch_id>/pause/", watches.pause_watch, name="pause-watch"),
    path("watches/<int:watch_id>/resume/", watches.resume_watch, name="resume-watch"),
    path("watches/<int:watch_id>/delete/", watches.delete_watch, name="delete-watch"),
    path("sign-in/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="sign-in"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
]

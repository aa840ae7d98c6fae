"""Every route."""

from django.contrib.auth import views as auth_views
from django.urls import path, register_converter

from relations.views import articles, engagements, events, feeds, feeds_adding, feeds_one, imports, overview, pairs, why


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
    path("events/<int:event_id>/correct/", events.correct, name="correct-event"),
    path("events/<int:event_id>/merge/", events.merge, name="merge-event"),
    path("events/<int:event_id>/split/", events.split, name="split-event"),
    path("corrections/<int:correction_id>/undo/", events.undo_correction, name="undo-correction"),
    path("articles/add/", articles.add_article, name="add-article"),
    path("articles/<int:article_id>/", articles.article, name="article"),
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
    path("sign-in/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="sign-in"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
]

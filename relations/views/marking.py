"""An event that the coder missed: words of a story, what they tell, and the event that comes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from relations import pipeline
from relations.models import Article, Correction, CountryPair, Event, PairStanding
from relations.pipeline import CorrectionRefused, Offer, Passage
from relations.queries import marking as queries
from relations.queries.articles import article_page
from relations.queries.marking import Story
from relations.views.access import for_editors, person
from relations.views.events import number, score_change
from relations.views.htmx import render_page, target_of
from relations.views.marking_forms import BOTH, ONE_WAY, SIDES, MarkForm


@require_http_methods(["GET", "POST"])
@for_editors
def mark_event(request: HttpRequest, article_id: int) -> HttpResponse:
    """Which words (words=, near=, or sentence=NUMBER), then what they tell.

    step=actors shows who acts for the countries that were chosen, for a browser without script.
    """
    story = queries.story(article_id)
    if story is None:
        raise Http404("There is no such article.")
    if request.method == "POST":
        if request.POST.get("step") == "actors":
            return show(request, story, form_of(story, initial=request.POST.dict()))
        return save(request, story)
    side = target_of(request).removesuffix("-actor")
    if side in SIDES:
        form = form_of(story, initial={side: request.GET.get(side, "")})
        return render_page(
            request, "", {f"{side}-actor": "relations/_mark_actor.html"}, {"field": form[f"{side}_actor"], "side": side}
        )
    words, near = request.GET.get("words", ""), number(request.GET.get("near", ""))
    if not words and request.GET.get("sentence"):
        words, near = sentence_at(story, number(request.GET["sentence"]))
    if not words.strip():
        return show(request, story)
    try:
        passage = pipeline.passage_in(story.text, words, near)
    except CorrectionRefused as refusal:
        return show(request, story, form_of(story, initial={"words": words, "near": near}), refusal=str(refusal))
    return show(request, story, form_of(story, initial=first_offer(story, words, passage)))


def sentence_at(story: Story, chosen: int) -> tuple[str, int]:
    """A sentence by its number, and where it begins; empty where there is none."""
    found = [one for one in pipeline.sentences_of(story.text) if one.number == chosen]
    return (found[0].text, found[0].start) if found else ("", 0)


def first_offer(story: Story, words: str, passage: Passage) -> dict[str, Any]:
    """What the form begins with: what the coder reads in the sentence alone; else who is named there, and the pair that
    the story tells of."""
    there = [one for one in story.reports if one.sentence in passage.text or passage.text in one.sentence]
    known = {pipeline.happening_key(one.type, one.source_id, one.target_id, one.stage) for one in there}
    offer = pipeline.offered((story.text, story.article.title, story.article.written_at), passage, known)
    source, target = sides_of(offer, story)
    ids = queries.actor_ids([key for key in (offer.source_actor, offer.target_actor) if key])
    return {
        "words": words,
        "near": passage.at,
        "source": source,
        "target": target,
        "source_actor": ids.get(offer.source_actor) if source == offer.source else None,
        "target_actor": ids.get(offer.target_actor) if target == offer.target else None,
        "way": BOTH if offer.mutual else ONE_WAY,
        "type": offer.type,
        "stage": offer.stage,
        "occurred_on": offer.occurred_on,
        "precision": offer.precision,
        "place": offer.place,
    }


def sides_of(offer: Offer, story: Story) -> tuple[str, str]:
    """Who acts on whom: as named; where only one is, with the other of a pair that the story tells of."""
    for report in story.reports:
        pair = (report.source_id, report.target_id)
        if offer.target:
            break
        if not offer.source:
            return pair
        if offer.source in pair:
            return offer.source, pair[1] if offer.source == pair[0] else pair[0]
    return offer.source, offer.target


def save(request: HttpRequest, story: Story) -> HttpResponse:
    form = form_of(story, request.POST)
    if not form.is_valid():
        return show(request, story, form, status=422)
    values = form.cleaned_data
    try:
        with transaction.atomic():
            before = score_between(values["source"], values["target"])
            correction = pipeline.add_missed_event(
                story.article.pk,
                values["words"],
                form.mark,
                editor=person(request),
                reason=values["reason"],
                near=values["near"] or 0,
            )
    except CorrectionRefused as refusal:
        form.add_error(None, str(refusal))
        return show(request, story, form, status=422)
    event = Event.objects.select_related("pair").get(pk=correction.event_id)
    return done(request, story.article, event, f"{added_words(correction)} {score_change(before, event)}")


def added_words(correction: Correction) -> str:
    event = correction.event_id
    if "status" in correction.changes:
        return f"Added as event {event}."
    return f"Event {event} told of it already; it has this sentence as evidence now."


def score_between(one: str, other: str) -> float | None:
    slug = CountryPair.slug_of(*CountryPair.in_order(one, other))
    return PairStanding.objects.filter(pair__slug=slug, dataset="own").values_list("score", flat=True).first()


def done(request: HttpRequest, article: Article, event: Event, words: str) -> HttpResponse:
    """To htmx the article anew, with what was added in it; else the event's page."""
    messages.success(request, words)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("event", event_id=event.pk)
    response = render(request, "relations/_article.html", {"page": article_page(article.pk)})
    return reswap(retarget(response, "#article"), "outerHTML")


def form_of(story: Story, data: Any = None, *, initial: dict[str, Any] | None = None) -> MarkForm:
    url = reverse("mark-event", args=[story.article.pk])
    return MarkForm(data, text=story.text, initial=initial or {}, url=url)


def show(
    request: HttpRequest, story: Story, form: MarkForm | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The form; without one the sentences to choose from. refusal: why the words that were asked for can't be."""
    in_place = target_of(request) == "mark"
    context = {
        "article": story.article,
        "form": form,
        "refusal": refusal,
        "sentences": pipeline.sentences_of(story.text) if form is None else [],
        "in_place": in_place,
    }
    return render_page(request, "relations/mark_event.html", {"mark": "relations/_mark.html"}, context, status=status)

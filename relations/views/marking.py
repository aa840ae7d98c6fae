"""An event that the coder missed: words of a story, what they tell, and the event that comes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import push_url, reswap, retarget

from relations import pipeline
from relations.models import Article, Correction, CountryPair, Event, PairStanding
from relations.pipeline import CorrectionRefused, Offer, Passage
from relations.queries import marking as queries
from relations.queries.articles import article_page
from relations.queries.blind import blind_for
from relations.queries.marking import Story
from relations.queries.score_changes import score_went
from relations.views.access import for_editors, person
from relations.views.events import number, score_now
from relations.views.htmx import render_page, target_of
from relations.views.marking_forms import BOTH, ONE_WAY, SIDES, MarkForm


@require_http_methods(["GET", "POST"])
@for_editors
def mark_event(request: HttpRequest, article_id: int) -> HttpResponse:
    """Which words (words=, near=, or sentence=NUMBER), then what they tell.

    step=actors shows who acts for the countries that were chosen, for a browser without script; step=words takes a
    sentence (sentence=NUMBER) in place of words that don't stand in the story.
    """
    story = queries.story(article_id)
    if story is None:
        raise Http404("There is no such article.")
    if request.method == "POST":
        step = request.POST.get("step")
        if step == "actors":
            return show(request, story, form_of(story, initial=request.POST.dict()))
        if step == "words":
            return take_sentence(request, story)
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
        return show(request, story, words=words, refusal=str(refusal))
    return show(request, story, form_of(story, initial=first_offer(story, passage)))


def take_sentence(request: HttpRequest, story: Story) -> HttpResponse:
    """What was said stays; only the words are others, where a sentence was chosen."""
    said = request.POST.dict()
    words, near = sentence_at(story, number(said.get("sentence", "")) if said.get("sentence") else -1)
    if not words:
        return save(request, story)
    return show(request, story, form_of(story, initial={**said, "words": words, "near": near}))


def sentence_at(story: Story, chosen: int) -> tuple[str, int]:
    """A sentence by its number, and where it begins; empty where there is none."""
    found = [one for one in pipeline.sentences_of(story.text) if one.number == chosen]
    return (found[0].text, found[0].start) if found else ("", 0)


def first_offer(story: Story, passage: Passage) -> dict[str, Any]:
    """What the form begins with: what the coder reads in the sentence alone; else who is named there, and the pair that
    the story tells of."""
    there = [one for one in story.reports if one.sentence in passage.text or passage.text in one.sentence]
    known = {pipeline.happening_key(one.type, one.source_id, one.target_id, one.stage) for one in there}
    offer = pipeline.offered((story.text, story.article.title, story.article.written_at), passage, known)
    source, target = sides_of(offer, story)
    ids = queries.actor_ids([key for key in (offer.source_actor, offer.target_actor) if key])
    return {
        "words": passage.words,
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
    return done(request, story.article, event, f"{added_words(correction)} {score_went(before, score_now(event))}")


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
    response = render(request, "relations/_article.html", {"page": article_page(article.pk, blind_for(request.user))})
    return push_url(reswap(retarget(response, "#article"), "outerHTML"), reverse("article", args=[article.pk]))


def form_of(story: Story, data: Any = None, *, initial: dict[str, Any] | None = None) -> MarkForm:
    url = reverse("mark-event", args=[story.article.pk])
    return MarkForm(data, text=story.text, initial=initial or {}, url=url)


def show(
    request: HttpRequest,
    story: Story,
    form: MarkForm | None = None,
    *,
    words: str = "",
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form; without one the sentences to choose from, which also stand with words that can't be marked. refusal:
    why the words that were asked for can't be."""
    in_place = target_of(request) == "mark"
    has_wrong_words = form is not None and form.is_bound and "words" in form.errors
    if form is not None:
        form.focus_on_error()
    context = {
        "article": story.article,
        "form": form,
        "words": words,
        "refusal": refusal,
        "sentences": pipeline.sentences_of(story.text) if form is None or has_wrong_words else [],
        "in_place": in_place,
        "was_sent": request.method == "POST",
    }
    response = render_page(
        request, "relations/mark_event.html", {"mark": "relations/_mark.html"}, context, status=status
    )
    # A reload finds the form again, and with it what was typed.
    return push_url(response, _address(request, story, form)) if in_place and status < 400 else response


def _address(request: HttpRequest, story: Story, form: MarkForm | None) -> str:
    if request.method != "POST" or form is None:
        return request.get_full_path()
    query = {name: form[name].value() or "" for name in ("words", "near")}
    return reverse("mark-event", args=[story.article.pk], query=query)

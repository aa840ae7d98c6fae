"""The codebook in the database."""

from __future__ import annotations

import pytest

from relations.codebook.countries import countries
from relations.codebook.tenures import tenures
from relations.models import Actor, ActorName, Country, NameOrigin, Tenure
from relations.models.loading import load_codebook

pytestmark = pytest.mark.django_db


def test_loading_again_changes_nothing_and_keeps_what_people_added() -> None:
    counts = load_codebook()
    assert Country.objects.count() == len(countries())
    actor = Actor.objects.get(key="PAK:foreign_ministry")
    ActorName.objects.create(actor=actor, name="the Scissors Building")
    keys = dict(Actor.objects.values_list("key", "pk"))
    again = load_codebook()
    assert {**again, "actor names": 0} == {**counts, "actor names": 0}
    assert dict(Actor.objects.values_list("key", "pk")) == keys
    assert ActorName.objects.get(origin=NameOrigin.ADDED).name == "the Scissors Building"


def test_every_country_has_its_institutions_and_every_tenure_its_person() -> None:
    load_codebook()
    assert Actor.objects.filter(country_id="NRU", kind="institution").count() >= 6
    assert Tenure.objects.count() == len({(t.country, t.person, t.office, t.began) for t in tenures()})
    trump = Tenure.objects.filter(person__key="USA:person:donald-trump", office="head_of_state")
    assert trump.count() == 2

"""The codebook's countries, institutions and office-holders as rows; safe to repeat, and nothing added here is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from relations.codebook.countries import countries
from relations.codebook.institutions import institution_names, institutions
from relations.codebook.keys import institution_key, person_key, state_key
from relations.codebook.tenures import AS_OF, tenures
from relations.models.actors import Actor, ActorKind, ActorName, NameOrigin, Tenure
from relations.models.countries import Country


@transaction.atomic
def load_codebook() -> dict[str, int]:
    """Make the tables equal to the codebook's files; how many rows of each. Raises CodebookError for a bad row."""
    _upsert(
        Country,
        ["code"],
        (
            Country(
                code=country.code,
                alpha2=country.alpha2,
                name=country.name,
                capital=country.capital,
                kind=country.kind,
                valid_from=country.valid_from,
                valid_until=country.valid_until,
            )
            for country in countries().values()
        ),
    )
    _upsert(Actor, ["key"], _actors())
    actor_ids: dict[str, int] = dict(Actor.objects.values_list("key", "pk"))
    # Only what came from the codebook is replaced; names that people added stay.
    ActorName.objects.filter(origin=NameOrigin.CODEBOOK).delete()
    ActorName.objects.bulk_create(_names(actor_ids), ignore_conflicts=True)
    Tenure.objects.all().delete()
    Tenure.objects.bulk_create(
        (
            Tenure(
                person_id=actor_ids[person_key(tenure.country, tenure.person)],
                **{
                    name: getattr(tenure, name) for name in ("office", "title", "began", "ended", "precision", "source")
                },
                country_id=tenure.country,
                as_of=AS_OF,
            )
            for tenure in tenures()
        ),
        ignore_conflicts=True,
    )
    return {
        str(model._meta.verbose_name_plural): model.objects.count() for model in (Country, Actor, ActorName, Tenure)
    }


def _actors() -> Iterable[Actor]:
    for country in countries().values():
        yield Actor(
            key=state_key(country.code), country_id=country.code, kind=ActorKind.STATE, name=country.name, sector="GOV"
        )
        for institution in institutions().values():
            yield Actor(
                key=institution_key(country.code, institution.slug),
                country_id=country.code,
                kind=ActorKind.INSTITUTION,
                name=f"{institution.name} of {country.in_prose}",
                sector=institution.sector,
            )
    persons = {person_key(tenure.country, tenure.person): tenure for tenure in tenures()}
    for key, tenure in persons.items():
        yield Actor(key=key, country_id=tenure.country, kind=ActorKind.PERSON, name=tenure.person, sector="GOV")


def _names(actor_ids: dict[str, int]) -> Iterable[ActorName]:
    def named(key: str, names: Iterable[str], **validity: Any) -> Iterable[ActorName]:
        for name in dict.fromkeys(names):
            yield ActorName(actor_id=actor_ids[key], name=name, origin=NameOrigin.CODEBOOK, **validity)

    for country in countries().values():
        years = {"valid_from": country.valid_from, "valid_until": country.valid_until}
        yield from named(state_key(country.code), (country.name, *country.names), **years)
    for name in institution_names():
        yield from named(institution_key(name.country, name.institution), [name.name])
    for tenure in tenures():
        yield from named(person_key(tenure.country, tenure.person), (tenure.person, *tenure.aliases))


def _upsert(model: type[models.Model], key: list[str], rows: Iterable[models.Model]) -> None:
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in key]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=key, update_fields=fields, batch_size=1000
    )

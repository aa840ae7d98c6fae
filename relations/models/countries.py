"""Countries and pairs of them (dyads)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from relations.codebook.countries import countries


class Country(models.Model):
    """A state, past state or place that news treats as a state; filled from the codebook by load_codebook."""

    code = models.CharField(max_length=3, primary_key=True, help_text="ISO 3166-1 alpha-3")
    alpha2 = models.CharField(max_length=2, blank=True)
    name = models.CharField(max_length=80, unique=True)
    capital = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "countries"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex="^[A-Z]{3}$"), name="country_code_is_alpha3"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="country_years_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_prose(self) -> str:
        """As a sentence has it: "the United States"."""
        known = countries().get(self.code)
        return known.in_prose if known else self.name


class CountryPairs(models.QuerySet["CountryPair"]):
    def between(self, one: str, other: str) -> CountryPair:
        """The pair of two countries by code, made on first use. Raises ValueError for a country with itself."""
        first, second = CountryPair.in_order(one, other)
        pair, _ = self.get_or_create(
            first_id=first, second_id=second, defaults={"slug": CountryPair.slug_of(first, second)}
        )
        return pair

    def ensure(self, code_pairs: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Ids of many pairs given as (first, second) in order, making those that are new; two queries at most."""
        self.bulk_create(
            (
                self.model(first_id=first, second_id=second, slug=CountryPair.slug_of(first, second))
                for first, second in sorted(code_pairs)
            ),
            ignore_conflicts=True,
        )
        slugs = [CountryPair.slug_of(*codes) for codes in code_pairs]
        return {(pair.first_id, pair.second_id): pair.pk for pair in self.filter(slug__in=slugs)}

    def unmerged(self) -> CountryPairs:
        """Pairs with reports that merging must look at or events whose evidence changed; for merging.run."""
        return self.filter(self._having("report", Q(due=True)) | self._having("event", Q(evidence_changed=True)))

    def stale(self, today: dt.date, made_with: str) -> CountryPairs:
        """Pairs with days to be scored again, or with a standing of an earlier day or another make; for scoring.run."""
        another = Q(as_of__lt=today) | ~Q(made_with=made_with)
        return self.filter(self._having("pairday", Q(stale=True)) | self._having("pairstanding", another))

    def claim(self) -> CountryPairs:
        """Locked for this transaction; pairs that another worker holds are passed over."""
        return self.order_by("pk").select_for_update(skip_locked=True, no_key=True)

    def hold(self, pair_id: int) -> CountryPair:
        """One pair, locked for this transaction, waiting for whoever holds it."""
        return self.select_for_update(no_key=True).get(pk=pair_id)

    def hold_all(self, pair_ids: Iterable[int]) -> None:
        """Several pairs, locked for this transaction, in the order in which all lock them."""
        list(self.filter(pk__in=set(pair_ids)).order_by("pk").select_for_update(no_key=True))

    def _having(self, model_name: str, due: Q) -> models.Exists:
        """Asked pair by pair, so that some pairs' rows are found without a look at those of all."""
        from django.apps import apps

        return models.Exists(apps.get_model("relations", model_name).objects.filter(due, pair=models.OuterRef("pk")))


class CountryPair(models.Model):
    """Two countries, stored once, in code order: the "dyad"."""

    first = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="pairs_as_first")
    second = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="pairs_as_second")
    slug = models.CharField(max_length=7, unique=True, help_text="both codes in small letters: pak-usa")

    objects = CountryPairs.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first.name} and {self.second.name}"

    def get_absolute_url(self) -> str:
        return reverse("pair-timeline", args=[self.slug])

    @staticmethod
    def in_order(one: str, other: str) -> tuple[str, str]:
        """Two codes in pair order. Raises ValueError where both are the same."""
        if one == other:
            raise ValueError(f"A pair needs two countries, not {one} twice.")
        return (one, other) if one < other else (other, one)

    @staticmethod
    def slug_of(first: str, second: str) -> str:
        return f"{first}-{second}".lower()

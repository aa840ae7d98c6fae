"""A day's running news to measure the coder on: our own words, most of them about what stays within one country.

Texts are put together from sentences of several beats with changing names and figures, and the sample stories are mixed
in, so that about one article in six tells of a pair of countries.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random

from relations.sample.stories import stories

PLACES = ("Leeds", "Toulouse", "Kano", "Pune", "Rosario", "Osaka", "Ohio", "Izmir", "Cebu", "Malmo", "Durban", "Quito")
NAMES = ("Hanna Berg", "Luis Ortega", "Amina Yusuf", "Peter Wall", "Mei Lin", "Jonas Vik", "Carla Reis", "Tom Ashby")
COUNTRIES = ("France", "Brazil", "India", "Kenya", "Japan", "Canada", "Spain", "Poland")
BEATS = (
    (
        "The council in {place} voted {n} to {m} on Tuesday to rebuild the swimming hall that burned down in spring.",
        "{name}, who has led the finance committee since last year, said the money would come from parking fees.",
        "Opponents warned that the plan leaves nothing for the two primary schools that lost their roofs in the storm.",
        "A petition against the sale of the old market collected {n} signatures within a week.",
        "Work is to begin before the summer, and the mayor expects the doors to open again in two years.",
    ),
    (
        "Shares of the retailer fell by {m} percent after it cut its forecast for the rest of the year.",
        "The company, which runs {n} shops, blamed a warm autumn and rising rents for the poor quarter.",
        "Analysts had expected a small profit; {name} of a brokerage in {place} called the figures sobering.",
        "The board will decide next month whether to close some of the stores that lose money.",
        "In {country}, where the group opened its first branch a decade ago, sales rose slightly.",
    ),
    (
        "Heavy rain flooded cellars in {place} during the night and closed the ring road for several hours.",
        "Firefighters pumped water out of {n} houses, and nobody was hurt, a spokeswoman for the brigade said.",
        "The weather service in {country} expects the river to fall again from Thursday.",
        "Schools stayed shut, and buses took a longer way through the northern suburbs.",
        "{name} lost her bakery in the last flood and says that this time the sandbags held.",
    ),
    (
        "Researchers at the university have found a beetle that survives for {n} days without air.",
        "The animal was caught by accident when {name} emptied a trap that had stood in a pond since August.",
        "The team published its results in a journal and hopes to learn how the insect saves energy.",
        "Whether that will ever be of use to people is an open question, the biologists admit.",
        "A second expedition leaves for the wetlands of {country} as soon as the permits have arrived.",
    ),
    (
        "A jury in {place} found a former accountant guilty of stealing {n} thousand from a hospital.",
        "The judge will pass sentence in March; the defence said that it would appeal.",
        "During the trial {name} told the court that nobody had ever asked him for a receipt.",
        "Police searched his house last winter and took away eleven boxes of papers.",
        "The hospital has since hired an auditor and says the gap in its books is closed.",
    ),
    (
        "The parliament of {country} passed a budget that raises pensions and delays a tax on sugar.",
        "The prime minister thanked her partners in the coalition, who had threatened to leave over the sugar tax.",
        "The opposition called the vote a gift to farmers and promised to repeal it after the election.",
        "Unions in {place} announced a strike of bus drivers for the first week of the month.",
        "The central bank left its rate unchanged and said that prices were rising more slowly.",
    ),
)


def running_news(articles: int = 240, seed: int = 11) -> list[tuple[str, str]]:
    """Titles and texts, the same for the same numbers."""
    chance = random.Random(seed)
    about_pairs = itertools.cycle([(story.title, story.text) for story in stories(dt.date(2026, 3, 11))])
    found = []
    for number in range(articles):
        if number % 6 == 5:
            found.append(next(about_pairs))
            continue
        paragraphs = []
        for beat in chance.sample(BEATS, 3):
            said = [
                sentence.format(
                    place=chance.choice(PLACES),
                    name=chance.choice(NAMES),
                    country=chance.choice(COUNTRIES),
                    n=chance.randrange(3, 90),
                    m=chance.randrange(2, 9),
                )
                for sentence in chance.sample(beat, 4)
            ]
            paragraphs.append(" ".join(said))
        found.append((paragraphs[0].split(".")[0], "\n\n".join(paragraphs)))
    return found

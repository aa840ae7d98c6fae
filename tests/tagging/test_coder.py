"""What is read from a sentence, by family of rules, and what isn't."""

from __future__ import annotations

import datetime as dt

import pytest

from relations.tagging.actors import find_mentions
from relations.tagging.coder import prominence
from relations.tagging.mentions import Memory
from relations.tagging.registry import coder
from relations.tagging.sentences import split
from tests.tagging.reading import events, lexicon, only, read

READ = [
    # diplomacy
    ("Chile has postponed a visit by the Peruvian trade minister.", "CHL>PER visit_postponed"),
    ("Norway's king called off a trip to Finland.", "NOR>FIN visit_cancelled"),
    ("Kenya's president will visit Ghana next week.", "KEN>GHA visit_announced"),
    ("The Polish foreign minister arrived in Vilnius for two days.", "POL>LTU visit_made"),
    ("The presidents of Ghana and Togo spoke by telephone on Sunday.", "GHA=TGO phone_call"),
    ("The leaders of Ghana and Togo met in Oslo.", "GHA=TGO meeting"),
    ("Peru and Chile opened talks on fishing in Lima.", "CHL=PER negotiation"),
    ("Uganda broke off its talks with Rwanda.", "UGA>RWA talks_suspended"),
    ("Sweden recalled its ambassador to Hungary.", "SWE>HUN ambassador_recalled"),
    ("Sweden summoned the Hungarian ambassador.", "SWE>HUN ambassador_summoned"),
    ("The Hungarian ambassador was summoned by Sweden.", "SWE>HUN ambassador_summoned"),
    ("Portugal expelled two Belarusian diplomats.", "PRT>BLR diplomat_expelled"),
    ("Honduras broke off diplomatic relations with Taiwan.", "HND>TWN relations_severed"),
    ("Iceland and Nepal established diplomatic relations.", "ISL=NPL relations_established"),
    ("Italy's ambassador returned to Cairo.", "ITA>EGY ambassador_returned"),
    # words
    ("Norway praised Iceland for its patience.", "NOR>ISL statement_praise"),
    ("Norway condemned the Icelandic decision.", "NOR>ISL statement_criticism"),
    ("Benin accused Niger of hiding smugglers.", "BEN>NER accusation"),
    ("Benin denied that Niger had been warned.", "BEN>NER statement_neutral"),
    ("Peru rejected a Chilean proposal.", "PER>CHL rejection"),
    ("Peru urged Chile to open its archives.", "PER>CHL request"),
    ("Malta delivered a protest note to Libya.", "MLT>LBY demarche"),
    ("The Estonian parliament adopted a resolution condemning Belarus.", "EST>BLR resolution_against"),
    # threats
    ("Ecuador threatened to raise port fees for Peru.", "ECU>PER threat_nonforce"),
    ("Eritrea threatened to attack Ethiopia.", "ERI>ETH threat_force"),
    ("Denmark will suspend aid to Mali unless the mayor is freed.", "DNK>MLI threat_nonforce"),
    # coercion
    ("Canada imposed sanctions on Belarus.", "CAN>BLR sanctions_imposed"),
    ("Sanctions were imposed by Canada on two Belarusian firms.", "CAN>BLR sanctions_imposed"),
    ("Canada lifted its sanctions on Belarus.", "CAN>BLR sanctions_lifted"),
    ("India raised import duties on Nepali tea.", "IND>NPL tariff_raised"),
    ("Algeria closed its border with Morocco.", "DZA>MAR border_closed"),
    ("Algeria closed its airspace to Moroccan aircraft.", "DZA>MAR route_closed"),
    ("Algeria reopened its border with Morocco.", "DZA>MAR border_opened"),
    ("Denmark suspended aid to Mali.", "DNK>MLI aid_suspended"),
    ("Denmark announced a suspension of aid to Mali.", "DNK>MLI aid_suspended"),
    ("Denmark announced the suspension of $30 million in food aid to Mali.", "DNK>MLI aid_suspended"),
    ("Danish ministers confirmed the cancellation of $30 million in assistance to Mali.", "DNK>MLI aid_suspended"),
    ("Sudan arrested an Egyptian contractor.", "SDN>EGY detention"),
    ("Sudan released four Egyptian sailors.", "SDN>EGY prisoner_release"),
    ("Four Egyptian sailors were released by Sudan.", "SDN>EGY prisoner_release"),
    ("Spain extradited a banker to Peru.", "ESP>PER extradition"),
    # cooperation and force
    ("Laos and Vietnam signed a treaty on forests.", "LAO=VNM agreement_signed"),
    ("Jordan sent tents and medicine to Nepal.", "JOR>NPL aid_given"),
    ("Belgium apologised to Burundi.", "BEL>BDI apology"),
    ("Sudanese and Ethiopian troops exchanged fire.", "ETH=SDN clash"),
    ("Sudanese troops shelled an Ethiopian village.", "SDN>ETH clash"),
    ("Iran fired missiles at Iraq.", "IRN>IRQ strike"),
    ("Armenia and Azerbaijan agreed to a ceasefire.", "ARM=AZE ceasefire"),
    ("Uganda withdrew its troops from Burundi.", "UGA>BDI withdrawal"),
    ("Angola deployed two battalions along its border with Zambia.", "AGO>ZMB troops_moved"),
    ("Libyan jets entered Tunisian airspace.", "LBY>TUN airspace_violated"),
]


@pytest.mark.parametrize(("sentence", "expected"), READ, ids=[expected for _, expected in READ])
def test_an_event_is_read(sentence: str, expected: str) -> None:
    assert read(sentence) == {expected}


# One negative twin a family: the same words where nothing of the kind is asserted.
NOT_READ = [
    ("Ankara, which had once threatened to close its ports to Greek ships, left them open.", "threat_nonforce"),
    ("Norway's king never called off a trip to Finland.", "visit_cancelled"),
    ("Kenya's president wants to visit Ghana.", "visit_announced"),
    ("The Polish foreign minister did not travel to Lithuania.", "visit_made"),
    ("Nobody asked whether Ghana and Togo had met in Oslo.", "meeting"),
    ("Sweden may summon the Hungarian ambassador.", "ambassador_summoned"),
    ("Portugal accused Belarus of expelling two Portuguese diplomats.", "diplomat_expelled"),
    ("Benin denied that it had closed its border with Niger.", "border_closed"),
    ("Benin urged Niger to release the sailors.", "prisoner_release"),
    ("Ecuador threatened to impose sanctions on Peru.", "sanctions_imposed"),
    ("Canada has not imposed sanctions on Belarus.", "sanctions_imposed"),
    ("Canada refused to lift its sanctions on Belarus.", "sanctions_lifted"),
    ("India could raise duties on Nepali tea.", "tariff_raised"),
    ("Algeria sent ships to close the Moroccan port.", "route_closed"),
    ("If Denmark suspends aid to Mali, hospitals will shut.", "aid_suspended"),
    ("Uganda's talks with Burundi, aimed at signing a treaty, went on.", "agreement_signed"),
    ("Iran fired missiles at Iraq in 1985.", "strike"),
    ("A Peruvian company signed a contract with a Chilean bank.", "sanctions_imposed"),
]


@pytest.mark.parametrize(("sentence", "type_slug"), NOT_READ)
def test_what_is_denied_possible_or_past_is_not_read(sentence: str, type_slug: str) -> None:
    assert type_slug not in {event.type for event in events(sentence)}


@pytest.mark.parametrize(
    "text",
    [
        "Rain fell on Peru and Chile.",
        "Peru beat Chile in the semi-final; the goalkeeper was praised by Chile's coach.",
        "Peru closed a school.",
        "",
        "…",
    ],
)
def test_an_article_without_an_event_stays_empty(text: str) -> None:
    assert events(text) == []


def test_a_refusal_is_a_rejection() -> None:
    assert read("Canada refused to lift its sanctions on Belarus.") == {"CAN>BLR rejection"}
    assert read("Canada will not lift its sanctions on Belarus.") == {"CAN>BLR rejection"}


def test_a_dateline_takes_no_part() -> None:
    assert read("LIMA: Chile closed its border with Bolivia.") == {"CHL>BOL border_closed"}


def test_both_sides_may_be_several() -> None:
    assert read("Oman urged Iran and Iraq to stop.") == {"OMN>IRN request", "OMN>IRQ request"}
    assert read("Peru and Chile condemned Bolivia.") == {"PER>BOL statement_criticism", "CHL>BOL statement_criticism"}


def test_two_events_of_one_sentence_are_both_read() -> None:
    text = "Sweden summoned the Hungarian ambassador and imposed sanctions on Hungary."
    assert read(text) == {"SWE>HUN ambassador_summoned", "SWE>HUN sanctions_imposed"}


def test_the_other_side_may_come_from_the_article_with_less_confidence() -> None:
    text = "Peru quarrelled with Chile again.\n\nPeru recalled its ambassador."
    event = only(text, title="Peru and Chile at odds")
    assert (event.source.country, event.target.country, event.type) == ("PER", "CHL", "ambassador_recalled")
    assert event.target.span is None
    assert event.confidence < only("Peru recalled its ambassador to Chile.").confidence


def test_nothing_is_guessed_where_the_article_names_one_country() -> None:
    assert events("Peru recalled its ambassador.", title="A quarrel") == []


def test_a_happening_told_twice_is_one_event_of_the_better_sentence() -> None:
    text = (
        "Peru and Chile quarrelled.\n\nPeru recalled its ambassador, people in Lima heard.\n\n"
        "Peru recalled its ambassador to Chile on Monday."
    )
    event = only(text)
    assert event.sentence == "Peru recalled its ambassador to Chile on Monday."
    assert event.occurred_on == dt.date(2026, 3, 9)


def test_stages() -> None:
    assert only("Chile postponed a visit to Peru.").stage == "postponed"
    assert only("Chile cancelled a visit to Peru.").stage == "cancelled"
    assert only("Chile's president will visit Peru.").stage == "announced"
    assert only("Chile closed its border with Peru.").stage == "held"
    assert only("Jordan will send tents to Nepal.").stage == "announced"


def test_a_plan_keeps_its_days_apart_from_the_day_of_the_announcement() -> None:
    event = only("Chile's president will visit Peru on 20 March or 22 March, his office said on Monday.")
    assert event.occurred_on == dt.date(2026, 3, 9)
    assert event.planned_on == (dt.date(2026, 3, 20), dt.date(2026, 3, 22))


def test_where_it_was_told_of_is_not_where_it_happens() -> None:
    said = "it was announced in Ankara on Friday"
    assert only(f"Turkey's foreign minister is to fly to Athens on 20 March, {said}.").place == ""
    assert only("Kenya and Uganda signed a treaty in Kigali, officials in Nairobi said.").place == "Kigali"


def test_an_event_tells_where_it_was_read_and_why() -> None:
    text = "Rain fell.\n\nIn Lima, Peru's foreign ministry summoned the Chilean ambassador on Monday."
    event = only(text)
    assert (event.sentence_number, event.place, event.date_words) == (1, "Lima", "Monday")
    assert event.source.actor == "PER:foreign_ministry"
    words = event.sentence[event.trigger.start : event.trigger.end]
    assert words.startswith("summoned") and words in event.because
    assert event.because.startswith("envoy summoned")


def test_without_a_day_of_publication_events_have_no_date() -> None:
    (event,) = events("Chile closed its border with Peru on Monday.", published=None)
    assert event.occurred_on is None


def test_coders_are_found_by_name() -> None:
    assert coder("grammar").version == "grammar/2"
    with pytest.raises(Exception, match="no coder 'magic'; there are: grammar"):
        coder("magic")


def test_countries_told_of_alike_keep_the_order_in_which_they_are_named() -> None:
    text = "Chile, Peru, Ghana, Togo, Kenya, Chad, Mali and Fiji sent delegations."
    mentions = find_mentions(split(text)[0], lexicon(), None, Memory())
    order = ["CHL", "PER", "GHA", "TGO", "KEN", "TCD", "MLI", "FJI"]
    assert list(prominence(mentions, [mentions])) == order

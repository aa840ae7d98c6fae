"""Feeds and stories for the tests. Every happening is invented."""

from __future__ import annotations

from xml.sax.saxutils import escape

FERRY = (
    "The harbour masters of two small republics agreed on Tuesday to let the night ferry sail again after a pause of "
    "eleven years. The boat will leave at nine and carry lorries, letters and, on holidays, a brass band. Customs "
    "officers from both shores will check papers on board so that nobody has to wait on the quay in the rain."
)
BRIDGE = (
    "Engineers closed the old bridge over the border river on Friday after a survey found cracks in its northern pier. "
    "Drivers were sent to a crossing forty kilometres upstream while both ministries argued over who should pay for "
    "the repair. A spokesman said that pedestrians may still walk over it one at a time and without luggage."
)
TEASER = "Ministers met for lunch and said little."


def item(
    guid: str = "a", title: str = "Ferry sails again", text: str = FERRY, date: str = "", link: str | None = None
) -> str:
    link = f"https://courier.example/{guid}" if link is None else link
    published = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f'<item><guid isPermaLink="false">{escape(guid)}</guid><link>{escape(link)}</link>'
        f"<title>{escape(title)}</title><description>{escape(text)}</description>{published}</item>"
    )


def rss(*items: str, title: str = "The Courier", extra: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>https://courier.example/</link>{extra}{''.join(items)}</channel></rss>"
    )


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Harbour Gazette</title><id>urn:gazette</id><updated>2031-03-04T10:00:00Z</updated>
  <entry>
    <id>urn:gazette:1</id><title type="html">Envoys &amp;amp; ferrymen &lt;b&gt;talk&lt;/b&gt;</title>
    <link href="/stories/1"/>
    <published>2031-03-04T12:30:00+02:00</published><updated>2031-03-05T08:00:00Z</updated>
    <summary>Envoys talk.</summary>
    <content type="html">&lt;p&gt;Envoys talked on the quay.&lt;/p&gt;
      &lt;p&gt;The ferrymen listened.&lt;/p&gt;</content>
  </entry>
</feed>"""

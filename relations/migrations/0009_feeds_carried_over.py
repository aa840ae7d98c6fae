"""What stands in the database as the new columns have it, and the right to add articles for those who may."""

from django.db import migrations

from relations.models.hosts import registrable_domain
from relations.models.roles import make_groups

# Or the next visit would take every item for an edited one.
DIGESTS = """
UPDATE relations_article article SET shown_digest = md5(version.title || E'\\n' || version.text)
FROM relations_articleversion version
WHERE version.article_id = article.id AND version.number = article.version
"""


def carry_over(apps, schema_editor):
    Feed = apps.get_model("relations", "Feed")
    feeds = list(Feed.objects.only("url"))
    for feed in feeds:
        feed.domain = registrable_domain(feed.url)
    Feed.objects.bulk_update(feeds, ["domain"], batch_size=1000)
    schema_editor.execute(DIGESTS)
    make_groups(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0008_reading_feeds"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]

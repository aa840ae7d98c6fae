"""The words of stories that stand in the database already, and months counted with their stages."""

from django.db import migrations

ARTICLES = """
INSERT INTO relations_articletext (article_id, words)
SELECT article.id, setweight(to_tsvector('english', version.title), 'A')
    || setweight(to_tsvector('english', left(version.text, 100000)), 'B')
FROM relations_article article
JOIN relations_articleversion version ON version.article_id = article.id AND version.number = article.version
WHERE article.tagged_at IS NOT NULL
"""
MONTHS = """
INSERT INTO relations_pairmonth (pair_id, dataset, month, type, status, direction, stage, events)
SELECT pair_id, dataset, date_trunc('month', occurred_on)::date, type, status, direction, stage, count(*)
FROM relations_event WHERE status <> 'merged' GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def carry_over(apps, schema_editor):
    schema_editor.execute(ARTICLES)
    # Months of days that wait to be scored are counted again with them.
    schema_editor.execute("DELETE FROM relations_pairmonth")
    schema_editor.execute(MONTHS)
    # Merging writes an event's words as it looks at its evidence.
    Event = apps.get_model("relations", "Event")
    Event.objects.exclude(status="merged").update(evidence_changed=True)


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0010_search_texts"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]

"""One happening is one event: merging, splitting and redirects; the life of engagements; sums that the score follows from."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('relations', '0005_forget_engagements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LearntPrecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('verdicts', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='engagement',
            name='engagement_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_status_is_known',
        ),
        migrations.RemoveIndex(
            model_name='engagement',
            name='engagement_of_pair',
        ),
        migrations.RemoveIndex(
            model_name='report',
            name='report_unmerged',
        ),
        migrations.RemoveField(
            model_name='pairday',
            name='high',
        ),
        migrations.RemoveField(
            model_name='pairday',
            name='known',
        ),
        migrations.RemoveField(
            model_name='pairday',
            name='low',
        ),
        migrations.RemoveField(
            model_name='pairday',
            name='score',
        ),
        migrations.AddField(
            model_name='article',
            name='retracted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='correction',
            name='other',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relations.event'),
        ),
        migrations.AddField(
            model_name='correction',
            name='placed',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='engagement',
            name='event_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='engagement',
            name='first_heard_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='engagement',
            name='held_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='engagement',
            name='host',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relations.country'),
        ),
        migrations.AddField(
            model_name='engagement',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='relations.engagement'),
        ),
        migrations.AddField(
            model_name='engagement',
            name='participants',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='names, in order', size=None),
        ),
        migrations.AddField(
            model_name='engagement',
            name='place',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='engagement',
            name='planned_on',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='engagement',
            name='planned_words',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='engagement',
            name='sequence',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='engagement',
            name='uid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='engagement',
            name='updated_at',
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddField(
            model_name='engagement',
            name='visitor',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='relations.country'),
        ),
        migrations.AddField(
            model_name='event',
            name='coded_as',
            field=models.CharField(blank=True, help_text='the type that its reports give, whatever an editor set', max_length=40),
        ),
        migrations.AddField(
            model_name='event',
            name='in_force_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='relations.event'),
        ),
        migrations.AddField(
            model_name='event',
            name='planned_from',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='planned_on',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='event',
            name='planned_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='planned_words',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='event',
            name='replaced_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='all_articles',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='articles',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='backward',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='conflict',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='cooperation',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='forward',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='pairstanding',
            name='made_with',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='report',
            name='due',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='report',
            name='pinned',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='report',
            name='planned_from',
            field=models.DateField(blank=True, help_text='where no day was named: first of the time that was', null=True),
        ),
        migrations.AddField(
            model_name='report',
            name='planned_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='report',
            name='planned_words',
            field=models.CharField(blank=True, help_text="the words the plan's time was read from", max_length=120),
        ),
        migrations.AddField(
            model_name='report',
            name='withdrawn',
            field=models.CharField(blank=True, choices=[('edited', 'a later version of the story no longer says so'), ('retracted', 'the story was retracted'), ('read_again', 'read again, the story does not say so')], max_length=10),
        ),
        migrations.AlterField(
            model_name='engagement',
            name='kind',
            field=models.CharField(choices=[('visit', 'visit'), ('meeting', 'meeting'), ('talks', 'talks'), ('summit', 'summit'), ('exercise', 'exercise'), ('exchange', 'exchange of visits')], max_length=8),
        ),
        migrations.AlterField(
            model_name='engagement',
            name='last_heard_on',
            field=models.DateField(help_text='day of its last event'),
        ),
        migrations.AlterField(
            model_name='engagement',
            name='pair',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='engagements', to='relations.countrypair'),
        ),
        migrations.AlterField(
            model_name='engagement',
            name='state',
            field=models.CharField(choices=[('announced', 'announced'), ('postponed', 'postponed'), ('rescheduled', 'rescheduled'), ('cancelled', 'cancelled'), ('held', 'held')], help_text='how far its last event says that it has come', max_length=12),
        ),
        migrations.AlterField(
            model_name='event',
            name='status',
            field=models.CharField(choices=[('coded', 'coded, not reviewed'), ('confirmed', 'confirmed by an editor'), ('rejected', 'rejected by an editor'), ('withdrawn', 'withdrawn: its reports no longer say so'), ('merged', 'the same as another event')], default='coded', max_length=10),
        ),
        migrations.AlterField(
            model_name='pairday',
            name='pair',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='days', to='relations.countrypair'),
        ),
        migrations.RemoveField(
            model_name='pairday',
            name='sums',
        ),
        migrations.AddField(
            model_name='pairday',
            name='sums',
            field=models.BinaryField(default=b''),
        ),
        migrations.AlterField(
            model_name='pairmonth',
            name='status',
            field=models.CharField(choices=[('coded', 'coded, not reviewed'), ('confirmed', 'confirmed by an editor'), ('rejected', 'rejected by an editor'), ('withdrawn', 'withdrawn: its reports no longer say so'), ('merged', 'the same as another event')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='correction',
            index=models.Index(condition=models.Q(('other__isnull', False)), fields=['other', '-id'], name='corrections_with_event'),
        ),
        migrations.AddIndex(
            model_name='engagement',
            index=models.Index(fields=['pair', '-last_heard_on'], name='engagement_of_pair'),
        ),
        migrations.AddIndex(
            model_name='engagement',
            index=models.Index(fields=['planned_from', 'planned_until'], name='engagement_planned'),
        ),
        migrations.AddIndex(
            model_name='engagement',
            index=models.Index(condition=models.Q(('held_on__isnull', False)), fields=['held_on'], name='engagement_held'),
        ),
        migrations.AddIndex(
            model_name='engagement',
            index=models.Index(fields=['state', '-last_heard_on'], name='engagement_by_state'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='event_merged'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('in_force_until__isnull', False), ('replaced_on__isnull', False), _connector='OR'), fields=['pair'], name='event_with_term'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('due', True)), fields=['pair'], name='report_due'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['pair', 'occurred_on'], name='report_of_pair_by_day'),
        ),
        migrations.AddConstraint(
            model_name='engagement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['visit', 'meeting', 'talks', 'summit', 'exercise', 'exchange'])), name='engagement_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['coded', 'confirmed', 'rejected', 'withdrawn', 'merged'])), name='event_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('status', 'merged')), models.Q(models.Q(('status', 'merged'), _negated=True), ('merged_into', None)), _connector='OR'), name='event_merged_has_another'),
        ),
    ]

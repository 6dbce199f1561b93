import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0004_a_token_for_programs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('sentence', models.CharField(max_length=500)),
                ('path', models.CharField(help_text='Address of the page it leads to, below this site.', max_length=300)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('chatted_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.event')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['person'], name='org_notice_unread')],
                'constraints': [models.UniqueConstraint(fields=('person', 'event'), name='org_notice_once_of_an_event'), models.CheckConstraint(condition=models.Q(('path__startswith', '/')), name='org_notice_leads_to_a_page_of_ours')],
            },
        ),
        migrations.CreateModel(
            name='NoticeSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(choices=[('each', 'At once'), ('daily', 'Once a day, together'), ('never', 'Never')], default='daily', max_length=5)),
                ('chat', models.CharField(choices=[('each', 'At once'), ('daily', 'Once a day, together'), ('never', 'Never')], default='never', max_length=5)),
                ('channel', models.CharField(blank=True, help_text='Name of a channel that the operator has set up.', max_length=40)),
                ('handle', models.CharField(blank=True, help_text='What the person is called there.', max_length=80)),
                ('hour', models.PositiveSmallIntegerField(default=7, help_text="Hour of the daily digest, in the site's time zone.")),
                ('muted', models.JSONField(blank=True, default=list, help_text='Kinds of notices that are not sent.')),
                ('digested_on', models.DateField(blank=True, help_text='Day of the last digest.', null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_settings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'notice settings',
                'constraints': [models.CheckConstraint(condition=models.Q(('chat__in', ['each', 'daily', 'never']), ('email__in', ['each', 'daily', 'never'])), name='org_noticesettings_pace_known'), models.CheckConstraint(condition=models.Q(('hour__lte', 23)), name='org_noticesettings_hour_of_a_day'), models.CheckConstraint(condition=models.Q(('chat', 'never'), models.Q(('channel', ''), _negated=True), _connector='OR'), name='org_noticesettings_chat_has_a_channel')],
            },
        ),
        migrations.AddField(
            model_name='team',
            name='rate_currency',
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name='team',
            name='week_rate',
            field=models.BigIntegerField(blank=True, help_text='Cost of the team for a week, minor units.', null=True),
        ),
        migrations.AddField(
            model_name='token',
            name='writes',
            field=models.BooleanField(default=False, help_text='May also change what its person may change.'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rate_currency', ''), ('week_rate', None)), models.Q(('rate_currency__regex', '^[A-Z]{3}$'), ('week_rate__gt', 0)), _connector='OR'), name='org_team_rate_in_a_currency'),
        ),
    ]

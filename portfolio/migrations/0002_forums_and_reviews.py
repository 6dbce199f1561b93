import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bets', '0014_decisions_of_reviews'),
        ('org', '0007_answers_to_programs'),
        ('org', '__first__'),
        ('portfolio', '0001_saved_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('level', models.CharField(choices=[('product', 'Product'), ('portfolio', 'Portfolio')], max_length=9)),
                ('every_days', models.PositiveSmallIntegerField(help_text='Days from one review to the next.')),
                ('quorum', models.PositiveSmallIntegerField(help_text='Members who must be there, the chair among them.')),
                ('starts_on', models.DateField(help_text='Day of the first review.')),
                ('starts_at', models.TimeField()),
                ('minutes', models.PositiveSmallIntegerField(default=90)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('chair', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('domain', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.domain')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('key',), name='portfolio_forum_key_once'), models.CheckConstraint(condition=models.Q(('name__regex', '\\S')), name='portfolio_forum_name_not_blank'), models.CheckConstraint(condition=models.Q(models.Q(('domain__isnull', False), ('level', 'product')), models.Q(('domain', None), ('level', 'portfolio')), _connector='OR'), name='portfolio_forum_domain_as_its_level'), models.CheckConstraint(condition=models.Q(('every_days__range', (7, 366))), name='portfolio_forum_rhythm'), models.CheckConstraint(condition=models.Q(('quorum__range', (1, 50))), name='portfolio_forum_quorum'), models.CheckConstraint(condition=models.Q(('minutes__range', (15, 600))), name='portfolio_forum_minutes')],
            },
        ),
        migrations.CreateModel(
            name='DecisionRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('fund', 'Fund'), ('persist', 'Persist'), ('pivot', 'Pivot'), ('cease', 'Cease'), ('defer', 'Defer')], max_length=8)),
                ('currency', models.CharField(max_length=3)),
                ('at_most', models.BigIntegerField(blank=True, null=True)),
                ('forum', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rights', to='portfolio.forum')),
            ],
            options={
                'ordering': ['forum', 'kind', 'currency'],
                'constraints': [models.UniqueConstraint(fields=('forum', 'kind', 'currency'), name='portfolio_decisionright_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['fund', 'persist', 'pivot', 'cease', 'defer'])), name='portfolio_decisionright_kind_known'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='portfolio_decisionright_currency_code'), models.CheckConstraint(condition=models.Q(('at_most', None), ('at_most__gte', 0), _connector='OR'), name='portfolio_decisionright_at_most')],
            },
        ),
        migrations.CreateModel(
            name='ForumMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(blank=True, null=True)),
                ('forum', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='portfolio.forum')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['forum', 'person__name', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('forum', 'person'), name='portfolio_forummember_once'), models.CheckConstraint(condition=models.Q(('left_at', None), ('left_at__gte', models.F('joined_at')), _connector='OR'), name='portfolio_forummember_left_later')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('held_on', models.DateField()),
                ('starts_at', models.TimeField()),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('open', 'Under way'), ('closed', 'Held'), ('cancelled', 'Cancelled')], default='planned', max_length=9)),
                ('agenda_at', models.DateTimeField(blank=True, help_text='When its agenda was last made.', null=True)),
                ('moved_from', models.DateField(blank=True, null=True)),
                ('because', models.CharField(blank=True, help_text='Why it was moved or cancelled.', max_length=500)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('forum', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='portfolio.forum')),
            ],
            options={
                'ordering': ['-held_on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('forum', 'number'), name='portfolio_review_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'cancelled'), _negated=True), fields=('forum', 'held_on'), name='portfolio_review_one_a_day'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('forum',), name='portfolio_review_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attended', to='portfolio.review')),
            ],
            options={
                'ordering': ['review', 'person__name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('review', 'person'), name='portfolio_attendance_once')],
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('minutes', models.PositiveSmallIntegerField(default=10)),
                ('reason', models.CharField(choices=[('overdue', 'Overdue'), ('flag', 'Flagged by the evidence'), ('gate', 'A gate is reached'), ('due', 'To be decided soon'), ('money', 'Money is asked for'), ('start', 'Ready, and unfunded'), ('chair', 'Put there by the chair')], max_length=8)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('again_at', models.DateTimeField(blank=True, null=True)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.bet')),
                ('decision', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.decision')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='portfolio.review')),
            ],
            options={
                'ordering': ['review', 'position'],
                'constraints': [models.UniqueConstraint(fields=('review', 'bet'), name='portfolio_agendaitem_bet_once'), models.UniqueConstraint(fields=('id', 'review'), name='portfolio_agendaitem_of_its_review'), models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('review', 'position'), name='portfolio_agendaitem_position_once'), models.CheckConstraint(condition=models.Q(('minutes__range', (1, 240))), name='portfolio_agendaitem_minutes'), models.CheckConstraint(condition=models.Q(('reason__in', ['overdue', 'flag', 'gate', 'due', 'money', 'start', 'chair'])), name='portfolio_agendaitem_reason_known'), models.CheckConstraint(condition=models.Q(('opened_at__isnull', False), models.Q(('again_at', None), ('decision', None)), _connector='OR'), name='portfolio_agendaitem_opened_first')],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('kind', models.CharField(choices=[('fund', 'Fund'), ('persist', 'Persist'), ('pivot', 'Pivot'), ('cease', 'Cease'), ('defer', 'Defer')], max_length=8)),
                ('because', models.CharField(blank=True, max_length=500)),
                ('voted_at', models.DateTimeField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='portfolio.agendaitem')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['item', 'round', 'person__name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('item', 'person', 'round'), name='portfolio_vote_once'), models.CheckConstraint(condition=models.Q(('round__in', [1, 2])), name='portfolio_vote_round_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['fund', 'persist', 'pivot', 'cease', 'defer'])), name='portfolio_vote_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Chance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('probability', models.FloatField()),
                ('outcome', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.outcome')),
                ('vote', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chances', to='portfolio.vote')),
            ],
            options={
                'ordering': ['vote', 'outcome__number'],
                'constraints': [models.UniqueConstraint(fields=('vote', 'outcome'), name='portfolio_chance_once'), models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 1)), name='portfolio_chance_is_a_share')],
            },
        ),
        migrations.AddField(
            model_name='review',
            name='at_item',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.agendaitem'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('at_item', None), ('closed_at', None), ('opened_at', None), ('state', 'planned')), models.Q(('closed_at', None), ('opened_at__isnull', False), ('state', 'open')), models.Q(('closed_at__isnull', False), ('opened_at__isnull', False), ('state', 'closed')), models.Q(('closed_at', None), ('opened_at', None), ('state', 'cancelled'), ('because__regex', '\\S')), _connector='OR'), name='portfolio_review_times_as_its_state'),
        ),
        migrations.CreateModel(
            name='CalendarLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('digest',), name='portfolio_calendarlink_digest_once'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='portfolio_calendarlink_digest')],
            },
        ),
    ]

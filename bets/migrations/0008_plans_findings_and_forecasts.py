import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bets', '0007_flags_are_only_cleared'),
        ('org', '0005_notices_and_rates'),
        ('org', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.BigIntegerField(help_text='Most that its tranches may add up to, minor units.')),
                ('days', models.PositiveSmallIntegerField(help_text='Most days until its last learning outcome is due.')),
                ('cap', models.PositiveSmallIntegerField(default=2, help_text='Most strength that its evidence can have.')),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['currency'],
                'constraints': [models.UniqueConstraint(fields=('currency',), name='bets_allowance_one_a_currency'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='bets_allowance_currency_code'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('days__gte', 1)), name='bets_allowance_allows_something'), models.CheckConstraint(condition=models.Q(('cap__gte', 1), ('cap__lte', 5)), name='bets_allowance_cap_is_a_strength')],
            },
        ),
        migrations.CreateModel(
            name='Assumption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('statement', models.CharField(max_length=300)),
                ('importance', models.PositiveSmallIntegerField(default=3, help_text='1 little, 5 all depends on it.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('next_test', models.CharField(blank=True, help_text='What would tell, cheaply.', max_length=300)),
                ('dropped_at', models.DateTimeField(blank=True, null=True)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assumptions', to='bets.bet')),
                ('dropped_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['bet', 'number'],
                'constraints': [models.UniqueConstraint(fields=('bet', 'number'), name='bets_assumption_number_once'), models.CheckConstraint(condition=models.Q(('statement__regex', '\\S')), name='bets_assumption_says_something'), models.CheckConstraint(condition=models.Q(('importance__gte', 1), ('importance__lte', 5)), name='bets_assumption_importance_from_1_to_5'), models.CheckConstraint(condition=models.Q(models.Q(('dropped_at', None), ('dropped_by', None)), models.Q(('dropped_at__isnull', False), ('dropped_by__isnull', False)), _connector='OR'), name='bets_assumption_dropped_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000)),
                ('answer_by', models.DateField(blank=True, null=True)),
                ('written_at', models.DateTimeField()),
                ('asks', models.ForeignKey(blank=True, help_text='Who is asked; answered when they reply.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='bets.bet')),
                ('mentions', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reply_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='bets.comment')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['bet', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text__regex', '\\S')), name='bets_comment_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('answer_by', None), ('asks', None)), models.Q(('answer_by__isnull', False), ('asks__isnull', False)), _connector='OR'), name='bets_comment_asked_with_a_date')],
            },
        ),
        migrations.CreateModel(
            name='Effort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weeks', models.DecimalField(decimal_places=1, max_digits=6)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='efforts', to='bets.bet')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.team')),
            ],
            options={
                'ordering': ['bet', 'team__name'],
                'constraints': [models.UniqueConstraint(fields=('bet', 'team'), name='bets_effort_once_a_team'), models.CheckConstraint(condition=models.Q(('weeks__gt', 0)), name='bets_effort_some_weeks')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('what', models.CharField(blank=True, help_text='What belongs to it.', max_length=300)),
                ('cap', models.PositiveSmallIntegerField(help_text='Most strength that evidence of this kind can have, 0 to 5.')),
                ('is_active', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['cap', 'name'],
                'constraints': [models.UniqueConstraint(fields=('key',), name='bets_evidencekind_key_once'), models.CheckConstraint(condition=models.Q(('name__regex', '\\S')), name='bets_evidencekind_named'), models.CheckConstraint(condition=models.Q(('cap__gte', 0), ('cap__lte', 5)), name='bets_evidencekind_cap_is_a_strength')],
            },
        ),
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('probability', models.FloatField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('stated_at', models.DateTimeField()),
                ('outcome', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forecasts', to='bets.outcome')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tranche', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forecasts', to='bets.tranche')),
            ],
            options={
                'ordering': ['-stated_at', '-pk'],
                'indexes': [models.Index(fields=['person', '-stated_at'], name='bets_forecast_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('outcome__isnull', False), ('tranche', None)), models.Q(('outcome', None), ('tranche__isnull', False)), _connector='OR'), name='bets_forecast_of_one_thing'), models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 1)), name='bets_forecast_probability_is_a_share')],
            },
        ),
        migrations.CreateModel(
            name='GateResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('met', models.BooleanField()),
                ('note', models.CharField(max_length=500)),
                ('said_at', models.DateTimeField()),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tranche', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='gate_result', to='bets.tranche')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('note__regex', '\\S')), name='bets_gateresult_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('columns', models.JSONField(default=list, help_text='Header line as it was read, with what each column means.')),
                ('state', models.CharField(choices=[('checking', 'Being checked'), ('checked', 'Checked'), ('taking', 'Being taken over'), ('done', 'Taken over'), ('undone', 'Undone'), ('dropped', 'Dropped')], default='checking', max_length=8)),
                ('rows_seen', models.PositiveIntegerField(default=0)),
                ('rows_bad', models.PositiveIntegerField(default=0)),
                ('uploaded_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.run')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-uploaded_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['checking', 'checked', 'taking', 'done', 'undone', 'dropped'])), name='bets_import_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['done', 'undone']), ('done_at__isnull', False)), models.Q(models.Q(('state__in', ['done', 'undone']), _negated=True), ('done_at', None)), _connector='OR'), name='bets_import_done_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), ('undone_at__isnull', False), ('undone_by__isnull', False)), models.Q(models.Q(('state', 'undone'), _negated=True), ('undone_at', None), ('undone_by', None)), _connector='OR'), name='bets_import_undone_by_somebody'), models.CheckConstraint(condition=models.Q(('rows_bad__lte', models.F('rows_seen'))), name='bets_import_rows_counted')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='Line of the file.')),
                ('cells', models.JSONField(default=dict, help_text='Header of a column and what stood below it.')),
                ('reasons', models.JSONField(default=list, help_text='What is wrong: column, meaning, sentence, and who says so.')),
                ('bet', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='bets.bet')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='bets.import')),
            ],
            options={
                'ordering': ['file', 'number'],
                'constraints': [models.UniqueConstraint(fields=('file', 'number'), name='bets_importrow_number_once')],
            },
        ),
        migrations.CreateModel(
            name='LearningOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('behaviour', 'Counted behaviour'), ('question', 'Question with a reader')], max_length=9)),
                ('question', models.CharField(help_text='What is to be found out, or which behaviour is counted.', max_length=300)),
                ('goal', models.PositiveIntegerField(blank=True, help_text='How often the behaviour must be seen.', null=True)),
                ('due_on', models.DateField()),
                ('cap', models.PositiveSmallIntegerField(help_text='Most strength of its evidence, by the standard of its day.')),
                ('finding', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('open', 'It cannot be said')], max_length=4)),
                ('counted', models.PositiveIntegerField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('found_at', models.DateTimeField(blank=True, null=True)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='learning_outcomes', to='bets.bet')),
                ('found_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reader', models.ForeignKey(blank=True, help_text='Who says what the answer is.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['bet', 'number'],
                'constraints': [models.UniqueConstraint(fields=('bet', 'number'), name='bets_learningoutcome_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('goal__gte', 1), ('kind', 'behaviour'), ('reader', None)), models.Q(('counted', None), ('goal', None), ('kind', 'question'), ('reader__isnull', False)), _connector='OR'), name='bets_learningoutcome_counts_or_has_a_reader'), models.CheckConstraint(condition=models.Q(('question__regex', '\\S')), name='bets_learningoutcome_asks_something'), models.CheckConstraint(condition=models.Q(('cap__gte', 1), ('cap__lte', 5)), name='bets_learningoutcome_cap_is_a_strength'), models.CheckConstraint(condition=models.Q(models.Q(('counted', None), ('finding', ''), ('found_at', None), ('found_by', None), ('note', '')), models.Q(('finding__in', ['yes', 'no', 'open']), ('found_at__isnull', False), ('found_by__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='bets_learningoutcome_found_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='RealisedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='First day of the month.')),
                ('amount', models.BigIntegerField()),
                ('note', models.CharField(max_length=300)),
                ('said_at', models.DateTimeField()),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='realised', to='bets.bet')),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'realised values',
                'ordering': ['bet', 'month', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('month__day', 1)), name='bets_realisedvalue_of_a_month'), models.CheckConstraint(condition=models.Q(('note__regex', '\\S')), name='bets_realisedvalue_says_how')],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shipped_on', models.DateField()),
                ('name', models.CharField(max_length=160)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('url', models.URLField(blank=True, max_length=500)),
                ('marked_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='bets.bet')),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['bet', '-shipped_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name__regex', '\\S')), name='bets_release_named'), models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('bet', 'shipped_on', 'name'), name='bets_release_marked_once'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='bets_release_withdrawn_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Sketch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(max_length=40)),
                ('typed', models.JSONField(default=dict, help_text='Names of fields and lists of what was typed into them.')),
                ('left_at', models.DateTimeField()),
                ('bet', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sketches', to='bets.bet')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'sketches',
                'ordering': ['-left_at'],
                'constraints': [models.UniqueConstraint(fields=('person', 'bet', 'step'), name='bets_sketch_one_a_step', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('guidance', models.CharField(blank=True, help_text='For which bets, and what to mind.', max_length=1000)),
                ('stage', models.CharField(choices=[('discovery', 'Discovery'), ('validation', 'Validation'), ('acceleration', 'Acceleration'), ('run', 'Run')], default='discovery', max_length=12)),
                ('horizon', models.PositiveSmallIntegerField(choices=[(0, 'Retiring'), (1, 'Now'), (2, 'Next'), (3, 'Later')], default=1)),
                ('change', models.CharField(blank=True, max_length=300)),
                ('whom', models.CharField(blank=True, max_length=200)),
                ('result', models.CharField(blank=True, max_length=300)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('premortem', models.CharField(blank=True, help_text='Questions that lead through the premortem.', max_length=500)),
                ('assumptions', models.JSONField(blank=True, default=list, help_text='Sentences.')),
                ('tranches', models.JSONField(blank=True, default=list, help_text='Pairs of purpose and gate.')),
                ('is_active', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('key',), name='bets_template_key_once'), models.CheckConstraint(condition=models.Q(('name__regex', '\\S')), name='bets_template_named'), models.CheckConstraint(condition=models.Q(('stage__in', ['discovery', 'validation', 'acceleration', 'run'])), name='bets_template_stage_known'), models.CheckConstraint(condition=models.Q(('horizon__in', [0, 1, 2, 3])), name='bets_template_horizon_known')],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('did', models.CharField(max_length=600)),
                ('observed', models.CharField(max_length=1000)),
                ('learned', models.CharField(max_length=1000)),
                ('strength', models.PositiveSmallIntegerField(help_text='0 none to 5; never above the cap of its kind (by trigger).')),
                ('happened_on', models.DateField()),
                ('source_url', models.URLField(blank=True, max_length=500)),
                ('logged_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=1, help_text='Counts its edits, so that two do not overwrite each other.')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('remark', models.CharField(blank=True, help_text='What product operations say to its strength.', max_length=300)),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='bets.bet')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('logged_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reading', models.ForeignKey(blank=True, help_text='A pulled snapshot.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.reading')),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='bets.evidence')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.evidencekind')),
            ],
            options={
                'verbose_name_plural': 'evidence',
                'ordering': ['bet', '-number'],
                'constraints': [models.UniqueConstraint(fields=('bet', 'number'), name='bets_evidence_number_once'), models.CheckConstraint(condition=models.Q(('did__regex', '\\S'), ('learned__regex', '\\S'), ('observed__regex', '\\S')), name='bets_evidence_says_something'), models.CheckConstraint(condition=models.Q(('strength__gte', 0), ('strength__lte', 5)), name='bets_evidence_strength_from_0_to_5'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='bets_evidence_confirmed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('stored_as', models.CharField(max_length=64)),
                ('attached_at', models.DateTimeField()),
                ('attached_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='bets.evidence')),
            ],
            options={
                'ordering': ['evidence', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('stored_as',), name='bets_evidencefile_stored_once'), models.UniqueConstraint(fields=('evidence', 'sha256'), name='bets_evidencefile_attached_once'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='bets_evidencefile_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supports', models.BooleanField(help_text='Or it opposes.')),
                ('assumption', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='bets.assumption')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='bets.evidence')),
                ('outcome', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='bets.outcome')),
                ('learning', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='bets.learningoutcome')),
            ],
            options={
                'ordering': ['evidence', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('assumption__isnull', False), ('learning', None), ('outcome', None)), models.Q(('assumption', None), ('learning', None), ('outcome__isnull', False)), models.Q(('assumption', None), ('learning__isnull', False), ('outcome', None)), _connector='OR'), name='bets_evidencelink_to_one_thing'), models.UniqueConstraint(fields=('evidence', 'assumption', 'outcome', 'learning'), name='bets_evidencelink_once', nulls_distinct=False)],
            },
        ),
        migrations.AddField(
            model_name='bet',
            name='live_at',
            field=models.DateTimeField(blank=True, help_text='When somebody took it live; its outcomes froze.', null=True),
        ),
        migrations.AddField(
            model_name='bet',
            name='live_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bet',
            name='premortem',
            field=models.CharField(blank=True, help_text='It has failed, a year from now: why?', max_length=2000),
        ),
        migrations.AddField(
            model_name='bet',
            name='value_conversion',
            field=models.CharField(blank=True, help_text='How the outcome turns into that value: “+1 point = …”.', max_length=300),
        ),
        migrations.AddField(
            model_name='hypothesis',
            name='why',
            field=models.CharField(blank=True, help_text='Why this version replaces the one before.', max_length=300),
        ),
        migrations.AddField(
            model_name='reading',
            name='settles_by',
            field=models.DateField(help_text='The decide-by date, or the day on which the money is used up.', null=True),
        ),
        migrations.AddField(
            model_name='tranche',
            name='lasts_until',
            field=models.DateField(blank=True, help_text='Day on which it is used up; empty: when the next one is planned.', null=True),
        ),
        migrations.AlterField(
            model_name='reading',
            name='settles',
            field=models.FloatField(help_text='Chance that the day below finds it settled.', null=True),
        ),
        migrations.AddConstraint(
            model_name='tranche',
            constraint=models.CheckConstraint(condition=models.Q(('lasts_until', None), ('lasts_until__gt', models.F('planned_on')), _connector='OR'), name='bets_tranche_lasts_a_while'),
        ),
        migrations.AddField(
            model_name='bet',
            name='template',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.template'),
        ),
        migrations.AddConstraint(
            model_name='bet',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('live_at', None), ('live_by', None)), models.Q(('live_at__isnull', False), ('live_by__isnull', False)), _connector='OR'), name='bets_bet_taken_live_by_somebody'),
        ),
    ]

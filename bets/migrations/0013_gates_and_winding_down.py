import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bets', '0012_evidence_to_confirm'),
        ('org', '0007_answers_to_programs'),
        ('org', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='GateCriterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('outcome', 'How an outcome reads'), ('strength', 'Strength of confirmed evidence'), ('decision', 'A decision on the bet')], max_length=8)),
                ('wanted', models.CharField(blank=True, choices=[('target', 'At its target'), ('alive', 'Clear of its kill line'), ('read', 'Read, whatever it says'), ('fund', 'Fund'), ('persist', 'Persist, or fund')], max_length=7)),
                ('strength', models.PositiveSmallIntegerField(blank=True, help_text='At least, 1 to 5.', null=True)),
                ('outcome', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.outcome')),
                ('tranche', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='bets.tranche')),
            ],
            options={
                'verbose_name_plural': 'gate criteria',
                'ordering': ['tranche', 'number'],
                'constraints': [models.UniqueConstraint(fields=('tranche', 'number'), name='bets_gatecriterion_number_once'), models.UniqueConstraint(fields=('tranche', 'kind', 'outcome'), name='bets_gatecriterion_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'outcome'), ('outcome__isnull', False), ('strength', None), ('wanted__in', ['target', 'alive', 'read'])), models.Q(('kind', 'strength'), ('strength__gte', 1), ('strength__isnull', False), ('strength__lte', 5), ('wanted', '')), models.Q(('kind', 'decision'), ('outcome', None), ('strength', None), ('wanted__in', ['fund', 'persist'])), _connector='OR'), name='bets_gatecriterion_wants_something')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='flag',
            name='bets_flag_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='flag',
            name='bets_flag_evidence_frozen',
        ),
        migrations.AddField(
            model_name='bet',
            name='wind_down',
            field=models.BigIntegerField(default=0, help_text='Cost of winding it down when it ceases, minor units.'),
        ),
        migrations.AlterField(
            model_name='flag',
            name='kind',
            field=models.CharField(choices=[('cease', 'Cease'), ('pivot', 'Pivot'), ('scale', 'Scale'), ('inconclusive', 'Cannot conclude'), ('near_miss', 'Near miss'), ('stale', 'Stale'), ('late', 'Decided too late')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='bet',
            constraint=models.CheckConstraint(condition=models.Q(('wind_down__gte', 0)), name='bets_bet_wind_down_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('id', 'bet', 'kind'), name='bets_decision_referred_to'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['cease', 'pivot', 'scale', 'inconclusive', 'near_miss', 'stale', 'late'])), name='bets_flag_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['stale', 'inconclusive', 'late']), ('log_e', None)), models.Q(models.Q(('kind__in', ['stale', 'inconclusive', 'late']), _negated=True), ('log_e__isnull', False)), _connector='OR'), name='bets_flag_evidence_frozen'),
        ),
    ]

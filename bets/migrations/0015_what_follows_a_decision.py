import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


from lib.triggers import guarded


# Only who was named to look again scores a decision.
RESCORING = """
IF TG_OP = 'INSERT' AND EXISTS (
    SELECT FROM bets_decision WHERE id = NEW.decision_id AND second_reader_id = NEW.scored_by_id
)
THEN RETURN NEW; END IF;
"""
# A learning review belongs to a cease, and is held once.
LEARNING = """
IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM bets_decision WHERE id = NEW.decision_id AND kind = 'cease')
THEN RETURN NEW; END IF;
IF TG_OP = 'UPDATE' AND OLD.held_at IS NULL
   AND (NEW.decision_id, NEW.credited_id, NEW.due_on) = (OLD.decision_id, OLD.credited_id, OLD.due_on)
THEN RETURN NEW; END IF;
"""
# The version that a pivot opened is written once.
NEXT = """
IF TG_OP = 'INSERT' AND EXISTS (
    SELECT FROM bets_decision WHERE id = NEW.decision_id AND bet_id = NEW.bet_id AND kind = 'pivot'
)
THEN RETURN NEW; END IF;
IF TG_OP = 'UPDATE' AND OLD.written_id IS NULL
   AND (NEW.decision_id, NEW.bet_id, NEW.version) = (OLD.decision_id, OLD.bet_id, OLD.version)
THEN RETURN NEW; END IF;
"""
KEYS = (
    """
    ALTER TABLE bets_nexthypothesis ADD CONSTRAINT bets_nexthypothesis_written_of_its_bet
        FOREIGN KEY (written_id, bet_id, version) REFERENCES bets_hypothesis (id, bet_id, version)
        DEFERRABLE INITIALLY DEFERRED;
    """,
    "ALTER TABLE bets_nexthypothesis DROP CONSTRAINT bets_nexthypothesis_written_of_its_bet;",
)


class Migration(migrations.Migration):

    dependencies = [
        ('bets', '0014_decisions_of_reviews'),
        ('org', '0008_notices_with_a_text'),
        ('org', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='LearningReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('lesson', models.CharField(blank=True, help_text='What was learned, seen from some distance.', max_length=2000)),
                ('reuse', models.CharField(blank=True, help_text='What other bets can use of it.', max_length=1000)),
                ('held_at', models.DateTimeField(blank=True, null=True)),
                ('credited', models.ForeignKey(help_text='Who led the bet.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='learning_review', to='bets.decision')),
                ('held_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('held_at', None), ('held_by', None), ('lesson', '')), models.Q(('held_at__isnull', False), ('held_by__isnull', False), ('lesson__regex', '\\S')), _connector='OR'), name='bets_learningreview_held_with_a_lesson')],
            },
        ),
        migrations.CreateModel(
            name='NextHypothesis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('due_on', models.DateField()),
                ('bet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='next_hypotheses', to='bets.bet')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='next_hypothesis', to='bets.decision')),
                ('written', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bets.hypothesis')),
            ],
            options={
                'verbose_name_plural': 'next hypotheses',
                'ordering': ['due_on', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('written', None)), fields=('bet',), name='bets_nexthypothesis_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Rescoring',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('finding', models.CharField(choices=[('right', 'It was right to go against the evidence'), ('wrong', 'The evidence was right'), ('open', 'It cannot be said yet')], max_length=5)),
                ('verdict', models.CharField(blank=True, help_text='What the evidence said on that day.', max_length=14)),
                ('note', models.CharField(max_length=1000)),
                ('scored_at', models.DateTimeField()),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rescoring', to='bets.decision')),
                ('scored_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('finding__in', ['right', 'wrong', 'open'])), name='bets_rescoring_finding_known'), models.CheckConstraint(condition=models.Q(('note__regex', '\\S')), name='bets_rescoring_says_why')],
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
        migrations.AlterField(
            model_name='flag',
            name='kind',
            field=models.CharField(choices=[('cease', 'Cease'), ('pivot', 'Pivot'), ('scale', 'Scale'), ('inconclusive', 'Cannot conclude'), ('near_miss', 'Near miss'), ('stale', 'Stale'), ('late', 'Decided too late'), ('persisted', 'Persisted twice, nothing new')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['cease', 'pivot', 'scale', 'inconclusive', 'near_miss', 'stale', 'late', 'persisted'])), name='bets_flag_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['stale', 'inconclusive', 'late', 'persisted']), ('log_e', None)), models.Q(models.Q(('kind__in', ['stale', 'inconclusive', 'late', 'persisted']), _negated=True), ('log_e__isnull', False)), _connector='OR'), name='bets_flag_evidence_frozen'),
        ),
        migrations.AddConstraint(
            model_name='hypothesis',
            constraint=models.UniqueConstraint(fields=('id', 'bet', 'version'), name='bets_hypothesis_referred_to'),
        ),
        migrations.RunSQL(*guarded("bets_rescoring", "bets_rescoring_by_its_reader", "INSERT OR UPDATE OR DELETE", RESCORING)),
        migrations.RunSQL(*guarded("bets_learningreview", "bets_learningreview_stays", "INSERT OR UPDATE OR DELETE", LEARNING)),
        migrations.RunSQL(*guarded("bets_nexthypothesis", "bets_nexthypothesis_stays", "INSERT OR UPDATE OR DELETE", NEXT)),
        migrations.RunSQL(*KEYS),
    ]

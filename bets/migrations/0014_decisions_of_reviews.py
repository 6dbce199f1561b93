import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


from lib.triggers import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('bets', '0013_gates_and_winding_down'),
        ('org', '0007_answers_to_programs'),
        ('org', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dissent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=1000)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dissent', to='bets.decision')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['decision', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('decision', 'person'), name='bets_dissent_once'), models.CheckConstraint(condition=models.Q(('words__regex', '\\S')), name='bets_dissent_says_why')],
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='learned',
            field=models.CharField(blank=True, help_text='Of a bet that ceases: what it has taught.', max_length=2000),
        ),
        migrations.AddField(
            model_name='decision',
            name='rescore_on',
            field=models.DateField(blank=True, help_text='When it is looked at again, and scored.', null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='second_reader',
            field=models.ForeignKey(blank=True, help_text='Who looks again at a decision that goes against the recommendation.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('id', 'bet'), name='bets_decision_on_its_bet'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rescore_on', None), ('second_reader', None)), models.Q(('rescore_on__isnull', False), ('second_reader__isnull', False)), _connector='OR'), name='bets_decision_scored_by_somebody_on_a_day'),
        ),
        migrations.RunSQL(*append_only('bets_dissent')),
    ]

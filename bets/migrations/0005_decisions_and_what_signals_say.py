import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bets", "0004_outcomes_of_all_kinds"), ("org", "0004_a_token_for_programs")]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(choices=[("fund", "Fund"), ("persist", "Persist"), ("pivot", "Pivot"), ("cease", "Cease"), ("defer", "Defer")], max_length=8)),
                ("rationale", models.CharField(max_length=2000)),
                ("would_change", models.CharField(help_text="What evidence would change this decision.", max_length=1000)),
                ("look_again_on", models.DateField(blank=True, help_text="Until then the same evidence is not raised anew.", null=True)),
                ("verdict", models.CharField(blank=True, help_text="What the evidence said that night.", max_length=14)),
                ("decided_at", models.DateTimeField()),
            ],
            options={"ordering": ["bet", "-number"]},
        ),
        migrations.CreateModel(
            name="FamilyRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("family", models.CharField(choices=[("cease", "Cease"), ("miss", "Pivot"), ("scale", "Scale")], max_length=5)),
                ("alpha", models.FloatField(help_text="Share of the flags that may be wrong.")),
                ("bets", models.PositiveIntegerField(help_text="m: every bet active at any time in the review cycle.")),
                ("issued", models.PositiveIntegerField(help_text="Flags that stand.")),
                ("cut", models.FloatField(help_text="Log of the e-value that was asked for.")),
                ("bound", models.FloatField(help_text="Expected share of wrong flags among those that stand, at most.", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(help_text="First day of the window.")),
                ("ends_on", models.DateField(help_text="First day after the window.")),
                ("value", models.FloatField()),
                ("reached", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="SecondReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "finding",
                    models.CharField(choices=[("below", "It is beyond the kill line"), ("not_below", "It is not beyond the kill line"), ("open", "It cannot be said")], max_length=9),
                ),
                ("note", models.CharField(max_length=1000)),
                ("read_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(model_name="flag", name="bets_flag_kind_known"),
        migrations.RemoveConstraint(model_name="flag", name="bets_flag_evidence_frozen"),
        migrations.RemoveConstraint(model_name="flag", name="bets_flag_cleared_with_a_reason"),
        migrations.RemoveConstraint(model_name="verdict", name="bets_verdict_kind_known"),
        migrations.AddField(model_name="flag", name="act_by", field=models.DateField(blank=True, help_text="Last day on which acting on it is still worth it.", null=True)),
        migrations.AddField(
            model_name="flag",
            name="cleared_how",
            field=models.CharField(blank=True, choices=[("decision", "Decided on"), ("signals", "Signals changed it"), ("correction", "Withdrawn by correction")], max_length=10),
        ),
        migrations.AddField(model_name="flag", name="read_by", field=models.DateField(blank=True, help_text="When the reader should have read it.", null=True)),
        migrations.AddField(
            model_name="flag",
            name="reader",
            field=models.ForeignKey(
                blank=True, help_text="Independent reader of a near miss.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(model_name="flag", name="since", field=models.DateField(blank=True, help_text="About when it began to be so.", null=True)),
        migrations.AddField(model_name="reading", name="answer_on", field=models.DateField(help_text="First day on which an answer is more likely than not.", null=True)),
        migrations.AddField(model_name="reading", name="answer_times", field=models.FloatField(help_text="Exposures times this would answer by the decide-by date.", null=True)),
        migrations.AddField(model_name="reading", name="answer_with_on", field=models.DateField(help_text="When they would.", null=True)),
        migrations.AddField(model_name="reading", name="asked", field=models.FloatField(help_text="Log of the e-value that counts as settled, for the four below.", null=True)),
        migrations.AddField(model_name="reading", name="bet_version", field=models.PositiveSmallIntegerField(default=1, help_text="Version of the hypothesis in force.")),
        migrations.AddField(model_name="reading", name="cease_since", field=models.DateField(help_text="Start of the stretch that speaks most for the cease.", null=True)),
        migrations.AddField(model_name="reading", name="chance", field=models.FloatField(help_text="Chance that the resolution window meets the target.", null=True)),
        migrations.AddField(model_name="reading", name="crude", field=models.FloatField(help_text="Estimate without standardising, where there are segments.", null=True)),
        migrations.AddField(model_name="reading", name="cutoff", field=models.DateField(help_text="Periods that start on this day or later were not read.", null=True)),
        migrations.AddField(model_name="reading", name="evpi", field=models.BigIntegerField(help_text="Worth of knowing for certain, minor units of the bet.", null=True)),
        migrations.AddField(model_name="reading", name="evsi", field=models.BigIntegerField(help_text="Worth of what the next tranche would show, minor units.", null=True)),
        migrations.AddField(model_name="reading", name="forecast_mean", field=models.FloatField(null=True)),
        migrations.AddField(model_name="reading", name="forecast_sd", field=models.FloatField(null=True)),
        migrations.AddField(model_name="reading", name="history_weeks", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(model_name="reading", name="phi_history", field=models.FloatField(help_text="Noise between weeks before the bet.", null=True)),
        migrations.AddField(model_name="reading", name="recent", field=models.FloatField(help_text="Estimate of the last four weeks alone.", null=True)),
        migrations.AddField(model_name="reading", name="scale_since", field=models.DateField(null=True)),
        migrations.AddField(model_name="reading", name="settles", field=models.FloatField(help_text="Chance that the decide-by date finds it settled.", null=True)),
        migrations.AlterField(
            model_name="flag",
            name="kind",
            field=models.CharField(
                choices=[("cease", "Cease"), ("pivot", "Pivot"), ("scale", "Scale"), ("inconclusive", "Cannot conclude"), ("near_miss", "Near miss"), ("stale", "Stale")], max_length=12
            ),
        ),
        migrations.AlterField(model_name="flag", name="sentence", field=models.CharField(max_length=1500)),
        migrations.AlterField(
            model_name="verdict",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cease", "Cease"),
                    ("pivot", "Pivot"),
                    ("persist", "Persist strongly"),
                    ("measure", "Keep measuring"),
                    ("inconclusive", "Inconclusive"),
                    ("contradiction", "Contradiction"),
                    ("none", "No verdict"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("chance", None), models.Q(("chance__gte", 0), ("chance__lte", 1)), _connector="OR"),
                    models.Q(("settles", None), models.Q(("settles__gte", 0), ("settles__lte", 1)), _connector="OR"),
                ),
                name="bets_reading_chances_are_shares",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["cease", "pivot", "persist", "measure", "inconclusive", "contradiction", "none"])), name="bets_verdict_kind_known"
            ),
        ),
        migrations.AddField(model_name="decision", name="bet", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="bets.bet")),
        migrations.AddField(model_name="decision", name="decided_by", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddField(
            model_name="decision",
            name="reverses",
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="bets.decision"),
        ),
        migrations.AddField(
            model_name="decision",
            name="run",
            field=models.ForeignKey(help_text="The night whose readings stood.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.run"),
        ),
        migrations.AddField(
            model_name="flag", name="decision", field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="flags", to="bets.decision")
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["cease", "pivot", "scale", "inconclusive", "near_miss", "stale"])), name="bets_flag_kind_known"),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["stale", "inconclusive"]), ("log_e", None)),
                    models.Q(models.Q(("kind__in", ["stale", "inconclusive"]), _negated=True), ("log_e__isnull", False)),
                    _connector="OR",
                ),
                name="bets_flag_evidence_frozen",
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("read_by", None), ("reader", None)), models.Q(("read_by__isnull", False), ("reader__isnull", False)), _connector="OR"),
                name="bets_flag_read_by_a_date",
            ),
        ),
        migrations.AddField(model_name="familyrule", name="run", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.run")),
        migrations.AddField(model_name="resolution", name="outcome", field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="resolution", to="bets.outcome")),
        migrations.AddField(model_name="resolution", name="run", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.run")),
        migrations.AddField(model_name="secondreading", name="flag", field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="second_reading", to="bets.flag")),
        migrations.AddField(model_name="secondreading", name="read_by", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddConstraint(model_name="decision", constraint=models.UniqueConstraint(fields=("bet", "number"), name="bets_decision_number_once")),
        migrations.AddConstraint(
            model_name="decision", constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["fund", "persist", "pivot", "cease", "defer"])), name="bets_decision_kind_known")
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "cease"), ("look_again_on", None)), models.Q(models.Q(("kind", "cease"), _negated=True), ("look_again_on__isnull", False)), _connector="OR"
                ),
                name="bets_decision_looked_at_again",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("rationale", ""), _negated=True), models.Q(("would_change", ""), _negated=True)), name="bets_decision_says_why"),
        ),
        migrations.AddConstraint(model_name="familyrule", constraint=models.UniqueConstraint(fields=("run", "family"), name="bets_familyrule_once_in_a_run")),
        migrations.AddConstraint(model_name="familyrule", constraint=models.CheckConstraint(condition=models.Q(("family__in", ["cease", "miss", "scale"])), name="bets_familyrule_known")),
        migrations.AddConstraint(model_name="familyrule", constraint=models.CheckConstraint(condition=models.Q(("alpha__gt", 0), ("alpha__lt", 1)), name="bets_familyrule_alpha_is_a_share")),
        migrations.AddConstraint(model_name="familyrule", constraint=models.CheckConstraint(condition=models.Q(("issued__lte", models.F("bets"))), name="bets_familyrule_issued_among_bets")),
        migrations.AddConstraint(
            model_name="resolution", constraint=models.CheckConstraint(condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="bets_resolution_window_has_days")
        ),
        migrations.AddConstraint(
            model_name="secondreading", constraint=models.CheckConstraint(condition=models.Q(("finding__in", ["below", "not_below", "open"])), name="bets_secondreading_finding_known")
        ),
        migrations.AddConstraint(model_name="secondreading", constraint=models.CheckConstraint(condition=models.Q(("note", ""), _negated=True), name="bets_secondreading_says_why")),
    ]

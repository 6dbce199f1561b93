import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bets", "0003_the_key_of_a_bet_fits_an_address"),
        ("metrics", "0003_the_header_of_a_source_and_the_time_of_a_pull"),
        ("org", "0004_a_token_for_programs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("weight", models.FloatField(help_text="Share of this part in the baseline period; those of an outcome add up to 1.")),
            ],
            options={"ordering": ["outcome", "name"]},
        ),
        migrations.AlterModelOptions(name="outcome", options={"ordering": ["bet", "number", "version"]}),
        migrations.RemoveConstraint(model_name="outcome", name="bets_outcome_number_once"),
        migrations.AddField(
            model_name="bet",
            name="fails_at",
            field=models.PositiveSmallIntegerField(default=1, help_text="How many primary outcomes must be beyond their kill lines before the bet should cease."),
        ),
        migrations.AddField(
            model_name="bet",
            name="scales_at",
            field=models.PositiveSmallIntegerField(blank=True, help_text="How many primary outcomes must beat their targets to scale; empty: all.", null=True),
        ),
        migrations.AddField(model_name="bet", name="value_high", field=models.BigIntegerField(blank=True, null=True)),
        migrations.AddField(model_name="bet", name="value_likely", field=models.BigIntegerField(blank=True, null=True)),
        migrations.AddField(model_name="bet", name="value_low", field=models.BigIntegerField(blank=True, help_text="Worth of reaching the target, minor units.", null=True)),
        migrations.AddField(
            model_name="outcome", name="definition", field=models.CharField(blank=True, help_text="Hash of the definition of metric and series when it was stated.", max_length=64)
        ),
        migrations.AddField(
            model_name="outcome",
            name="glide",
            field=models.CharField(choices=[("flat", "Lines stand still"), ("linear", "Lines climb evenly from the baseline until the decide-by date")], default="flat", max_length=6),
        ),
        migrations.AddField(model_name="outcome", name="grace_days", field=models.PositiveSmallIntegerField(default=0, help_text="Days after the start that are not read.")),
        migrations.AddField(model_name="outcome", name="reason", field=models.CharField(blank=True, help_text="Why this version replaces the one before.", max_length=300)),
        migrations.AddField(
            model_name="outcome", name="replaces", field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="successor", to="bets.outcome")
        ),
        migrations.AddField(model_name="outcome", name="role", field=models.CharField(choices=[("primary", "Primary"), ("guardrail", "Guardrail")], default="primary", max_length=9)),
        migrations.AddField(model_name="outcome", name="share", field=models.FloatField(default=0.5, help_text="Planned share of exposures in the treatment arm.")),
        migrations.AddField(model_name="outcome", name="version", field=models.PositiveSmallIntegerField(default=1)),
        migrations.AddField(model_name="outcome", name="weight", field=models.FloatField(default=1.0, help_text="Share of a primary in the evidence on the bet, before scaling.")),
        migrations.AddConstraint(
            model_name="bet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("value_high", None), ("value_likely", None), ("value_low", None)),
                    models.Q(("value_likely__lte", models.F("value_high")), ("value_low__gte", 0), ("value_low__lte", models.F("value_likely"))),
                    _connector="OR",
                ),
                name="bets_bet_value_is_a_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="bet",
            constraint=models.CheckConstraint(
                condition=models.Q(("fails_at__gte", 1), models.Q(("scales_at", None), ("scales_at__gte", 1), _connector="OR")), name="bets_bet_outcomes_counted"
            ),
        ),
        migrations.AddConstraint(model_name="outcome", constraint=models.UniqueConstraint(fields=("bet", "number", "version"), name="bets_outcome_version_once")),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("replaces", None), ("version", 1)),
                    models.Q(("replaces__isnull", False), ("version__gt", 1), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="bets_outcome_replaced_with_a_reason",
            ),
        ),
        migrations.AddConstraint(model_name="outcome", constraint=models.CheckConstraint(condition=models.Q(("role__in", ["primary", "guardrail"])), name="bets_outcome_role_known")),
        migrations.AddConstraint(
            model_name="outcome", constraint=models.CheckConstraint(condition=models.Q(("weight__gt", 0), ("weight__lt", float("inf"))), name="bets_outcome_weight_positive")
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("glide", "flat"), models.Q(("baseline__isnull", False), ("contrast", ""), ("glide", "linear")), _connector="OR"),
                name="bets_outcome_glides_from_a_baseline",
            ),
        ),
        migrations.AddConstraint(model_name="outcome", constraint=models.CheckConstraint(condition=models.Q(("share__gt", 0), ("share__lt", 1)), name="bets_outcome_share_between_arms")),
        migrations.AddField(model_name="segment", name="outcome", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="segments", to="bets.outcome")),
        migrations.AddField(model_name="segment", name="series", field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.series")),
        migrations.AddConstraint(model_name="segment", constraint=models.UniqueConstraint(fields=("outcome", "name"), name="bets_segment_name_once")),
        migrations.AddConstraint(model_name="segment", constraint=models.UniqueConstraint(fields=("outcome", "series"), name="bets_segment_series_once")),
        migrations.AddConstraint(model_name="segment", constraint=models.CheckConstraint(condition=models.Q(("weight__gt", 0), ("weight__lte", 1)), name="bets_segment_weight_is_a_share")),
    ]

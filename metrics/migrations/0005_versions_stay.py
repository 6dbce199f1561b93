from django.db import migrations

from lib.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("metrics", "0004_versions_of_a_metric")]
    operations = [migrations.RunSQL(*append_only("metrics_metricversion"))]

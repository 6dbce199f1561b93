from django.db import migrations

from lib.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]
    operations = [migrations.RunSQL(*append_only("metrics_signalrevision"))]

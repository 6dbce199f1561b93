from django.db import migrations

from lib.triggers import guarded

# An event may be stamped as delivered, once; nothing else of it ever changes.
EVENT = guarded(
    "org_event",
    "org_event_append_only",
    "UPDATE OR DELETE",
    """
    IF TG_OP = 'UPDATE' AND OLD.delivered_at IS NULL AND NEW.delivered_at IS NOT NULL
       AND (NEW.id, NEW.at, NEW.kind, NEW.by_id, NEW.subject_type, NEW.subject_id, NEW.sentence, NEW.payload)
         IS NOT DISTINCT FROM
           (OLD.id, OLD.at, OLD.kind, OLD.by_id, OLD.subject_type, OLD.subject_id, OLD.sentence, OLD.payload)
    THEN RETURN NEW; END IF;
    """,
)


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial")]
    operations = [migrations.RunSQL(*EVENT)]

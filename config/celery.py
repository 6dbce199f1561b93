import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("stakes")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery's current app is thread-local: without this, a bell rung from a web thread goes to amqp://localhost.
app.set_default()
app.autodiscover_tasks()

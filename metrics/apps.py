from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "metrics"

    def ready(self) -> None:
        from metrics import tasks
        from org import registry

        registry.job("pull", fetch=tasks.fetch_source, store=tasks.store_pull)
        registry.run("pull", plan=tasks.plan_pull, due=lambda at: None)  # starts by hand only

from django.apps import AppConfig


class BetsConfig(AppConfig):
    name = "bets"

    def ready(self) -> None:
        from bets import tasks
        from org import registry

        registry.job("read", fetch=tasks.fetch_chunk, store=tasks.store_readings)

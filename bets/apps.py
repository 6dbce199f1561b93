from django.apps import AppConfig


class BetsConfig(AppConfig):
    name = "bets"

    def ready(self) -> None:
        from bets import import_tasks, tasks
        from org import registry

        registry.job("read", fetch=tasks.fetch_chunk, store=tasks.store_readings)
        registry.job(import_tasks.CHECK, fetch=import_tasks.check_rows, store=import_tasks.store_rows)
        registry.job(import_tasks.COMPARE, fetch=import_tasks.compare_rows, store=import_tasks.store_check)
        registry.job(import_tasks.TAKE, fetch=import_tasks.take_over, store=import_tasks.store_drafts)
        registry.run("projects", plan=import_tasks.next_jobs, due=import_tasks.due)

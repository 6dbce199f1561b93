from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from org import registry
        from portfolio import night

        registry.job("judge", fetch=night.judge, store=night.store_judgement)
        registry.run("night", plan=night.next_jobs, due=night.due)

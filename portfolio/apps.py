from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from org import registry
        from portfolio import forum_notices, judge, night, notices, replay

        registry.job("judge", fetch=judge.judge, store=judge.store_judgement)
        registry.run("night", plan=night.next_jobs, due=night.due)
        for kind, plan in replay.PLANS.items():
            registry.run(kind, plan=plan, due=lambda at: None)
        notices.register()
        forum_notices.register()

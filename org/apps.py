from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "org"

    def ready(self) -> None:
        from org import registry, tasks

        registry.on_event("*", tasks.write_audit_line)

from django.urls import path

from portfolio import bet_views, browse_views, decide_views, evidence_views, search_views, views

urlpatterns = [
    path("", views.portfolio, name="portfolio"),
    path("queue/", views.list_due, name="list_due"),
    path("picture/", views.show_picture, name="show_picture"),
    path("picture.json", views.chart_portfolio, name="chart_portfolio"),
    path("run/", views.run_night, name="run_night"),
    path("runs/<int:run_id>/", views.show_run, name="show_run"),
    path("evidence/", evidence_views.show_evidence, name="show_evidence"),
    path("evidence/backtest/", evidence_views.backtest_rule, name="backtest_rule"),
    path("search/", search_views.search, name="search"),
    path("people/<int:person_id>/", search_views.show_person, name="show_person"),
    path("help/", search_views.show_help, name="show_help"),
    path("help/keys/", search_views.set_keys, name="set_keys"),
    path("tour/finish/", search_views.finish_tour, name="finish_tour"),
    path("views/", browse_views.list_views, name="list_views"),
    path("views/save/", browse_views.save_view, name="save_view"),
    path("views/<int:view_id>/", browse_views.show_view, name="show_view"),
    path("views/<int:view_id>/change/", browse_views.change_view, name="change_view"),
    path("views/<int:view_id>/delete/", browse_views.delete_view, name="delete_view"),
    path("bets.csv", browse_views.export_bets, {"kind": "csv"}, name="export_bets_csv"),
    path("bets.xlsx", browse_views.export_bets, {"kind": "xlsx"}, name="export_bets_xlsx"),
    path("bets/<str:key>/", bet_views.show_bet, name="show_bet"),
    path("bets/<str:key>/decide/", decide_views.record_decision, name="record_decision"),
    path("bets/<str:key>/second-reading/", decide_views.record_second_reading, name="record_second_reading"),
    path("bets/<str:key>/outcomes/<int:number>/data.csv", bet_views.export_data, name="export_data"),
    path("bets/<str:key>/outcomes/<int:number>/chart.json", bet_views.chart_outcome, name="chart_outcome"),
    path("bets/<str:key>/outcomes/<int:number>/numbers.csv", bet_views.export_outcome, name="export_outcome"),
]

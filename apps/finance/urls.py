from django.urls import path

from apps.finance import budget_views, month_views, views

app_name = "finance"
urlpatterns = [
    path("entry/", views.ManualEntry.as_view(), name="entry"),
    path("budgets/", budget_views.Budgets.as_view(), name="budgets"),
    path("budgets/begin/", budget_views.Begin.as_view(), name="begin_budget"),
    path("budgets/<int:budget>/", budget_views.OneBudget.as_view(), name="budget"),
    path("budgets/<int:budget>/row/", budget_views.SetRow.as_view(), name="budget_row"),
    path("budgets/<int:budget>/import/", budget_views.Import.as_view(), name="import_budget"),
    path("budgets/<int:budget>/file/", budget_views.Template.as_view(), name="budget_template"),
    path("budgets/<int:budget>/adopt/", budget_views.Adopt.as_view(), name="adopt_budget"),
    path("months/", month_views.Months.as_view(), name="months"),
    path("months/<str:period>/", month_views.OneMonth.as_view(), name="month"),
    path("months/<str:period>/tick/", month_views.Tick.as_view(), name="tick_month"),
    path("months/<str:period>/close/", month_views.Close.as_view(), name="close_month"),
    path("months/<str:period>/reopen/", month_views.Reopen.as_view(), name="reopen_month"),
]

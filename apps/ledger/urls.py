from django.urls import path

from apps.ledger import views

app_name = "ledger"
urlpatterns = [
    path("trial-balance/", views.TrialBalance.as_view(), name="trial_balance"),
    path("chart/", views.Chart.as_view(), name="chart"),
    path("gl/<str:code>/", views.GeneralLedger.as_view(), name="general_ledger"),
    path("accounts/<int:account>/", views.AccountStatement.as_view(), name="account"),
    path("runs/<uuid:run>/", views.Run.as_view(), name="run"),
    path("runs/<uuid:run>/receipt/", views.Receipt.as_view(), name="receipt"),
    path("entries/<int:entry>/reverse/", views.Reverse.as_view(), name="reverse"),
    path("entries/<int:entry>/ask-reversal/", views.ReverseOwn.as_view(), name="reverse_own"),
]

from django.urls import path

from apps.loans import application_views, servicing_views, views

app_name = "loans"
urlpatterns = [
    path("", views.Loans.as_view(), name="list"),
    path("overdue/", views.Overdue.as_view(), name="overdue"),
    path("portfolio/", views.Portfolio.as_view(), name="portfolio"),
    path("<int:loan>/", views.OneLoan.as_view(), name="loan"),
    path("<int:loan>/charges/", views.Charges.as_view(), name="charges"),
    path("<int:loan>/contract/", views.Contract.as_view(), name="contract"),
    path("<int:loan>/schedule/", views.Schedule.as_view(), name="schedule"),
    path("applications/", application_views.Applications.as_view(), name="applications"),
    path(
        "applications/<int:application>/",
        application_views.OneApplication.as_view(),
        name="application",
    ),
    # Which customer, application or loan it is stands behind these addresses, as ?loan=.
    path("applications/new/", application_views.Apply.as_view(), name="apply"),
    path("applications/approve/", application_views.Approve.as_view(), name="approve"),
    path("applications/decline/", application_views.Decline.as_view(), name="decline"),
    path("applications/withdraw/", application_views.Withdraw.as_view(), name="withdraw"),
    path("applications/disburse/", application_views.Disburse.as_view(), name="disburse"),
    path("repay/", servicing_views.Repay.as_view(), name="repay"),
    path("prepay/", servicing_views.Prepay.as_view(), name="prepay"),
    path("pay-off/", servicing_views.PayOff.as_view(), name="pay_off"),
    path("waive/", servicing_views.Waive.as_view(), name="waive"),
    path("payments/<int:payment>/reverse/", servicing_views.Reverse.as_view(), name="reverse"),
]

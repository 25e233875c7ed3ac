from django.urls import path

from apps.cash import till_views, views

app_name = "cash"
urlpatterns = [
    path("", views.Workspace.as_view(), name="workspace"),
    path("find/", views.Find.as_view(), name="find"),
    path("tills/", views.Tills.as_view(), name="tills"),
    path("tills/<int:till>/open/", views.OpenTill.as_view(), name="open"),
    path("sessions/<int:session>/", views.OneSession.as_view(), name="session"),
    path("sessions/<int:session>/close/", views.CloseTill.as_view(), name="close"),
    path("branch/", till_views.BranchTills.as_view(), name="branch"),
    path("branch/new/", till_views.NewTill.as_view(), name="create"),
    path("tills/<int:till>/supply/", till_views.Supply.as_view(), name="supply"),
    path("tills/<int:till>/move/", till_views.Move.as_view(), name="move"),
    path(
        "sessions/<int:session>/close-for-teller/",
        till_views.CloseForTeller.as_view(),
        name="close_for_teller",
    ),
    path("deposit/", views.PayIn.as_view(), name="deposit"),
    path("withdrawal/", views.PayOut.as_view(), name="withdraw"),
]

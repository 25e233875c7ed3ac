from django.urls import path

from apps.cash import views

app_name = "cash"
urlpatterns = [
    path("", views.Workspace.as_view(), name="workspace"),
    path("find/", views.Find.as_view(), name="find"),
    path("tills/", views.Tills.as_view(), name="tills"),
    path("tills/<int:till>/open/", views.OpenTill.as_view(), name="open"),
    path("sessions/<int:session>/", views.OneSession.as_view(), name="session"),
    path("sessions/<int:session>/close/", views.CloseTill.as_view(), name="close"),
    path("deposit/", views.PayIn.as_view(), name="deposit"),
    path("withdrawal/", views.PayOut.as_view(), name="withdraw"),
]

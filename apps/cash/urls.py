from django.urls import path

from apps.cash import views

app_name = "cash"
urlpatterns = [
    path("", views.Workspace.as_view(), name="workspace"),
]

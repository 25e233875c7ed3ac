from django.urls import path

from apps.control import views

app_name = "control"
urlpatterns = [
    path("approvals/", views.Inbox.as_view(), name="approvals"),
    path("approvals/<int:approval>/", views.Inbox.as_view(), name="approval"),
    path("journal/", views.Journal.as_view(), name="journal"),
]

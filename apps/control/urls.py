from django.urls import path

from apps.control import views

app_name = "control"
urlpatterns = [
    path("approvals/", views.Inbox.as_view(), name="approvals"),
    path("approvals/<int:approval>/", views.OneRequest.as_view(), name="approval"),
    path("requests/", views.MyRequests.as_view(), name="requests"),
    path("journal/", views.Journal.as_view(), name="journal"),
]

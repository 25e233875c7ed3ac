"""Django admin as an app: with the site of the house, and without what other apps register."""

from django.contrib.admin.apps import SimpleAdminConfig


class AdminConfig(SimpleAdminConfig):
    """The rooms called `admin` are found as all others are, by `bank.apps`."""

    default_site = "apps.control.adminsite.site.Administration"

"""Users, where a step of the close goes through them."""

from apps.control.columns import Subject

USER = Subject("SELECT id, full_name, NULL, NULL FROM access_user")

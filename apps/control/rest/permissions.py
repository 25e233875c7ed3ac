"""What a view allows that says nothing else: apart, as DRF reads it before there is any view."""

from typing import Any

from rest_framework.permissions import BasePermission


class Nobody(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return False

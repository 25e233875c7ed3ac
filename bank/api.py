"""Every address of the API, one explicit line each, with what can be done there by which method."""

from typing import Any

from django.urls import path, re_path, register_converter
from django.urls.converters import IntConverter
from django.urls.resolvers import URLPattern

from apps.access import api as access
from apps.control.rest.endpoints import Endpoint
from apps.control.rest.views import Address, Nowhere
from apps.customers import api as customers


class Id(IntConverter):
    """The id of a row: what bigint holds, and never zero."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        found = int(value)
        if found > 2**63 - 1:
            raise ValueError("no row has this id")
        return found


register_converter(Id, "id")


def at(route: str, **endpoints: Endpoint) -> URLPattern:
    """An address, and its endpoints by method: `get=`, `post=`, `put=`."""
    by_method = {method.upper(): endpoint for method, endpoint in endpoints.items()}
    return path(route, Address.as_view(endpoints=by_method))


urlpatterns: list[Any] = [
    at("me", get=access.myself),
    at("users", post=access.ADD_USER),
    at("users/<id:user>/close", post=access.CLOSE_USER),
    at("users/<id:user>/second-factor/reset", post=access.RESET_SECOND_FACTOR),
    at("users/<id:user>/roles", post=access.GRANT_ROLE),
    at("users/<id:user>/keys", post=access.ISSUE_KEY),
    at("roles", post=access.DEFINE_ROLE),
    at("holdings/<id:holding>/revoke", post=access.REVOKE_ROLE),
    at("keys", get=access.keys),
    at("keys/<id:key>/revoke", post=access.REVOKE_KEY),
    at("customers", post=customers.REGISTER_PERSON),
    at("customers/search", post=customers.search),
    at("customers/<id:customer>", get=customers.customer),
    re_path("", Nowhere.as_view()),
]

import pytest

from tests.factories import Bank
from tests.hr.office import Office, open_office


@pytest.fixture
def office(bank: Bank) -> Office:
    """The staff and payroll departments of the installed bank."""
    return open_office(bank)

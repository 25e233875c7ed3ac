"""Places of the cash desk."""

from apps.kernel.menu import MenuItem, place
from apps.kernel.text import Text

place(
    MenuItem(
        url="cash:workspace",
        label=Text(uk="Робоче місце", en="Workspace"),
        icon="house",
        permission="cash.operate_till",
        order=10,
        shortcut="KeyW",
    )
)

"""What the deposits' screens and resources ask of those who only look."""

from apps.control.declarations import READING
from apps.kernel.text import Text

READING.add("accounts.view", Text(uk="Переглядати рахунки", en="Look at accounts"))

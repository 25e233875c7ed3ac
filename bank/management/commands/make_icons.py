"""Cut the sprite of icons from lucide's for the names that templates and menus use."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.kernel.menu import ACTIONS, MENU

_USED = re.compile(r"{%\s*icon\s+[\"']([a-z0-9-]+)[\"']\s*%}")
_SVG = "http://www.w3.org/2000/svg"


class Command(BaseCommand):
    help = "Write static/img/icons.svg; with --check, fail where it is not current."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        sprite = _sprite(_names())
        file = Path(settings.BASE_DIR) / "static" / "img" / "icons.svg"
        if options["check"]:
            if not file.exists() or file.read_text(encoding="utf-8") != sprite:
                raise SystemExit("static/img/icons.svg is not current: run manage.py make_icons")
            return
        file.write_text(sprite, encoding="utf-8")


def _names() -> list[str]:
    folder = Path(settings.BASE_DIR) / "templates"
    used = {item.icon for item in (*MENU, *ACTIONS)}
    for template in folder.rglob("*.html"):
        used |= set(_USED.findall(template.read_text(encoding="utf-8")))
    for module in (Path(settings.BASE_DIR) / "apps").rglob("*.py"):
        used |= set(re.findall(r'"icon": "([a-z0-9-]+)"', module.read_text(encoding="utf-8")))
    return sorted(used)


def _sprite(names: list[str]) -> str:
    # A development requirement: the sprite itself is kept with the source.
    from lucide import _load_icon

    ET.register_namespace("", _SVG)
    lines = [f'<svg xmlns="{_SVG}">']
    for name in names:
        icon = _load_icon(name)
        inner = "".join(
            ET.tostring(child, encoding="unicode").replace(f' xmlns="{_SVG}"', "").strip()
            for child in icon
        )
        lines.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    lines.append("</svg>")
    return "\n".join(lines) + "\n"

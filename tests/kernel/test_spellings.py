"""What is looked for is found in either alphabet, and with the wrong keyboard layout on."""

import pytest

from apps.kernel.search import from_latin, spellings


@pytest.mark.parametrize(
    ("latin", "name"),
    [
        ("Shevchenko Oksana", "шевченко оксана"),
        ("Hryhorenko", "григоренко"),
        ("Yevhen", "євген"),
        ("Mykhailo", "михайло"),
        ("Zelenskyi", "зеленський"),
        ("Levytska", "левицька"),
        ("Trotskyi", "троцький"),
        ("Shcherbak", "щербак"),
        ("Yizhakevych", "їжакевич"),
        ("Tsymbaliuk", "цимбалюк"),
        ("Zghurskyi", "згурський"),
        ("Andrii", "андрій"),
        ("Mariia", "марія"),
    ],
)
def test_a_name_in_latin_letters(latin: str, name: str) -> None:
    assert from_latin(latin) == name


def test_typed_as_it_is_then_in_the_other_layout_then_out_of_latin() -> None:
    assert spellings("itdxtyrj") == ["itdxtyrj", "шевченко", "ітдxтирj"]
    assert spellings("Шевченко") == ["Шевченко", "Itdxtyrj"]
    assert spellings("2620") == ["2620"]

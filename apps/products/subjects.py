"""What proofs of products' totals are about."""

from apps.control.columns import Column, Subject
from apps.kernel.text import Text

PRODUCT = Subject("SELECT id, {name}, NULL, NULL FROM products_product")

OF_PRODUCT = Column(name=Text(uk="Продукт", en="Product"), of=PRODUCT)

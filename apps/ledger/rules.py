"""Rules of the book that need no database."""

from apps.kernel.registry import Registry

# Kinds of entries that `ledger.reverse_entry` may undo, each declared by the app that books it.
# What has a document of its own (a capitalisation, a schedule) is undone by its own operation.
REVERSIBLE: Registry[str] = Registry("reversible kind of entry")


def reversible(*kinds: str) -> None:
    """Declare kinds of entries whose legs are all there is to them."""
    for kind in kinds:
        REVERSIBLE.add(kind, kind)

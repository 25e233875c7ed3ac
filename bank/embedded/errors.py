"""What the embedded servers refuse, in sentences that say what to do."""


class EmbeddedError(Exception):
    """A server could not be made, started or stopped; the text is meant for a person."""


class NotInitialised(EmbeddedError):
    """There has never been a bank here, and only the explicit init command makes one."""


class DataMissing(EmbeddedError):
    """A bank was here and its folder is gone, empty, or holds another bank."""


class ForeignFolder(EmbeddedError):
    """The folder holds something that Skarb did not make."""


class WrongVersion(EmbeddedError):
    """The files were written by another major version of PostgreSQL."""


class NotEnoughSpace(EmbeddedError):
    """The disk is too full for a database to recover if it stops."""

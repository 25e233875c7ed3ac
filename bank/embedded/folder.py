"""A bank's data folder: whose it is, and the note kept elsewhere that it must exist.

    <data>/skarb.lock        held while the folder is made or judged; shows that it is ours
    <data>/postgres/         the cluster; its file skarb.json says what kind
    <data>/postgres.new/     a cluster whose making was cut short
    <data>/valkey/           the broker's append-only file
    <checkout>/.skarb/       bank-*.json: which cluster lies in which folder

A disk that is not mounted looks like an empty folder. Without the note the next start would see
no bank at all, and the next init would make an empty one in its place.
"""

import json
import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bank.embedded import locks, places
from bank.embedded.accounts import OsAccount
from bank.embedded.errors import (
    DataMissing,
    EmbeddedError,
    ForeignFolder,
    NotEnoughSpace,
    NotInitialised,
)

FREE_BYTES_MIN = 1 << 30

_MARKER = "skarb.json"
_NOTES = "bank-*.json"
# What an empty file system or a foreign lock leaves in a folder that is empty all the same.
_NEUTRAL = {"lost+found"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolder:
    """Facts and rules about one data folder; a throw-away one has no note and may be remade."""

    path: Path
    throwaway: bool = False

    @property
    def cluster(self) -> Path:
        return self.path / "postgres"

    @property
    def unfinished(self) -> Path:
        return self.path / "postgres.new"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def supervised_lock(self) -> Path:
        """Held, shared, by whoever supervises a server of this folder."""
        return self.path / "supervised.lock"

    @property
    def note(self) -> Path:
        return places.state_dir() / f"bank-{places.short_hash(self.path)}.json"

    def locked(self) -> AbstractContextManager[None]:
        return locks.locked(self._lock)

    @property
    def _lock(self) -> Path:
        return self.path / "skarb.lock"

    # --- Whose it is ----------------------------------------------------------------------------

    def has_cluster(self) -> bool:
        """Whether a finished cluster is here. Raises ForeignFolder where one may not look."""
        try:
            return (self.cluster / _MARKER).exists()
        except PermissionError:
            raise ForeignFolder(
                f"{self.path} belongs to another user. Run as that user, or name a folder of your "
                "own by SKARB_DATA."
            ) from None

    def is_ours(self) -> bool:
        return self._lock.exists() or self.has_cluster()

    def is_empty(self) -> bool:
        try:
            return not ({entry.name for entry in self.path.iterdir()} - _NEUTRAL)
        except FileNotFoundError:
            return True

    def claim(self, *, account: OsAccount) -> None:
        """Make the folder, or take an empty one. Raises ForeignFolder on any other."""
        if not self.is_empty() and not self.is_ours():
            raise ForeignFolder(
                f"{self.path} is not empty, and Skarb did not make it. "
                "Name another folder by SKARB_DATA; nothing was changed in this one."
            )
        # The servers' user passes through a folder of root's and owns only what lies in it.
        self.path.mkdir(mode=0o700 if account.is_current else 0o711, parents=True, exist_ok=True)
        if not account.can_enter(self.path):
            raise EmbeddedError(
                f"The servers run as user {account.name}, who cannot reach {self.path}. Name by "
                "SKARB_DATA a folder that others may pass through, for example in /var/lib."
            )

    def mark(self, *, account: OsAccount, cluster: Path) -> None:
        """Say inside a cluster, before it gets its final name, that it is complete and ours."""
        account.write(path=cluster / _MARKER, text=json.dumps({"throwaway": self.throwaway}) + "\n")

    def refuse_other_kind(self) -> None:
        """Raises EmbeddedError where a bank would be run as a throw-away cluster."""
        if self.throwaway and not self.holds_throwaway():
            raise EmbeddedError(
                f"{self.path} holds a bank; without fsync a power cut would destroy it. "
                "Only a cluster that was made without fsync runs without."
            )

    def holds_throwaway(self) -> bool:
        return bool(_read_json(self.cluster / _MARKER).get("throwaway"))

    def refuse_bank(self) -> None:
        """Raises ForeignFolder unless this is a throw-away folder of ours."""
        if not self.is_ours() or (self.cluster.exists() and not self.holds_throwaway()):
            raise ForeignFolder(f"{self.path} is no throw-away folder of Skarb's: not removed.")

    def remove(self) -> None:
        """Remove a throw-away folder. Raises ForeignFolder on any other."""
        self.refuse_bank()
        shutil.rmtree(self.path)

    # --- The note that a bank is here -----------------------------------------------------------

    def remember(self, *, cluster_id: str) -> None:
        """Note in the checkout's own folder which cluster lies here."""
        if self.throwaway:
            return
        try:
            self.note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.note.with_suffix(f".{os.getpid()}")
            part.write_text(
                json.dumps({"data": str(self.path), "cluster": cluster_id}, indent=2) + "\n",
                encoding="utf-8",
            )
            part.replace(self.note)
        except OSError as error:
            raise EmbeddedError(
                f"{self.note} cannot be written ({error.strerror}). It guards against taking a "
                "lost disk for an empty bank; name a folder for it by SKARB_STATE."
            ) from error

    def remembered(self) -> str | None:
        """The identifier of the cluster that must be here, or None if there never was one."""
        if self.throwaway or not self.note.exists():
            return None
        cluster_id = _read_json(self.note).get("cluster")
        return str(cluster_id) if cluster_id else "unknown"

    def refuse_missing(self) -> None:
        """Raises DataMissing if a bank must be here; to be called when there is none."""
        cluster_id = self.remembered()
        if cluster_id is not None:
            raise DataMissing(
                f"The bank in {self.path} (cluster {cluster_id}) is gone: the folder is missing "
                "or empty. Is its disk mounted? Bring it back or restore a backup there. "
                f"To begin another, empty bank in its place, give --new; {self.note} says what "
                "was here."
            )

    def refuse_other(self, *, cluster_id: str) -> None:
        """Raises DataMissing if another cluster must be here."""
        expected = self.remembered()
        if expected is not None and expected != cluster_id:
            raise DataMissing(
                f"{self.path} holds cluster {cluster_id}, but this checkout's bank is cluster "
                f"{expected}. Bring that one back, or accept this one by: "
                "python -m bank.embedded init --new"
            )

    def never_initialised(self) -> NotInitialised:
        """The refusal to start where nothing was ever made, with what is known of elsewhere."""
        others = [str(_read_json(note).get("data")) for note in places.state_dir().glob(_NOTES)]
        known = f" This checkout knows a bank in {', '.join(sorted(others))}." if others else ""
        return NotInitialised(
            f"There is no bank in {self.path} yet.{known} To make one: python -m bank.embedded init"
        )

    def require_space(self) -> None:
        """Raises NotEnoughSpace: a database on a full disk stops and cannot even recover."""
        existing = self.path
        while not existing.exists():
            existing = existing.parent
        free = shutil.disk_usage(existing).free
        if free < FREE_BYTES_MIN:
            raise NotEnoughSpace(
                f"Only {free >> 20} MiB are free where {self.path} lies; PostgreSQL needs "
                f"{FREE_BYTES_MIN >> 20} MiB to be safe. Make room and try again."
            )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

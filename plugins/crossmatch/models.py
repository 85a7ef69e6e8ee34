"""Lists that users match on the page: what they gave, how far it is, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zlib import compress, decompress

from django.conf import settings
from django.db import models
from django.utils import timezone

from tom_alerce_like.plugins.crossmatch import csvfile
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile

KEEP_DAYS = 7
KEEP_JOBS = 20
#: Contents are in the database, where only our views, which look who asks, can reach them: no page needs them but one.
CONTENTS = ("content", "result")


class State(models.TextChoices):
    """Where a job stands."""

    NEW = "new", "to be started"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


def _oldest() -> datetime:
    return timezone.now() - timedelta(days=KEEP_DAYS)


class JobQuerySet(models.QuerySet["CrossmatchJob"]):
    """Jobs, without their contents where those are not asked for."""

    def of(self, user: Any) -> JobQuerySet:
        """Return the jobs of a user, the newest first: those of others, and old ones, do not exist for them."""
        return self.filter(owner=user.pk, created__gte=_oldest()).defer(*CONTENTS)

    def forget_old(self, user: Any) -> None:
        """Delete everybody's old jobs, and this user's oldest."""
        # whoever deletes rows loads them first, and their contents are large
        self.filter(created__lt=_oldest()).only("pk").delete()
        surplus = self.of(user).values_list("pk", flat=True)[KEEP_JOBS:]
        self.filter(pk__in=list(surplus)).only("pk").delete()


class CrossmatchJob(models.Model):
    """One list of one user; it is gone after `KEEP_DAYS`."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(help_text="the user's file, compressed")
    options = models.JSONField(default=dict, help_text="columns, catalogues, radius: as forms.OptionsForm gives them")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW, db_index=True)
    n_rows = models.PositiveIntegerField(default=0)
    n_bad = models.PositiveIntegerField(default=0, help_text="rows without a position")
    n_matches = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0, help_text="batches that were asked")
    total = models.PositiveIntegerField(default=0, help_text="batches in all")
    busy_until = models.DateTimeField(null=True, help_text="somebody works on a batch, or has died")
    attempts = models.PositiveIntegerField(default=0, help_text="how often the batch was begun")
    queued = models.DateTimeField(null=True, help_text="when a task worker was last told to go on")
    failed = models.JSONField(default=list, help_text="numbers of the catalogues that no more is asked of")
    faults = models.JSONField(default=list, help_text="what failed, in words: catalogues, or the job")
    problems = models.JSONField(default=list, help_text="rows without a position, in words: the first of them")
    summary = models.JSONField(default=dict, help_text="what the page shows of the matches: as summary.of gives it")
    result = models.BinaryField(null=True, help_text="the CSV file with the matches, compressed")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} {self.created:%Y-%m-%d %H:%M}"

    @classmethod
    def begin(cls, user: Any, file_name: str, content: bytes, n_rows: int) -> CrossmatchJob:
        """Store a user's file, and forget old jobs."""
        job = cls.objects.create(owner=user, file_name=file_name[:200], content=compress(content, 1), n_rows=n_rows)
        cls.objects.forget_old(user)
        return job

    def table(self) -> CsvFile:
        """Return the user's table."""
        content = decompress(self.content)
        return csvfile.read(lambda: BytesIO(content))

    def result_file(self) -> bytes:
        """Return the result as a CSV file."""
        return decompress(self.result or compress(b""))

    @property
    def percent(self) -> int:
        """How much of the work is done."""
        return 100 if self.state == State.DONE else 100 * self.done // (self.total + 1)

    @property
    def catalogues(self) -> Sequence[str]:
        """Names of the catalogues that were chosen."""
        return self.options.get("catalogues", [])


class CrossmatchPart(models.Model):
    """Matches of one batch, until the result is written."""

    job = models.ForeignKey(CrossmatchJob, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(help_text="number of the batch")
    catalogue = models.PositiveIntegerField(help_text="number of the catalogue")
    content = models.BinaryField(help_text="as `matches.Matches.packed` makes it")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="alerce_crossmatch_part_once")]

    def __str__(self) -> str:
        return f"batch {self.number} of job {self.job_id}"

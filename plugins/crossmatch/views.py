"""Pages: give a list, choose what to match it with, watch, and take the result. Jobs of others do not exist."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.views.generic import FormView, View

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch import jobs, near, summary, tasks
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile
from tom_alerce_like.plugins.crossmatch.forms import MAX_FILE_MB, MAX_ROWS, OptionsForm, UploadForm
from tom_alerce_like.plugins.crossmatch.models import KEEP_DAYS, CrossmatchJob, State

PREVIEW_ROWS = 5
PREVIEW_CELL = 60


def job_of(request: HttpRequest, pk: int) -> CrossmatchJob:
    """Return a job of the user who asks; 404 for those of others."""
    return get_object_or_404(CrossmatchJob.objects.of(request.user), pk=pk)


class Index(LoginRequiredMixin, FormView):
    """The user's lists, and where a new one is given."""

    template_name = "tom_alerce_like/crossmatch/index.html"
    form_class = UploadForm

    def form_valid(self, form: UploadForm) -> HttpResponse:
        given = form.cleaned_data
        job = CrossmatchJob.begin(self.request.user, given["file"].name, given["content"], given["n_rows"])
        return redirect("tom_alerce_like_crossmatch:job", pk=job.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        limits = {"max_mb": MAX_FILE_MB, "max_rows": MAX_ROWS, "keep_days": KEEP_DAYS}
        return super().get_context_data(jobs=CrossmatchJob.objects.of(self.request.user), **limits, **kwargs)


class JobView(LoginRequiredMixin, FormView):
    """One list: its first rows and the options, the progress, or the result; POST starts it."""

    template_name = "tom_alerce_like/crossmatch/job.html"
    form_class = OptionsForm

    @cached_property
    def job(self) -> CrossmatchJob:
        return job_of(self.request, self.kwargs["pk"])

    @cached_property
    def table(self) -> CsvFile:
        return self.job.table()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"header": self.table.header}

    def get_initial(self) -> dict[str, Any]:
        return self.job.options

    def form_valid(self, form: OptionsForm) -> HttpResponse:
        try:
            jobs.start(self.job, form.cleaned_data)
        except InputError as error:
            form.add_error(None, f"{error}.")
            return self.form_invalid(form)
        if tasks.in_background():
            tasks.enqueue(self.job.pk)
        return redirect("tom_alerce_like_crossmatch:job", pk=self.job.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        preview = [[cell[:PREVIEW_CELL] for cell in row.cells] for row in islice(self.table.rows(), PREVIEW_ROWS)]
        made = {"header": self.table.header, "preview": preview, "background": tasks.in_background()}
        if self.job.state == State.DONE:
            made |= {"figure": summary.draw(self.job.summary), "first": _with_targets(self.job, self.request.user)}
        return super().get_context_data(job=self.job, **made, **kwargs)


# a batch is kept as soon as it is answered, so the request must not be one transaction
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class Advance(LoginRequiredMixin, View):
    """Says how far a job is. Without a task worker it also asks the next batch: the page that waits is the worker."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = job_of(request, pk)
        background = tasks.in_background()
        if background:
            tasks.revive(job.pk)
        else:
            jobs.advance(job.pk)
        job = job_of(request, pk)
        if "HX-Request" not in request.headers:
            return redirect("tom_alerce_like_crossmatch:job", pk=pk)
        answer = render(request, "tom_alerce_like/crossmatch/progress.html", {"job": job, "background": background})
        if job.state != State.RUNNING:
            answer["HX-Refresh"] = "true"
        return answer


class Download(LoginRequiredMixin, View):
    """The result as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = job_of(request, pk)
        if job.result is None:
            raise Http404("there is no result yet")
        name = f"{PurePath(job.file_name).stem}_xmatch.csv"
        answer = HttpResponse(job.result_file(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        answer["Cache-Control"] = "private, no-store"
        return answer


class Delete(LoginRequiredMixin, View):
    """Delete a list with its result."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = job_of(request, pk)
        messages.success(request, f"Deleted {job.file_name}.")
        job.delete()
        return redirect("tom_alerce_like_crossmatch:index")


def _with_targets(job: CrossmatchJob, user: Any) -> list[dict[str, Any]]:
    """Return the first matches, each with the targets of this TOM around its place."""
    first = job.summary["first"]
    ra_deg, dec_deg = ([match[name] for match in first] for name in ("ra_deg", "dec_deg"))
    there = near.targets(user, ra_deg, dec_deg, job.options["radius_arcsec"])
    return [match | {"targets": targets} for match, targets in zip(first, there, strict=True)]

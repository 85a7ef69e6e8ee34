"""Pages: preview and send one report or many, and the list of what was reported. Only a POST sends."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.generic import FormView, ListView, View
from tom_targets.models import Target

from tom_alerce_like import http, permissions
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.models import Candidate
from tom_alerce_like.permissions import changeable, changeable_or_403
from tom_alerce_like.plugins.tns import describe, ledger, rules, tasks
from tom_alerce_like.plugins.tns import report as at_report
from tom_alerce_like.plugins.tns.account import account
from tom_alerce_like.plugins.tns.client import MAX_REPORTS, Client
from tom_alerce_like.plugins.tns.forms import BulkForm, ReportForm
from tom_alerce_like.plugins.tns.models import Report, State
from tom_alerce_like.plugins.tns.report import AtReport

#: A person waits for at most this long for each of the calls.
TIMEOUT_S = 10.0
#: Each report is looked for at TNS first: a person waits for these, and `alerce_tns` sends the others.
SENT_AT_ONCE = 10
CHANGED = "The data changed since you looked: check the report and send it again."
OFF = "Reports are off: this TOM has no TNS credentials."


class ReportList(LoginRequiredMixin, ListView):
    """What was reported, newest first."""

    template_name = "tom_alerce_like/tns/list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Report]:
        rows = permissions.visible(self.request.user, Report.objects.select_related("target"))
        # the report of a deleted target has lost the permissions that guarded it
        return rows if self.request.user.is_superuser else rows.exclude(target=None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(account=account(), background=tasks.in_background(), **kwargs)


# the ledger commits before it calls TNS, so the request must not be one transaction
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class ReportOne(LoginRequiredMixin, FormView):
    """Shows the report of a target, and sends it."""

    template_name = "tom_alerce_like/tns/report.html"
    form_class = ReportForm

    @cached_property
    def target(self) -> Target:
        return changeable_or_403(self.request.user, self.kwargs["pk"])

    @cached_property
    def draft(self) -> AtReport:
        here = account()
        return at_report.build([self.target], at_report.reporter(self.request.user, here), here)[self.target.pk]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"account": account()}

    def get_initial(self) -> dict[str, Any]:
        return {name: self.draft[name] for name in at_report.EDITABLE}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(account=account(), entry=_entry(self.target, self.draft), **kwargs)

    def form_valid(self, form: ReportForm) -> HttpResponse:
        edited = self.draft | {name: form.cleaned_data[name] for name in at_report.EDITABLE}
        try:
            row = _queue(self.request.user, self.target, edited, form.cleaned_data["digest"])
        except InputError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        _send(self.request, [row])
        return redirect("tom_alerce_like_tns:list")


class Bulk(LoginRequiredMixin, View):
    """Shows the reports of several targets."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("tom_alerce_like_tns:list")

    def post(self, request: HttpRequest) -> HttpResponse:
        here = account()
        form = BulkForm(initial={"reporter": at_report.reporter(request.user, here)}, account=here)
        return self.answer(request, form)

    def answer(self, request: HttpRequest, form: BulkForm) -> HttpResponse:
        targets = _chosen(request)
        if not 1 <= len(targets) <= MAX_REPORTS:
            messages.error(request, f"Choose 1 to {MAX_REPORTS} targets that you may change.")
            return redirect("tom_alerce_like_tns:list")
        here = account()
        reports = at_report.build(targets, at_report.reporter(request.user, here), here)
        entries = [_entry(target, reports[target.pk]) for target in targets]
        return render(request, "tom_alerce_like/tns/bulk.html", {"entries": entries, "form": form, "account": here})


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class BulkSend(Bulk):
    """Sends the chosen reports in one submission."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form, targets = BulkForm(request.POST, account=account()), _chosen(request)
        if not form.is_valid() or not 1 <= len(targets) <= MAX_REPORTS:
            return self.answer(request, form)
        reports = at_report.build(targets, form.cleaned_data["reporter"], account())
        rows = []
        for target in targets:
            try:
                seen = request.POST.get(f"digest_{target.pk}", "")
                rows.append(_queue(request.user, target, reports[target.pk], seen))
            except InputError as error:
                messages.error(request, f"{target.name} not reported: {error}")
        _send(request, rows)
        return redirect("tom_alerce_like_tns:list")


def _chosen(request: HttpRequest) -> list[Target]:
    keys = {int(key) for key in request.POST.getlist("target") if key.isdecimal() and len(key) < 19}
    return list(changeable(request.user, Target.objects.filter(pk__in=keys)).order_by("pk"))


def _entry(target: Target, report: AtReport) -> dict[str, Any]:
    wrong = rules.problems(report)
    return {
        "target": target,
        "report": report,
        "summary": describe.summary(report),
        "photometry": describe.photometry(report),
        "problems": wrong or list(filter(None, [ledger.conflict(target.pk, report, account())])),
        "oddities": [*rules.oddities(report), *_doubts(target, report)],
        "digest": at_report.digest(report),
        "json": json.dumps(report, indent=2),
    }


def _doubts(target: Target, report: AtReport) -> list[str]:
    """Return what this TOM knows of the target that does not fit the report."""
    candidate = Candidate.objects.filter(pk=target.pk).first()
    if candidate is None:
        return []
    missed = rules.missed_discovery(report, candidate.first_mjd)
    return list(filter(None, [missed, rules.doubtful_class(report, candidate.class_name)]))


def _queue(user: Any, target: Target, report: AtReport, seen: str) -> Report:
    here = account()
    if not here.configured:
        raise InputError(OFF)
    if at_report.digest(report) != seen:
        raise InputError(CHANGED)
    return ledger.queue(target, report, user, here)


def _send(request: HttpRequest, rows: Iterable[Report]) -> None:
    rows = list(rows)
    ledger.send(Client(account(), timeout_s=TIMEOUT_S, asking=http.session(retries=0)), rows[:SENT_AT_ONCE])
    for row in Report.objects.filter(pk__in=[row.pk for row in rows]):
        level = messages.SUCCESS if row.state in (State.SENT, State.KNOWN) else messages.WARNING
        text = f"{row.internal_name} to {account().label}: {row.get_state_display()}. {row.why}"
        messages.add_message(request, level, text)
    if rows and tasks.in_background():
        tasks.settle.enqueue()

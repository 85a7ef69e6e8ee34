"""`visible` says row by row what the toolkit says for a list."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from guardian.shortcuts import assign_perm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tom_targets.models import Target
from tom_targets.permissions import targets_for_user

from tom_alerce_like.exceptions import NotAuthorised
from tom_alerce_like.models import Candidate
from tom_alerce_like.permissions import require_change, visible

LEVELS = st.sampled_from(["PRIVATE", "PUBLIC", "OPEN"])
GRANTS = st.sampled_from(["", "user", "group", "both", "other"])


def candidate(number: int, level: str = "PRIVATE") -> Candidate:
    target = Target.objects.create(name=f"ZTF26sim{number:04d}", type="SIDEREAL", ra=1, dec=2, permissions=level)
    return Candidate.objects.create(target=target, survey="ZTF", object_id=target.name, ra_deg=1, dec_deg=2)


class VisibleLaw(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        cases=st.lists(st.tuples(LEVELS, GRANTS), max_size=8),
        who=st.sampled_from(["user", "anonymous", "global", "root"]),
    )
    def test_the_same_targets_as_the_toolkit(self, cases, who):
        user = User.objects.create_user("u")
        group, other = Group.objects.create(name="g"), Group.objects.create(name="other")
        user.groups.add(group)
        for number, (level, grant) in enumerate(cases):
            target = candidate(number, level).target
            if grant in ("user", "both"):
                assign_perm("tom_targets.view_target", user, target)
            if grant in ("group", "both"):
                assign_perm("tom_targets.view_target", group, target)
            if grant == "other":
                assign_perm("tom_targets.view_target", other, target)
                assign_perm("tom_targets.change_target", user, target)
        if who == "global":
            user.user_permissions.add(
                Permission.objects.get(codename="view_target", content_type__app_label="tom_targets")
            )
        if who == "root":
            User.objects.filter(pk=user.pk).update(is_superuser=True)
        asking = AnonymousUser() if who == "anonymous" else User.objects.get(pk=user.pk)
        expected = set(targets_for_user(asking, Target.objects.all(), "view_target").values_list("pk", flat=True))
        assert set(visible(asking, Candidate.objects.all()).values_list("pk", flat=True)) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("level", ["PRIVATE", "PUBLIC", "OPEN"])
def test_only_those_who_were_given_leave_may_change(level):
    target = candidate(1, level).target
    stranger = User.objects.create_user("stranger")
    for user in (None, AnonymousUser(), stranger):
        with pytest.raises(NotAuthorised):
            require_change(user, target)
    assign_perm("tom_targets.change_target", stranger, target)
    require_change(User.objects.get(pk=stranger.pk), target)


@pytest.mark.django_db
def test_inactive_users_may_not_change():
    target = candidate(1).target
    retired = User.objects.create_superuser("retired", is_active=False)
    with pytest.raises(NotAuthorised):
        require_change(retired, target)

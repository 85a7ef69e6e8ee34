"""Whatever comes, in whatever order and pieces, the database ends the same."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tom_targets.models import Target

from tests.core.skies import BROKER, alert, batch, contents, judgement, limit, point, rows
from tom_alerce_like.ingest import ingest

#: The last two are one place of the sky.
PLACES = {"ZTF26a": (150.0, 2.0), "ZTF26b": (0.00001, -60.0), "ZTF26c": (40.0, 89.9999), "17000": (40.05, 89.9999)}
ALIASES = {"ZTF26a": ["AT 2026a"], "17000": ["AT 2026c"]}


def exposure(epoch: int) -> dict:
    """What the survey saw at an epoch, the same whoever tells."""
    mjd = 61000.0 + epoch / 24
    if epoch % 3 == 0:
        return limit(mjd, 20.0 + epoch / 10)
    return point(mjd, 18.0 + epoch / 10, band="gr"[epoch % 2], is_forced=epoch % 5 == 0)


@st.composite
def messages(draw):
    """An alert with some of its object's history, and what a classifier said of it."""
    name = draw(st.sampled_from(sorted(PLACES)))
    epoch = draw(st.integers(0, 8)) * 3 + 1
    history = draw(st.lists(st.integers(0, epoch), max_size=6))
    ra, dec = PLACES[name]
    row = alert(name, 61000.0 + epoch / 24, mag=18.0 + epoch / 10, band="gr"[epoch % 2], ra_deg=ra, dec_deg=dec)
    row |= {"survey": "ZTF" if name.startswith("ZTF") else "LSST", "lightcurve": [exposure(past) for past in history]}
    said = judgement(name, draw(st.sampled_from(["SN", "AGN"])), probability=epoch / 30, mjd=row["mjd"])
    return row, said


def bring(some) -> None:
    alerts, said = zip(*some, strict=True)
    assert ingest(batch(*alerts, judgements=said, aliases=ALIASES), source=BROKER).errors == 0


class Laws(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(some=st.lists(messages(), min_size=1, max_size=6), data=st.data())
    def test_order_pieces_and_repeats_do_not_matter(self, some, data):
        bring(some)
        wanted, before = contents(), rows()
        bring(data.draw(st.permutations(some)))
        assert rows() == before
        Target.objects.all().delete()
        assert not any(contents().values())
        shuffled = data.draw(st.permutations([*some, some[0]]))
        cut = data.draw(st.integers(0, len(shuffled)))
        for piece in filter(None, (shuffled[:cut], shuffled[cut:])):
            bring(piece)
        assert contents() == wanted

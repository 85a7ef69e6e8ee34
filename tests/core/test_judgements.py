"""What classifiers say, in common words, and where ours and others' differ; what candidates keep of it."""

import pytest

from tests.core.make import candidate
from tests.core.skies import BROKER, alert, batch, judgement
from tom_alerce_like import judgements, summary
from tom_alerce_like.brokers.alerce import classes as alerce
from tom_alerce_like.ingest import ingest
from tom_alerce_like.judgements import Judgement
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.taxonomy import judges_aspect, kind, names_the_class

#: Classes of ALeRCE that are nothing which a classifier of five classes could name.
WITHOUT_KIND = {"TDE", "Microlensing", "Transient", "Stochastic"}


MJD = 61000.0


def says(classifier="stamp", source="local", mjd=MJD, **classes):
    return Judgement(source, classifier, "1.0", mjd, sorted(classes.items(), key=lambda row: -row[1]))


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("SN", ["SN", "SNIa", "SLSN", "SESN", "Early SN Ia candidate"]),
        ("AGN", ["AGN", "QSO", "Blazar"]),
        ("VS", ["VS", "RRLab", "EB/EW", "Periodic-Other", "CV/Nova", "Periodic"]),
        ("asteroid", ["asteroid"]),
        ("bogus", ["bogus", "satellite"]),
        ("", ["TDE", "Kilonova", "other", "SNR", "", "star", "real"]),
    ],
)
def test_the_common_word_for_a_class(word, names):
    assert {name: kind(name) for name in names} == dict.fromkeys(names, word)


def test_every_class_of_alerce_has_a_word_or_is_known_to_have_none():
    assert {name for name in alerce.class_names() if not kind(name)} == WITHOUT_KIND


@pytest.mark.parametrize("name", ["real_bogus", "braai", "streak", "star_galaxy", "team_real_bogus", "anomaly_score"])
def test_aspects_are_no_classes(name):
    assert judges_aspect(name) and not names_the_class(name)


@pytest.mark.parametrize("name", ["stamp", "transient", "stamp_classifier", "lc_classifier", "snn_sn_vs_all"])
def test_names_of_classifiers_that_name_the_class(name):
    assert names_the_class(name) and not judges_aspect(name)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (says(SN=0.7, AGN=0.3), ("SN", 0.7)),
        (says(QSO=0.4, SNIa=0.35, SNII=0.25), ("SN", 0.6)),
        (says(bogus=0.3, satellite=0.3, SN=0.4), ("bogus", 0.6)),
        (says(SN=0.4, AGN=0.35, VS=0.25), None),
        (says(TDE=0.6, SNIa=0.4), None),
        (says("snn_sn_vs_all", "Fink", SN=0.1), None),
        (says("real_bogus", SN=0.9), None),
        (says("lc_classifier_top", "ALeRCE", SN=0.9), None),
    ],
)
def test_a_verdict_adds_up_what_has_one_word_and_needs_half(said, verdict):
    assert said.verdict == (verdict and (verdict[0], pytest.approx(verdict[1])))


def test_the_surest_of_ours_speaks_for_us():
    ours = [says("stamp", SN=0.7, AGN=0.3), says("transient", AGN=0.9), says("real_bogus", real=0.99)]
    assert judgements.our_surest([*ours, says(source="Fink", VS=1.0)]).verdict == ("AGN", 0.9)
    assert judgements.our_surest([says(SN=0.4, AGN=0.3)]) is None


def test_who_is_undecided_contradicts_nobody():
    broker = says(source="ALeRCE", AGN=0.9)
    assert not judgements.class_difference([says(VS=0.52, AGN=0.45), broker])
    assert judgements.class_difference([says(VS=0.7, AGN=0.25), broker])


def test_real_or_bogus_is_compared_where_it_was_learned():
    ours = [says("real_bogus", real=0.2)]
    assert judgements.real_difference(ours, "ZTF", 0.9, MJD)
    assert not judgements.real_difference(ours, "LSST", 0.9, MJD)


def test_scores_of_two_alerts_are_not_compared():
    ours = [says("real_bogus", real=0.2), says("stamp", VS=0.95), says("transient", mjd=MJD - 9, SN=0.99)]
    assert not judgements.real_difference(ours, "ZTF", 0.9, MJD + 1)
    assert judgements.our_surest(ours).verdict == ("VS", 0.95)


def test_others_contradict_where_their_word_is_another():
    agrees, unsure = says("lc_classifier", "ALeRCE", SNIa=0.9), says("snn_sn_vs_all", "Fink", SN=0.2)
    against = says("stamp_classifier", "ALeRCE", AGN=0.8, SN=0.2)
    said = [says(SN=0.91), says("transient", AGN=0.6), agrees, unsure, against]
    assert judgements.opponents(said) == [against]
    assert judgements.class_difference(said) == "we say SN 0.91, ALeRCE stamp_classifier says AGN 0.80"
    assert judgements.class_difference([agrees, against]) == ""
    assert judgements.class_difference([says(satellite=0.9), says("stamp_classifier", "ALeRCE", bogus=0.9)]) == ""


@pytest.mark.parametrize(
    ("ours", "theirs", "text"),
    [
        (0.97, 0.2, "we say real 0.97, ZTF says real 0.20"),
        (0.2, 0.5, "we say real 0.20, ZTF says real 0.50"),
        (0.5, 0.6, ""),
        (0.1, 0.4, ""),
        (0.97, None, ""),
        (None, 0.2, ""),
    ],
)
def test_real_and_bogus_are_the_two_sides_of_a_half(ours, theirs, text):
    said = [] if ours is None else [says("real_bogus", real=ours)]
    braai_is_the_surveys = says("braai", real=0.0)
    assert judgements.real_difference([braai_is_the_surveys, *said], "ZTF", theirs, MJD) == text


@pytest.mark.django_db
def test_the_newest_judgement_is_of_the_latest_alert_then_of_the_highest_version():
    target = candidate().target
    for version, mjd, class_name in [
        ("2.0", 61000.0, "old"),
        ("1.9", 61001.0, "nine"),
        ("1.10", 61001.0, "ten"),
        ("1.10", 61001.0, "also ten"),
        ("3.0", None, "undated"),
    ]:
        Classification.objects.create(
            target=target, source="b", classifier="c", version=version, mjd=mjd, class_name=class_name, probability=0.5
        )
    (said,) = judgements.newest([target.pk])[target.pk]
    assert (said.version, said.classes) == ("1.10", [("also ten", 0.5), ("ten", 0.5)])


def ours(classifier, class_name, probability):
    return judgement(classifier=classifier, class_name=class_name, probability=probability, source="local")


COLUMNS = (
    "class_name",
    "classifier",
    "own_class",
    "own_probability",
    "real_bogus",
    "survey_real_bogus",
    "disagreement",
)


@pytest.mark.django_db
def test_what_a_candidate_keeps():
    said = [
        judgement(classifier="stamp_classifier", class_name="AGN", probability=0.95),
        ours("stamp", "SN", 0.91),
        ours("stamp", "bogus", 0.09),
        ours("real_bogus", "real", 0.99),
        ours("star_galaxy", "galaxy", 0.999),
    ]
    ingest(batch(alert(real_bogus=0.1), judgements=said), source=BROKER)
    assert Candidate.objects.values_list(*COLUMNS).get() == (
        *("AGN", "stamp_classifier", "SN", 0.91, 0.99, 0.1),
        "we say SN 0.91, ALeRCE stamp_classifier says AGN 0.95; we say real 0.99, ZTF says real 0.10",
    )


@pytest.mark.django_db
def test_who_did_not_find_what_he_looks_for_names_no_class():
    said = [ours("kilonova", "KN", 0.01), ours("kilonova", "other", 0.99), ours("stamp", "SN", 0.6)]
    ingest(batch(alert(), judgements=said), source=BROKER)
    assert Candidate.objects.values_list("class_name", "own_class").get() == ("SN", "SN")


@pytest.mark.django_db
def test_without_modules_only_the_survey_has_a_score():
    ingest(batch(alert(real_bogus=0.1), judgements=[judgement()]), source=BROKER)
    assert Candidate.objects.values_list(*COLUMNS).get() == ("SN", "stamp", "", None, None, 0.1, "")


@pytest.mark.django_db
def test_an_agreement_takes_the_difference_away(django_assert_num_queries):
    ingest(batch(alert(), judgements=[ours("stamp", "SN", 0.91), judgement(class_name="AGN")]), source=BROKER)
    target = Candidate.objects.exclude(disagreement="").get().target_id
    Classification.objects.filter(class_name="AGN").update(class_name="SNIa")
    summary.refresh([target])
    row = Candidate.objects.get()
    assert row.disagreement == ""
    with django_assert_num_queries(4):
        summary.refresh([target])
    assert Candidate.objects.get().modified == row.modified


def test_what_our_modules_said_of_an_older_alert_no_longer_stands():
    old, new = says("stamp", SN=0.9), says("lightcurve", mjd=MJD + 9, VS=0.6, SN=0.4)
    theirs, aspect = says("lc_classifier", source="ALeRCE", SNIa=0.8), says("real_bogus", real=0.9)
    assert judgements.standing([old, new, theirs, aspect]) == [new, theirs, aspect]
    assert judgements.standing([old, theirs]) == [old, theirs]


@pytest.mark.parametrize("name", ["early_sn_ia", "kilonova", "microlensing", "supernova_type", "variable_star"])
def test_modules_that_look_for_one_class_or_presuppose_one_do_not_name_it(name):
    assert not names_the_class(name) and not judges_aspect(name)

"""`alerce_xmatch`: every line of the user's is kept, catalogues' columns stand beside, what is wrong is said."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

LIST = "name;RA_deg;DEC_deg;x\none;10.0;20.0001;=2\ntwo;0:00:00;0.0;\nbad;here;;1\nnone;100;5;'\npole;200;89.9999;\n"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


def run(given: Path, *options: str) -> list[dict[str, str]]:
    out = given.with_name("out.csv")
    call_command("alerce_xmatch", str(given), *options, "-o", str(out))
    with out.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_row_is_kept_with_its_matches(given, named, capsys):
    rows = run(given, "--catalogue", "stars", "--radius", "5")
    assert [*rows[0]] == [
        *("name", "RA_deg", "DEC_deg", "x", "separation_arcsec"),
        *("stars_star", "stars_ra", "stars_dec", "stars_mag"),
    ]
    assert [(row["name"], row["stars_star"]) for row in rows] == [
        ("one", "near"), ("one", "far"), ("two", "wrapped"), ("bad", ""), ("none", ""), ("pole", "pole")
    ]  # fmt: skip
    assert [row["x"] for row in rows] == ["=2", "=2", "", "1", "'", ""], "the user's own cells stay as they are"
    assert float(rows[0]["separation_arcsec"]) == pytest.approx(0.36, abs=1e-5)
    assert [row["stars_mag"] for row in rows] == ["15.5", "", "17.25", "", "", "18"]
    said = capsys.readouterr().err
    assert "list.csv: the position is in the columns RA_deg and DEC_deg" in said
    assert "stars: the position is in the columns ra and dec" in said
    assert "line 4: no position: kept without a match" in said
    assert said.strip().endswith("xmatch: rows=5 bad=1 lines=6 failed=0") and "1/1" in said


def test_nearest_and_matches_only(given, named):
    rows = run(given, "--catalogue", "stars", "--radius", "5", "--nearest", "--matches-only")
    assert [row["stars_star"] for row in rows] == ["near", "wrapped", "pole"]


def test_the_radius_is_one_and_a_half_arcsec_where_none_is_given(given, named):
    assert [row["stars_star"] for row in run(given, "--catalogue", "stars")][:2] == ["near", "wrapped"]


def test_columns_may_be_named(given, named):
    given.write_text("a,b,ra,dec\n10,20,1,1\n")
    call_command(
        "alerce_xmatch", str(given), catalogue=["stars"], ra="a", dec="B", output=str(given.with_name("o.csv"))
    )
    assert "near" in given.with_name("o.csv").read_text()


def test_two_catalogues_stand_side_by_side(given, named, cds):
    rows = run(given, "--catalogue", "stars", "--catalogue", "simbad", "--radius", "5")
    found = [(row["name"], row["stars_star"], row["simbad_main_id"]) for row in rows]
    assert found[:3] == [("one", "near", "near"), ("one", "far", "far"), ("two", "wrapped", "wrapped")]
    assert {"stars_separation_arcsec", "simbad_separation_arcsec"} <= rows[0].keys()
    assert cds.asked[0]["cat2"] == "simbad" and len(cds.asked) == 1


def test_a_service_that_fails_leaves_the_rest(given, named, cds, monkeypatch, capsys):
    from tom_alerce_like.plugins.crossmatch.cds import CdsCatalogue

    monkeypatch.setattr(CdsCatalogue, "batch_rows", 1)
    answer = cds.reply
    broken = [(400, b"<INFO ID='QUERY_STATUS' value='ERROR'>no table &lt;b&gt;</INFO>")]
    monkeypatch.setattr(cds, "reply", lambda asked: answer(asked) if len(cds.asked) < 2 else broken[0])
    with pytest.raises(CommandError, match="not every catalogue"):
        run(given, "--catalogue", "gaia_dr3", "--catalogue", "stars", "--radius", "5")
    text = given.with_name("out.csv").read_text()
    assert "gaia_dr3_main_id" in text and "wrapped" in text and text.count("pole") == 2
    assert "asked for 2 positions" in capsys.readouterr().err


def test_formulas_of_catalogues_are_disarmed(given, named):
    given.write_text("name;ra;dec\n=mine;200;-45.5\n")
    [row] = run(given, "--catalogue", "stars")
    assert (row["name"], row["stars_star"], row["stars_dec"]) == ("=mine", "'=1+1", "-45.5")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--catalogue", "gaia"], "there is no catalogue 'gaia'.*stars.*gaia_dr3"),
        (["--catalogue", "stars", "--radius", "-1"], "larger than 0"),
        (["--catalogue", "stars", "--radius", "nan"], "larger than 0"),
        (["--catalogue", "simbad", "--radius", "200"], "simbad takes radii up to 180"),
        (["--catalogue", "stars", "--catalogue", "stars"], "each of them once"),
        (["--catalogue", "stars", "--ra", "RA_deg"], "both --ra and --dec"),
        (["--catalogue", "stars", "--ra", "lon", "--dec", "DEC_deg"], "no column 'lon'"),
    ],
)
def test_wrong_options_are_told(given, named, options, why):
    with pytest.raises(CommandError, match=why):
        run(given, *options)
    assert not given.with_name("out.csv").exists()


def test_wrong_files_are_told(tmp_path, named):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nothing.csv", "--catalogue", "stars")
    lost = tmp_path / "lost.csv"
    lost.write_text("name,lon,lat\na,1,2\n")
    with pytest.raises(CommandError, match=r"which columns are the position.*name, lon, lat"):
        run(lost, "--catalogue", "stars")
    lost.write_text("host_ra,host_dec,sn_ra,sn_dec\n1,2,3,4\n")
    with pytest.raises(CommandError, match="host_ra and host_dec or sn_ra and sn_dec; give --ra and --dec"):
        run(lost, "--catalogue", "stars")


def test_a_wide_radius_is_matched_in_parts(given, named, monkeypatch):
    from tom_alerce_like.plugins.crossmatch import matches

    whole = run(given, "--catalogue", "stars", "--radius", "5")
    monkeypatch.setattr(matches, "MAX_PAIRS", 2)
    assert run(given, "--catalogue", "stars", "--radius", "5") == whole
    monkeypatch.setattr(matches, "MAX_PAIRS", 1)
    with pytest.raises(CommandError, match="not every catalogue"):
        run(given, "--catalogue", "stars", "--radius", "5")
    assert "far" not in given.with_name("out.csv").read_text(), "two sources at one place are one too many"


def test_cells_with_a_lone_carriage_return_stay_one_cell(given, named):
    given.write_bytes(b'name;ra;dec\n"a\rb";10;20\nc;200;5\n')
    assert [row["name"] for row in run(given, "--catalogue", "stars")] == ["a\rb", "c"]


def test_a_folder_may_hold_other_files(given, stars, settings: Any, tmp_path):
    import pandas as pd

    table = pd.read_parquet(stars)
    for kind in ("parquet", "csv"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "README.md").write_text("what this is")
        (tmp_path / kind / "A.txt").write_text("more of it")
    (tmp_path / "empty").mkdir()
    table.to_csv(tmp_path / "csv" / "stars.csv", index=False)
    table.to_parquet(tmp_path / "parquet" / "stars.parquet", index=False)
    paths = {kind: str(tmp_path / kind) for kind in ("csv", "parquet", "empty")}
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": paths}
    rows = run(given, "--catalogue", "csv", "--catalogue", "parquet", "--nearest")
    assert rows[0]["csv_star"] == rows[0]["parquet_star"] == "near"
    with pytest.raises(CommandError):
        run(given, "--catalogue", "empty")


def test_wrong_catalogues_are_told(given, tmp_path, settings: Any, capsys):
    other = tmp_path / "other.csv"
    other.write_text("lon,lat\n1,2\n")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and nothing more")
    late = tmp_path / "late.csv"
    late.write_text("ra,dec,mag\n" + "50,20,1\n" * 300_000 + "10,20,faint\n")
    paths = {"gone": tmp_path / "gone.parquet", "other": other, "broken": broken, "late": late}
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {name: str(path) for name, path in paths.items()}}
    for name, path in paths.items():
        with pytest.raises(CommandError, match="not every catalogue"):
            run(given, "--catalogue", name)
        assert len(given.with_name("out.csv").read_text().splitlines()) == len(LIST.splitlines())
        said = capsys.readouterr().err
        assert f"{name}: the catalogue {name}" in said and (str(path) in said or "no columns look like" in said)


def test_an_older_result_is_replaced_only_by_a_whole_one(given, named):
    out = given.with_name("out.csv")
    out.write_text("old")
    with pytest.raises(CommandError):
        run(given, "--catalogue", "unknown")
    assert out.read_text() == "old"
    run(given, "--catalogue", "stars")
    assert out.read_text() != "old" and sorted(path.name for path in given.parent.iterdir()) == [
        "list.csv", "out.csv", "stars.parquet"
    ]  # fmt: skip


def test_catalogues_may_be_csv_files_and_folders(given, stars, settings: Any, tmp_path):
    import pandas as pd

    (tmp_path / "folder").mkdir()
    table = pd.read_parquet(stars)
    table.iloc[:2].to_parquet(tmp_path / "folder" / "a.parquet")
    table.iloc[2:].to_parquet(tmp_path / "folder" / "b.parquet")
    table.to_csv(tmp_path / "stars.csv", index=False)
    table.to_csv(tmp_path / "stars.csv.gz", index=False)
    paths = {"folder": tmp_path / "folder", "text": tmp_path / "stars.csv", "packed": tmp_path / "stars.csv.gz"}
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {name: str(path) for name, path in paths.items()}}
    rows = run(given, "--catalogue", "folder", "--catalogue", "text", "--catalogue", "packed", "--radius", "5")
    for name in paths:
        assert [row[f"{name}_star"] for row in rows] == ["near", "far", "wrapped", "", "", "pole"]


def test_the_result_goes_to_standard_output(given, named, capsys):
    call_command("alerce_xmatch", str(given), catalogue=["stars"])
    said = capsys.readouterr()
    assert said.out.startswith("name;RA_deg;DEC_deg;x;separation_arcsec;stars_star") and "xmatch" in said.err

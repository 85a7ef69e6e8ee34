"""Hosts of fields in files, by the command."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.plugins.hosts import __main__ as command
from tom_alerce_like.plugins.hosts.simulate import sky

N = 3


@pytest.fixture(scope="module")
def made():
    return sky(N, 41, faint_share=0.0, coarse_share=0.0)


@pytest.fixture
def files(made, tmp_path):
    fields, catalogue = tmp_path / "fields.npz", tmp_path / "catalogue.parquet"
    np.savez_compressed(
        fields,
        images=made.fields.images,
        ra_deg=made.fields.ra_deg,
        dec_deg=made.fields.dec_deg,
        z=made.fields.redshift,
    )
    made.catalogue.to_parquet(catalogue)
    return fields, catalogue


def test_one_row_a_field(files, tmp_path, made, monkeypatch):
    monkeypatch.setattr(command, "AT_ONCE", 2)
    out = tmp_path / "out.csv"
    assert command.main([str(files[0]), str(files[1]), "-o", str(out)]) == 0
    table = pd.read_csv(out)
    assert list(table.columns) == list(command.OUT_COLUMNS) and table["id"].tolist() == [0, 1, 2]
    assert table["p_hostless"].between(0, 1).all() and (table["probability"] + table["p_hostless"] < 1 + 1e-9).all()
    bright = (made.truth["host_mag"] < 20).to_numpy()
    assert bright.any()
    east = (table["ra_deg"] - made.truth["host_ra_deg"]) * np.cos(np.radians(table["dec_deg"])) * 3600
    north = (table["dec_deg"] - made.truth["host_dec_deg"]) * 3600
    assert (np.hypot(east, north)[bright] < 2).all()


def test_the_image_alone_and_the_catalogue_alone(files, tmp_path):
    out = tmp_path / "out.csv"
    assert command.main([str(files[0]), "-", "-o", str(out)]) == 0
    assert len(pd.read_csv(out)) == N
    with np.load(files[0]) as file:
        np.savez(tmp_path / "places.npz", ra_deg=file["ra_deg"], dec_deg=file["dec_deg"], id=np.array(["a", "b", "c"]))
    assert command.main([str(tmp_path / "places.npz"), str(files[1]), "-o", str(out)]) == 0
    assert pd.read_csv(out)["id"].tolist() == ["a", "b", "c"]


def test_unusable_files_are_said(tmp_path, capsys):
    np.savez(tmp_path / "empty.npz", ra_deg=[1.0])
    assert command.main([str(tmp_path / "empty.npz"), "-", "-o", str(tmp_path / "out.csv")]) == 1
    assert "ra_deg and dec_deg" in capsys.readouterr().err
    np.savez(tmp_path / "odd.npz", ra_deg=[1.0], dec_deg=[1.0], images=np.zeros((2, 4, 4)))
    assert command.main([str(tmp_path / "odd.npz"), "-", "-o", str(tmp_path / "out.csv")]) == 1


def test_no_redshift_is_made_up(files, tmp_path):
    out = tmp_path / "out.csv"
    with np.load(files[0]) as file:
        given = {name: file[name] for name in file.files}
    np.savez(tmp_path / "unknown.npz", **given | {"z": np.full(N, np.nan), "dec_deg": [np.nan, *given["dec_deg"][1:]]})
    assert command.main([str(tmp_path / "unknown.npz"), "-", "-o", str(out)]) == 0
    table = pd.read_csv(out)
    assert table[["z", "z_err"]].isna().all(axis=None) and table["ra_deg"].isna().tolist() == [True, False, False]
    assert table["p_hostless"][0] == 1
    assert command.main([str(tmp_path / "unknown.npz"), str(files[1]), "-o", str(out)]) == 0
    assert pd.read_csv(out)["z"].isna().tolist() == [True, False, False]


def test_the_transients_own_redshift_counts(files, tmp_path):
    with np.load(files[0]) as file:
        np.savez(tmp_path / "told.npz", ra_deg=file["ra_deg"], dec_deg=file["dec_deg"], z=np.full(N, 0.04))
    out = tmp_path / "out.csv"
    assert command.main([str(tmp_path / "told.npz"), str(files[1]), "-o", str(out)]) == 0
    table = pd.read_csv(out).dropna(subset="z")
    assert len(table) and (np.abs(table["z"] - 0.04) < 0.005).all() and (table["z_err"] < 0.005).all()


def test_one_place_may_have_its_image_alone(made, tmp_path):
    place = {name: getattr(made.fields, name)[:1] for name in ("ra_deg", "dec_deg")}
    np.savez(tmp_path / "one.npz", images=made.fields.images[0], **place)
    np.savez(tmp_path / "same.npz", images=made.fields.images[:1], **place)
    for name in ("one", "same"):
        assert command.main([str(tmp_path / f"{name}.npz"), "-", "-o", str(tmp_path / f"{name}.csv")]) == 0
    assert (tmp_path / "one.csv").read_text() == (tmp_path / "same.csv").read_text()


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.asfortranarray(np.ones((2, 8, 8))), "C order"),
        (np.zeros((2, 8, 9)), "8 x 9"),
        (np.zeros((8, 8)), "one image a place"),
        (np.zeros((2, 8, 8), complex), "real numbers"),
    ],
)
def test_unusable_images_are_said(tmp_path, capsys, images, said):
    np.savez(tmp_path / "odd.npz", ra_deg=[1.0, 2.0], dec_deg=[1.0, 2.0], images=images)
    assert command.main([str(tmp_path / "odd.npz"), "-", "-o", str(tmp_path / "out.csv")]) == 1
    assert said in capsys.readouterr().err


def test_it_runs_without_django_settings():
    command_line = [sys.executable, "-m", "tom_alerce_like.plugins.hosts", "--help"]
    said = subprocess.run(command_line, capture_output=True, text=True, timeout=120, env={"PATH": ""}, check=False)
    assert said.returncode == 0 and "a_arcsec" in said.stdout

"""Forms of the page: the file, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import Any

from django import forms

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch import catalogues, csvfile
from tom_alerce_like.plugins.hosts.sources import spellings

MAX_FILE_MB = 10
MAX_ROWS = 100_000
#: A line may leave out its last cells, but the result has them all.
MAX_COLUMNS = 500
_POSITION = {"ra": "Right ascension", "dec": "Declination"}


class UploadForm(forms.Form):
    """A CSV file; ``cleaned_data`` also has its ``content`` and ``n_rows``."""

    file = forms.FileField(
        label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"})
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_MB * 1e6:
            raise forms.ValidationError(f"The page takes up to {MAX_FILE_MB} MB: use manage.py alerce_xmatch.")
        try:
            content = file.read()
            table = csvfile.read(lambda: BytesIO(content))
            n_rows = sum(1 for _ in table.rows())
        except InputError as error:
            raise forms.ValidationError(f"This file cannot be read: {error}.") from error
        if not 1 <= n_rows <= MAX_ROWS:
            raise forms.ValidationError(
                f"The file has {n_rows:,} rows; the page takes 1 to {MAX_ROWS:,}, manage.py alerce_xmatch any number."
            )
        if len(table.header) > MAX_COLUMNS:
            raise forms.ValidationError(
                f"The file has {len(table.header):,} columns; the page takes up to {MAX_COLUMNS}."
            )
        self.cleaned_data |= {"content": content, "n_rows": n_rows}
        return file


class OptionsForm(forms.Form):
    """Columns, catalogues and radius; its ``cleaned_data`` are the options of a job."""

    radius_arcsec = forms.FloatField(min_value=0.01, max_value=3600, initial=1.5, label="Radius (arcsec)")
    vizier = forms.CharField(
        required=False,
        max_length=100,
        label="Another table of VizieR",
        help_text="its identifier, such as J/ApJS/249/18/table2",
    )
    nearest_only = forms.BooleanField(required=False, label="Only the nearest match")
    matches_only = forms.BooleanField(required=False, label="Leave out rows without a match")

    def __init__(self, *args: Any, header: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(number, name or f"column {number + 1}") for number, name in enumerate(header)]
        found = spellings.positions(header)
        guessed = found[0] if len(found) == 1 else (None, None)
        for (name, label), number in zip(_POSITION.items(), guessed, strict=True):
            choices = [("", "choose"), *columns]
            self.fields[name] = forms.TypedChoiceField(coerce=int, label=label, choices=choices, initial=number)
        self.entries = list(catalogues.entries().values())
        named = [(entry.name, entry.label) for entry in self.entries]
        self.fields["catalogues"] = forms.MultipleChoiceField(required=False, choices=named)

    def columns(self) -> list[forms.BoundField]:
        """Return the fields that say what is matched."""
        return [self[name] for name in (*_POSITION, "radius_arcsec")]

    def groups(self) -> list[tuple[str, list[tuple[Any, bool]]]]:
        """Return (where, [(catalogue, whether it is chosen)])."""
        chosen = self["catalogues"].value() or []
        return [
            (place, [(entry, entry.name in chosen) for entry in some])
            for place, some in groupby(self.entries, key=attrgetter("place"))
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        vizier = cleaned.pop("vizier", "")
        names = [*cleaned.get("catalogues", []), *([vizier] if vizier else [])]
        if not names and "catalogues" not in self.errors:
            self.add_error("catalogues", "Choose at least one catalogue.")
        if vizier:
            try:
                catalogues.source(vizier)
            except InputError:
                self.add_error("vizier", "This is no identifier of a table, such as I/355/gaiadr3.")
        if cleaned.get("ra") is not None and cleaned.get("ra") == cleaned.get("dec"):
            self.add_error("dec", "This is the column of the right ascension.")
        return cleaned | {"catalogues": names}

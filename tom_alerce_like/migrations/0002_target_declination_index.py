"""An index on the declination of the toolkit's targets, which makes a cone search cost the same in a large TOM.

It lies beside the toolkit's own table definition and holds for every target, whoever makes or moves it. Should a later
migration of the toolkit drop it, cone searches still find the same targets, only slower.
"""

from django.db import migrations, models

INDEX = models.Index(fields=["dec"], name="alerce_target_dec")


def add(apps, schema_editor):
    schema_editor.add_index(apps.get_model("tom_targets", "BaseTarget"), INDEX)


def remove(apps, schema_editor):
    schema_editor.remove_index(apps.get_model("tom_targets", "BaseTarget"), INDEX)


class Migration(migrations.Migration):
    dependencies = [("tom_alerce_like", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]

"""Small trees of rooms to plant faults in."""
import pathlib
import tempfile
import unittest

from rooms import Room

WALLS = {"math": "(.*/)?cblas[.]h", "comm": "mpi(-ext)?[.]h", "h5": "hdf5[.]h|H5[A-Za-z]+[.]h"}
DEPENDS = {"core": (), "math": ("core",), "comm": ("core",), "h5": ("core",), "net": ("math", "core")}


def rooms():
    return {name: Room(name, concern=f"what {name} does", depends=depends, links=depends,
                       wall=WALLS.get(name, "")) for name, depends in DEPENDS.items()}


class TreeTest(unittest.TestCase):
    """A source folder that is removed after the test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.source = self.root / "src"

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

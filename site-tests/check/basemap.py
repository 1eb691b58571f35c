"""Makes a small PMTiles basemap, gives it to a site, and looks at the map in Chromium: see site-tests/browser/basemap.mjs.

What is wrong in the settings or in the archive is refused with its file and its remedy; without a basemap nothing of it is served.
"""

import math
import os
import subprocess

import mapbox_vector_tile
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from common import ROOT, WORK, Report, assemble, atlas, files

WEST, SOUTH, EAST, NORTH = 2.9, 49.9, 3.2, 50.1
ZOOMS = range(8, 13)
EXTENT = 4096
# A park and a road, in degrees.
PARK = [(3.01, 49.995), (3.03, 49.995), (3.03, 50.015), (3.01, 50.015), (3.01, 49.995)]
ROAD = [(2.92, 49.97), (3.16, 50.05)]


def mercator(lon, lat, z):
    """Position in tiles of a zoom."""
    n = 2**z
    return (lon + 180) / 360 * n, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n


def archive(path):
    """Writes the archive, one tile after another, uncompressed tiles of two layers."""
    with path.open("wb") as out:
        writer = Writer(out)
        tiles = {}
        for z in ZOOMS:
            (x0, y0), (x1, y1) = mercator(WEST, NORTH, z), mercator(EAST, SOUTH, z)
            for x in range(int(x0), int(x1) + 1):
                for y in range(int(y0), int(y1) + 1):
                    def wkt(points):
                        place = lambda lon, lat: (p := mercator(lon, lat, z)) and ((p[0] - x) * EXTENT, (1 - (p[1] - y)) * EXTENT)
                        return ", ".join("{:.0f} {:.0f}".format(*place(*p)) for p in points)
                    layers = [
                        {"name": "parcs", "features": [{"geometry": f"POLYGON(({wkt(PARK)}))", "properties": {}}]},
                        {"name": "routes", "features": [{"geometry": f"LINESTRING({wkt(ROAD)})", "properties": {}}]},
                    ]
                    tiles[zxy_to_tileid(z, x, y)] = mapbox_vector_tile.encode(layers, default_options={"extents": EXTENT})
        for key, data in sorted(tiles.items()):
            writer.write_tile(key, data)
        e7 = lambda degrees: int(degrees * 10_000_000)
        writer.finalize(
            {
                "tile_type": TileType.MVT, "tile_compression": Compression.NONE,
                "min_zoom": ZOOMS[0], "max_zoom": ZOOMS[-1], "center_zoom": ZOOMS[0],
                "min_lon_e7": e7(WEST), "min_lat_e7": e7(SOUTH), "max_lon_e7": e7(EAST), "max_lat_e7": e7(NORTH),
                "center_lon_e7": e7((WEST + EAST) / 2), "center_lat_e7": e7((SOUTH + NORTH) / 2),
            },
            {"vector_layers": [{"id": "parcs", "fields": {}}, {"id": "routes", "fields": {}}]},
        )


report = Report()
home = WORK / "basemap"
assemble(ROOT / "site-tests" / "minimal", home)
site, out = home / "site", home / "public"
settings = site / "atlas.toml"
plain = settings.read_text(encoding="utf-8")
NAME = "data/fond/essai.pmtiles"
(site / NAME).parent.mkdir(parents=True)


def set_map(name, attribution="© Essai"):
    settings.write_text(f'{plain}\n[map]\nbasemap = "{name}"\nbasemap_attribution = "{attribution}"\n', encoding="utf-8")


def refused(what, words):
    run = atlas("build", "--site", site, "--out", out)
    report.count("refusals")
    report.expect(run.returncode == 1 and words in run.stderr and "aide :" in run.stderr, what, f"not refused by « {words} »: {run.stderr.strip()[-300:]}")


set_map(NAME)
refused("an absent archive", "absent")
set_map("../essai.pmtiles")
refused("a path outside the site", "sort du site")
(site / NAME).write_bytes(b"PK\x03\x04" + bytes(200))
set_map(NAME)
refused("another file", "n’est pas une archive PMTiles")
archive(site / NAME)
set_map(NAME, "")
refused("no mention", "sans mention de son producteur")

settings.write_text(plain, encoding="utf-8")
run = atlas("build", "--site", site, "--out", out)
report.expect(run.returncode == 0, "without a basemap", run.stderr.strip()[-300:])
report.expect(not any("pmtiles" in str(p) for p in files(out)), "without a basemap", "something of a basemap is served")

set_map(NAME)
run = atlas("build", "--site", site, "--out", out)
report.expect(run.returncode == 0, "with a basemap", run.stderr.strip()[-300:])
served = out / "donnees" / "fond.pmtiles"
report.expect(served.exists() and served.read_bytes() == (site / NAME).read_bytes(), "with a basemap", "the archive is not served as it is")
report.count("builds", 2)

if not report.findings:
    env = dict(os.environ, PUBLIC=str(out), WORK=str(WORK))
    run = subprocess.run(["node", str(ROOT / "site-tests/browser/basemap.mjs")], capture_output=True, text=True, env=env, check=False)
    print(run.stdout.strip())
    report.count("views in Chromium")
    report.expect(run.returncode == 0, "Chromium", (run.stderr or "see above").strip()[-500:])
report.end("refusals", "builds", "views in Chromium")

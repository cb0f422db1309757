"""The expressions of CQL2's abstract tests (OGC 21-065r2, annex A), said of the hundred places of `tests.features.places`.

For each conformance class: an expression, and what it means in plain Python. The test data of the annex (Natural Earth) is
on no package index, so the expected numbers of its tables cannot be used; the forms of its expressions are.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import shapely

Test = Callable[[dict[str, Any]], Any]
HOLE = "POLYGON((-180 -90, -90 -90, -90 90, -180 90, -180 -90), (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50))"
MANY = f"MULTI{HOLE[:7]}({HOLE[7:]}, ((0 0, 50 0, 50 50, 0 50, 0 0)))"
LINES = "MULTILINESTRING((-180 -45, 0 -45), (0 45, 180 45))"
MIXED = "GEOMETRYCOLLECTION(POINT(7.02 49.92), POLYGON((0 0, 50 0, 50 50, 0 50, 0 0)))"


def of(name: str, test: Callable[[Any], Any]) -> Test:
    """Return the test of a property that is there; a comparison with what is not there never holds."""
    return lambda each: each["properties"].get(name) is not None and test(each["properties"][name])


def placed(wkt: str, relation: str) -> Test:
    """Return the test of the relation of a geometry to another, by shapely."""
    other = shapely.from_wkt(wkt)
    return lambda each: (
        each["geometry"] is not None and getattr(shapely.geometry.shape(each["geometry"]), relation)(other)
    )


def spatial(relation: str, wkt: str) -> tuple[str, Test]:
    """Return an expression of a spatial relation with its test."""
    return f"S_{relation.upper()}(geometry, {wkt})", placed(wkt, relation)


def day(test: Callable[[date], Any]) -> Test:
    """Return the test of the day of a place."""
    return of("day", lambda found: test(date.fromisoformat(found)))


EXPRESSIONS: Mapping[str, list[tuple[str, Test]]] = {
    "basic-cql2": [
        ("true", lambda _: True), ("false", lambda _: False),
        ("name = 'Place 001'", of("name", lambda name: name == "Place 001")),
        ("depth <> 105.0", of("depth", lambda depth: depth != 105)),
        ("count > 50", of("count", lambda count: count > 50)), ("count < 50", of("count", lambda count: count < 50)),
        ("count >= 50", of("count", lambda count: count >= 50)),
        ("count <= 5e1", of("count", lambda count: count <= 50)),
        ("good = true", of("good", lambda good: good)), ("good <> true", of("good", lambda good: not good)),
        ("depth IS NULL", lambda each: "depth" not in each["properties"]),
        ("depth is not null", lambda each: "depth" in each["properties"]),
        ("NOT (count < 3) AND (good = true OR name = 'Place 005')",
         lambda each: each["properties"]["count"] >= 3 and (each["properties"]["good"] or each["id"] == "p005")),
        ("NOT (depth > 100 AND good = true) OR false",
         lambda each: not each["properties"]["good"] or of("depth", lambda depth: depth <= 100)(each)),
    ],
    "advanced-comparison-operators": [
        ("name LIKE 'P_ace 00%'", of("name", lambda name: name[0] == "P" and name[6:8] == "00")),
        ("name NOT LIKE 'P_ace 00%'", of("name", lambda name: not (name[0] == "P" and name[6:8] == "00"))),
        ("name like '_%'", lambda _: True), ("name like ''", lambda _: False), ("name like '%%'", lambda _: True),
        (r"name like '\\%\\_'", lambda _: False),
        ("depth BETWEEN 0 AND 100", of("depth", lambda depth: depth <= 100)),
        ("depth between 100.0 and 1.0", lambda _: False),
        ("count not between 3 and 97", of("count", lambda count: count in (0, 1, 2, 98, 99))),
        ("name IN ('Place 001', 'ort 002', 'foo')", lambda each: each["id"] in ("p001", "p002")),
        ("name NOT IN ('Place 001', 'foo')", lambda each: each["id"] != "p001"),
        ("count in (3, 5.0, 500)", lambda each: each["id"] in ("p003", "p005")),
        ("good in (true)", of("good", lambda good: good)),
        ("depth not in (10.5, 21)", of("depth", lambda depth: depth not in (10.5, 21))),
    ],
    "case-insensitive-comparison": [
        ("CASEI(name) = casei('PLACE 001')", lambda each: each["id"] == "p001"),
        ("CASEI(name) <> casei('place 001')", lambda each: each["id"] != "p001"),
        ("CASEI(name) LIKE casei('ORT%')", of("name", lambda name: name[0] == "o")),
        ("CASEI(name) IN (casei('ORT 002'), casei('pLaCe 003'))", lambda each: each["id"] in ("p002", "p003")),
    ],
    "accent-insensitive-comparison": [
        ("ACCENTI(name) = accenti('Pláçë 001')", lambda each: each["id"] == "p001"),
        ("ACCENTI(name) <> accenti('Plàce 001')", lambda each: each["id"] != "p001"),
        ("ACCENTI(name) LIKE accenti('ö%')", of("name", lambda name: name[0] == "o")),
        ("ACCENTI(CASEI(name)) = accenti(casei('PLÄCE 001'))", lambda each: each["id"] == "p001"),
        ("ACCENTI(CASEI(name)) LIKE accenti(casei('ÖRT%'))", of("name", lambda name: name[0] == "o")),
        ("CASEI(ACCENTI(name)) IN (casei(accenti('Ört 002')))", lambda each: each["id"] == "p002"),
    ],
    "basic-spatial-functions": [
        ("S_INTERSECTS(geometry, BBOX(-180,-90,180,90))", lambda each: each["geometry"] is not None),
        ("S_INTERSECTS(geometry, BBOX(0,40,10,50))", placed("POLYGON((0 40, 10 40, 10 50, 0 50, 0 40))", "intersects")),
        ("S_INTERSECTS(geometry, BBOX(150,-90,-150,90))",
         placed("MULTIPOLYGON(((150 -90, 180 -90, 180 90, 150 90, 150 -90)), "
                "((-180 -90, -150 -90, -150 90, -180 90, -180 -90)))", "intersects")),
        spatial("intersects", "POINT(-157.5 25)"), ("S_INTERSECTS(geometry, POINT(7.02 49.92))", lambda _: False),
        ("S_INTERSECTS(geometry,BBOX(-180,-90,-90,90)) AND S_INTERSECTS(geometry,BBOX(90,-90,180,90))", lambda _: False),
    ],
    "basic-spatial-functions-plus": [
        spatial("intersects", wkt)
        for wkt in ("MULTIPOINT((-157.5 25), (90 18))", "LINESTRING(-180 -45, 180 -45)", LINES, HOLE, MANY, MIXED)
    ],
    "spatial-functions": [
        *(spatial(relation, "POLYGON((0 -30, 60 0, 0 30, 0 -30))")
          for relation in ("intersects", "disjoint", "within", "touches", "crosses", "overlaps", "contains", "equals")),
        *(spatial(relation, "LINESTRING(-180 -10, 180 20)") for relation in ("crosses", "disjoint", "touches")),
        spatial("contains", "POINT(-155.5 27)"), spatial("equals", "POINT(-171.5 -43)"),
        spatial("within", "MULTIPOINT((-171.5 -43), (10 51))"),
        ("S_CONTAINS(POLYGON((0 -30, 60 0, 0 30, 0 -30)), geometry)", placed("POLYGON((0 -30, 60 0, 0 30, 0 -30))", "within")),
        ("S_EQUALS(geometry, geometry)", lambda each: each["geometry"] is not None),
        ("S_TOUCHES(geometry, geometry)", lambda _: False),
        ("S_WITHIN(POINT(5 5), BBOX(0,0,10,10))", lambda _: True),
    ],
    "array-functions": [
        ("A_CONTAINS(tags, ('x', 'y'))", of("tags", lambda tags: {"x", "y"} <= set(tags))),
        ("A_CONTAINEDBY(tags, ('x', 'y'))", of("tags", lambda tags: set(tags) <= {"x", "y"})),
        ("A_EQUALS(tags, ('y', 'x'))", of("tags", lambda tags: set(tags) == {"x", "y"})),
        ("A_OVERLAPS(tags, ('z', 'q'))", of("tags", lambda tags: "z" in tags)),
        ("A_CONTAINS(('x', 'y'), tags)", of("tags", lambda tags: set(tags) <= {"x", "y"})),
        ("A_CONTAINEDBY(('x', 'y'), tags)", of("tags", lambda tags: {"x", "y"} <= set(tags))),
        ("A_EQUALS(tags, tags)", lambda _: True), ("A_OVERLAPS(tags, tags)", of("tags", bool)),
        ("A_CONTAINS(tags, (1, true))", lambda _: False),
    ],
    "property-property": [
        ("depth = count", lambda each: False), ("depth <> count", of("depth", lambda _: True)),
        ("depth >= count", of("depth", lambda _: True)), ("count > depth", lambda _: False),
        ("count = count", lambda _: True), ("name < name", lambda _: False),
        ("50 < count", of("count", lambda count: count > 50)), ("3 = 3", lambda _: True), ("'a' = 'b'", lambda _: False),
        ("count BETWEEN count AND depth", of("depth", lambda _: True)),
    ],
    "arithmetic": [
        ("count + 1 = 11", lambda each: each["id"] == "p010"), ("count * 2 - 4 = 16", lambda each: each["id"] == "p010"),
        ("depth / count > 10", of("depth", lambda depth: depth > 0)), ("count ^ 2 = 100", lambda each: each["id"] == "p010"),
        ("count div 10 = 3", of("count", lambda count: count // 10 == 3)),
        ("count % 10 = 3", of("count", lambda count: count % 10 == 3)), ("count / 0 = 1", lambda _: False),
        ("depth = count * 10.5", of("depth", lambda _: True)),
    ],
}  # fmt: skip

TIMES_OF_FEATURES: list[tuple[str, Test]] = [
    ("day = DATE('2020-01-03')", day(lambda found: found == date(2020, 1, 3))),
    ("day < DATE('2020-01-03')", day(lambda found: found < date(2020, 1, 3))),
    ("day IN (DATE('2020-01-02'), DATE('2020-01-03'))", lambda each: each["id"] in ("p001", "p002")),
    ("day >= DATE('2020-01-02') AND day <= DATE('2020-01-03')", lambda each: each["id"] in ("p001", "p002")),
    ("T_EQUALS(day, DATE('2020-01-03'))", lambda each: each["id"] == "p002"),
    ("T_AFTER(day, DATE('2020-02-01'))", day(lambda found: found > date(2020, 2, 1))),
    ("T_BEFORE(day, DATE('2020-02-01'))", day(lambda found: found < date(2020, 2, 1))),
    ("T_DISJOINT(day, DATE('2020-01-03'))", day(lambda found: found != date(2020, 1, 3))),
    ("T_INTERSECTS(day, DATE('2020-01-03'))", lambda each: each["id"] == "p002"),
    ("T_BEFORE(day, INTERVAL('2020-02-01', '2021-12-31'))", day(lambda found: found < date(2020, 2, 1))),
    ("T_DURING(INTERVAL(day, seen), INTERVAL('2019-01-01', '2020-01-01'))", lambda _: False),
    ("T_INTERSECTS(INTERVAL(day, seen), INTERVAL('2020-01-01', '2020-01-03'))", day(lambda found: found <= date(2020, 1, 3))),
    ("T_CONTAINS(INTERVAL(day, seen), INTERVAL('2021-01-01', '2021-02-01'))", day(lambda _: True)),
    ("T_MEETS(INTERVAL(day, seen), INTERVAL('2021-06-02T12:00:00Z', '..'))",
     lambda each: each["properties"]["day"] and each["properties"]["seen"] == "2021-06-02T12:00:00Z"),
    ("T_STARTEDBY(INTERVAL(day, seen), INTERVAL('2020-01-02', '2020-01-04'))", lambda each: each["id"] == "p001"),
]  # fmt: skip
SEEN = "2021-06-15T12:00:00Z"
TIMES_OF_ITEMS: list[tuple[str, Test]] = [
    (f"datetime = TIMESTAMP('{SEEN}')", of("seen", lambda seen: seen == SEEN)),
    (f"T_EQUALS(datetime, TIMESTAMP('{SEEN}'))", of("seen", lambda seen: seen == SEEN)),
    (f"T_AFTER(datetime, TIMESTAMP('{SEEN}'))", of("seen", lambda seen: seen[:-1] > SEEN[:-1])),
    (f"T_BEFORE(datetime, INTERVAL('{SEEN}', '..'))", of("seen", lambda seen: seen[:-1] < SEEN[:-1])),
    (f"T_DISJOINT(datetime, TIMESTAMP('{SEEN}'))", of("seen", lambda seen: seen != SEEN)),
    (f"T_INTERSECTS(datetime, INTERVAL('{SEEN}', '2021-06-16T12:00:00Z'))",
     of("seen", lambda seen: seen in (SEEN, "2021-06-15T12:00:00.5Z", "2021-06-16T12:00:00Z"))),
    (f"T_DURING(datetime, INTERVAL('2021-06-14T12:00:01Z', '{SEEN}'))", lambda _: False),
    ("T_AFTER(datetime, DATE('2021-06-15'))", of("seen", lambda seen: seen[:10] >= "2021-06-15")),
]  # fmt: skip

"""Data that people brought, as pages: the list, one of them, the form."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.access import Actor, Right
from repeatpass.bringing.records import Stage, Submission
from repeatpass.bringing.wishing import LICENCES, NATURES
from repeatpass.catalog.records import Collection, Visibility
from repeatpass.core.errors import NotFound
from repeatpass.core.times import parse_time
from repeatpass.kit.bringing.formats import TAKEN
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.logs import LogReader
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.sharing import MINE, sending, standing
from repeatpass.web.views import Action, Fact, Field, Link
from repeatpass.web.views.data import (
    BroughtRow,
    DataPage,
    NewDataPage,
    OfferedRow,
    PieceRow,
    ProblemRow,
    ReviewPage,
    SubmissionPage,
)

PATH = "/data"
SHAPES = {Stage.FETCHING: "running", Stage.CHECKING: "running", Stage.REGISTERED: "succeeded", Stage.REFUSED: "failed",
          Stage.FAILED: "crashed"}  # fmt: skip
LICENSED = (("", "Choose one"), *((id, said if id == "other" else f"{said} ({id})") for id, said in LICENCES))
FIELDS = (
    Field(name="title", label="Title", required=True, help="A few words that say what the data are."),
    Field(name="licence", label="Licence", required=True, choices=LICENSED, help="What others may do with them."),
    Field(name="licence_title", label="Licence in words", help="Only where it is another one."),
    Field(name="provider", label="Made by", help="The person or institute that made the data; empty: you."),
    Field(name="nature", label="What they are", choices=tuple((each, each.capitalize()) for each in NATURES)),
    Field(
        name="description", label="Description", long=True, help="How they were made, their units and limits. Markdown."
    ),
)
OPTIONAL = (
    Field(
        name="id",
        label="Id",
        help="For addresses and notebooks; empty: made from the title. Your own id again: a new version.",
    ),
    Field(name="keywords", label="Keywords", help="With commas between them."),
    Field(name="start", label="From", help="For files that do not say: 2024-05-03."),
    Field(name="end", label="To"),
    Field(name="citation", label="Cite as"),
)
TOLD = re.compile(r"^(.+): (\d+) of (\d+)$", re.MULTILINE)


def data_page(desk: Desk, actor: Actor) -> DataPage:
    """What *actor* brought; raise Forbidden for who is not signed in."""
    actor.require(Right.CONTRIBUTE)
    house = desk.house
    found = house.submissions.mine(actor)
    mine = [each for each in house.catalog.as_seen_by(actor).collections() if each.owner == actor.id]
    brought = {each.collection for each in found}
    others = [each for each in mine if each.visibility != Visibility.PUBLIC and each.id not in brought]
    quota, used = house.quotas.of(actor.id).kept_bytes, house.counting.used(actor.id).kept_bytes
    return DataPage(
        title="My data",
        path=PATH,
        description="Bring your own data: checked to the last byte, made fit for the cloud, yours alone until you share them.",
        json_href=f"{PATH}.json",
        crumbs=(HOME, Link(text="My data")),
        owner=actor.name,
        rows=tuple(_row(desk, actor, each) for each in found),
        others=tuple(_own_row(desk, each) for each in others),
        shared=tuple(_shared_row(desk, each) for each in house.sharing.shared_with(actor)),
        review=len(house.sharing.offered(actor)) if actor.may(Right.CURATE) else None,
        used=f"{words.size(used)} of {words.size(quota)} used" if quota else f"{words.size(used)} used",
    )


def _row(desk: Desk, actor: Actor, each: Submission) -> BroughtRow:
    said = each.message
    if each.stage is Stage.REGISTERED and (known := _collection(desk, actor, each)) is not None:
        said = standing(desk, known)
    return BroughtRow(
        title=Link(text=each.wish.title, href=f"{PATH}/{each.id}"),
        stage=SHAPES[each.stage],
        words=said or {Stage.FETCHING: "Being fetched", Stage.CHECKING: "Being checked"}.get(each.stage, ""),
        when=each.created,
        size=sum(file.size for file in each.files),
        picture=_picture(each),
    )


def _own_row(desk: Desk, each: Collection) -> BroughtRow:
    return BroughtRow(
        title=Link(text=each.title, href=f"/collections/{each.id}"), stage="succeeded", words=standing(desk, each),
        when=each.updated, size=_size(desk, each), change=Link(text="Change", href=f"/collections/{each.id}/sharing"),
    )  # fmt: skip


def _shared_row(desk: Desk, each: Collection) -> BroughtRow:
    return BroughtRow(
        title=Link(text=each.title, href=f"/collections/{each.id}"), stage="succeeded", words=f"From {each.owner}",
        when=each.updated, size=_size(desk, each),
    )  # fmt: skip


def _size(desk: Desk, each: Collection) -> int:
    return sum(file.size for file in desk.house.catalog.assets(each.id, each.version))


def _picture(each: Submission) -> str:
    return f"/runs/{each.run}/outputs/thumbnail.png" if each.stage is Stage.REGISTERED else ""


def new_data_page(desk: Desk, given: Mapping[str, str], refused: str = "") -> NewDataPage:
    """The form, with what was given before."""
    return NewDataPage(
        title="Bring data",
        path=f"{PATH}/new",
        description="Send files or point to one. They are checked by a run of yours; nobody else sees them until you say so.",
        crumbs=(HOME, MINE, Link(text="Bring data")),
        fields=tuple(each.filled(given) for each in FIELDS),
        optional=tuple(each.filled(given) for each in OPTIONAL),
        address=given.get("address", ""),
        refused=refused,
        largest=words.size(desk.house.bringing.arrivals.most),
        taken=TAKEN,
    )  # fmt: skip


def submission_page(desk: Desk, actor: Actor, id: str) -> SubmissionPage:
    """One submission; raise NotFound for another's."""
    found = desk.house.submissions.find(actor, id)
    known = _collection(desk, actor, found) if found.stage is Stage.REGISTERED else None
    doing, percent = _progress(desk, found)
    return SubmissionPage(
        title=found.wish.title,
        path=f"{PATH}/{id}",
        description=found.message or "Being checked.",
        json_href=f"{PATH}/{id}.json",
        crumbs=(HOME, MINE, Link(text=found.wish.title)),
        stage=SHAPES[found.stage],
        words=str(found.stage).capitalize(),
        working=not found.stage.final,
        percent=percent,
        doing=doing,
        facts=tuple(_facts(found)),
        problems=tuple(
            ProblemRow(file=each.file, message=each.message, remedy=each.remedy, kind=each.kind)
            for each in found.problems
        ),
        pieces=tuple(piece_row(each) for each in found.report.get("pieces", ())),
        picture=_picture(found),
        picture_alt=f"A small picture of {found.wish.title}",
        collection=Link(text=known.title, href=f"/collections/{known.id}") if known and not known.withdrawn else None,
        sending=sending(desk, actor, known) if known is not None else None,
        again=f"{PATH}/new?again={id}" if found.stage.final else "",
    )


def _collection(desk: Desk, actor: Actor, found: Submission) -> Collection | None:
    try:
        return desk.house.catalog.as_seen_by(actor).kept(found.collection)
    except NotFound:
        return None


def _facts(found: Submission) -> list[Fact]:
    files = f"{words.plural(len(found.files), 'file')}, {words.size(sum(file.size for file in found.files))}"
    return [
        Fact(label="Collection", text=found.collection, mono=True, copy=found.collection),
        Fact(label="Brought", text=words.moment(found.created), note=files if found.files else ""),
        *([Fact(label="From", text=found.address, href=found.address)] if found.address else []),
        Fact(label="Licence", text=found.wish.licence_title or found.wish.licence),
        *([Fact(label="Checked by", text=found.run, href=f"/runs/{found.run}", mono=True)] if found.run else []),
        *([Fact(label="Version", text=found.version)] if found.version else []),
    ]


def _progress(desk: Desk, found: Submission) -> tuple[str, float | None]:
    """What is being done now, and its share where it is known."""
    if found.stage is Stage.FETCHING:
        return f"{words.size(found.fetched)} fetched", None
    if found.stage is not Stage.CHECKING:
        return "", None
    run = desk.house.runs.run(found.run)
    lines = [each.text for each in LogReader(desk.house, run.id).read(run)]
    told = [each for text in lines for each in TOLD.findall(text)]
    if not told:
        return f"The check is {run.state}", None
    what, done, of = told[-1]
    return f"{what}: {done} of {of}".capitalize(), 100 * int(done) / max(1, int(of))


def piece_row(piece: Mapping[str, Any]) -> PieceRow:
    """One file that was taken."""
    fields = piece["fields"]
    shape = " × ".join(f"{each:,}" for each in fields.get("proj:shape", ()))
    count = fields.get("table:row_count")
    days = [words.day(parse_time(each)) for each in (piece["start"], piece["end"] or piece["start"]) if each]
    facts = [
        Fact(label="Where", text=words.box(piece["bbox"]), note=_crs_words(piece["crs"])),
        *([Fact(label="When", text=" to ".join(dict.fromkeys(days)))] if days else []),
        *([Fact(label="Grid", text=f"{shape} cells")] if shape else []),
        *([Fact(label="Rows", text=words.plural(count, "place"))] if count else []),
    ]
    form = "made fit for the cloud" if piece["converted"] else "kept byte for byte"
    return PieceRow(
        name=piece["name"], kept=f"{piece['format']}, {form}", facts=tuple(facts),
        numbers=tuple(_numbers(fields)), remarks=tuple(piece["remarks"]),
    )  # fmt: skip


def _crs_words(text: str) -> str:
    if len(text) < 30:
        return text
    named = re.match(r'[A-Z]+\["([^"]*)"', text)
    return f"a CRS of its own ({named[1]})" if named else "a CRS of its own"


def _numbers(fields: Mapping[str, Any]) -> list[tuple[str, ...]]:
    found = []
    for each in [*fields.get("bands", ()), *fields.get("table:columns", ())]:
        stats = each.get("statistics")
        if stats:
            row = [f"{stats[name]:.5g}" if name in stats else "" for name in ("minimum", "mean", "maximum", "stddev")]
            share = f"{stats['valid_percent']:g} %" if "valid_percent" in stats else ""
            found.append((str(each["name"]), *row, share))
    return found


def review_page(desk: Desk, actor: Actor) -> ReviewPage:
    """What waits for an editor; raise Forbidden for who is none."""
    offered = desk.house.sharing.offered(actor)
    return ReviewPage(
        title="Offered data",
        path=f"{PATH}/review",
        description="Collections whose owners want everybody to see them. Accept them, or say what is missing.",
        json_href=f"{PATH}/review.json",
        crumbs=(HOME, MINE, Link(text="Review")),
        rows=tuple(_offered(desk, actor, each) for each in offered),
    )


def _offered(desk: Desk, actor: Actor, each: Collection) -> OfferedRow:
    pieces: Sequence[Mapping[str, Any]] = next(
        (found.report.get("pieces", ()) for found in desk.house.submissions.of_collection(each.id)), ()
    )
    own = each.owner == actor.id and not actor.may(Right.OPERATE)
    licence = str(each.body.get("repeatpass:license_title") or each.body.get("license", "not stated"))
    makers = [str(maker.get("name", "")) for maker in each.body.get("providers", ())]
    return OfferedRow(
        title=Link(text=each.title, href=f"/collections/{each.id}"),
        owner=each.owner,
        since=each.offered,
        description=each.description,
        facts=(
            Fact(label="Licence", text=licence), Fact(label="Made by", text=words.listed(makers)),
            *(fact for piece in pieces[:1] for fact in piece_row(piece).facts),
        ),
        remarks=tuple(dict.fromkeys(remark for piece in pieces for remark in piece["remarks"])),
        accept=None if own else Action(label="Make it public", href=f"/collections/{each.id}/accept"),
        decline=f"/collections/{each.id}/decline",
    )  # fmt: skip

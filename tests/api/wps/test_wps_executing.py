"""Execute, GetStatus, GetResult and Dismiss of WPS 2.0, against real runs."""

import base64
import json
import time

import pytest
from tests.api.wps.asking import NS, Answered, Asking, data, execute
from tests.served import Served

GOT = '<wps:Output id="got.json" transmission="value"/>'
BYTES = bytes(range(256)) * 16
NOTE = "<a> & ü\r\nsecond line ]]>\n"


def got(answered: Answered) -> dict[str, object]:
    """Return the parameters that the notebook received."""
    return dict(json.loads(answered.text("wps:Output[@id='got.json']/wps:Data")))


def until_ended(wps: Asking, id: str, seconds: float = 60) -> Answered:
    """Ask GetStatus until the job has ended."""
    until = time.monotonic() + seconds
    while (status := wps.job("GetStatus", id)).text("wps:Status") in {"Accepted", "Running"}:
        assert time.monotonic() < until
        time.sleep(0.1)
    return status


def test_literal_and_complex_inputs_reach_the_notebook(wps: Asking) -> None:
    inputs = (
        data("text", "  a; b &amp; ü ")
        + data("choice", '<wps:LiteralValue dataType="string">median</wps:LiteralValue>', mimeType="text/xml")
        + data("count", " 7 ")
        + data("share", "2.5e-1")
        + data("flag", "True")
        + data("steps", "[3, 4]", mimeType="application/json")
        + data("options", '{"ü": [null, true]}')
    )
    told = wps.execute("kinds", inputs, GOT)
    defaults = {"box": [5, 45, 10, 48], "where": {"type": "Point", "coordinates": [8, 45.5]}, "day": "2026-01-31"}
    assert got(told) == defaults | {
        "text": "  a; b & ü ",
        "choice": "median",
        "count": 7,
        "share": 0.25,
        "flag": True,
        "steps": [3, 4],
        "options": {"ü": [None, True]},
    }


def test_what_is_left_out_takes_its_default(wps: Asking) -> None:
    told = got(wps.execute("kinds", data("count", "2"), GOT))
    assert told["count"] == 2
    assert told["options"] == {"deep": {"er": 1}}


def test_a_document_holds_values_and_references_as_asked(wps: Asking) -> None:
    outputs = (
        '<wps:Output id="bytes.bin" transmission="reference"/>'
        '<wps:Output id="note.txt" transmission="value"/><wps:Output id="odd.txt" transmission="value"/>'
    )
    told = wps.execute("kinds", "", outputs)
    root = told.root
    assert [each.get("id") for each in root.iterfind("wps:Output", NS)] == ["bytes.bin", "note.txt", "odd.txt"]
    reference = root.find("wps:Output[@id='bytes.bin']/wps:Reference", NS)
    assert reference is not None
    assert wps.raw(reference.attrib[f"{{{NS['xlink']}}}href"]).content == BYTES
    assert told.text("wps:Output[@id='note.txt']/wps:Data") == NOTE
    odd = root.find("wps:Output[@id='odd.txt']/wps:Data", NS)
    assert odd is not None
    assert odd.get("encoding") == "base64"
    assert base64.b64decode(odd.text or "") == b"\x00 not text \xff"


def test_everything_is_delivered_where_nothing_is_named(wps: Asking) -> None:
    told = wps.execute("kinds")
    names = [each.get("id") for each in told.root.iterfind("wps:Output", NS)]
    assert set(names) == {"got.json", "bytes.bin", "note.txt", "odd.txt", "values"}
    inside = told.text("wps:Output[@id='bytes.bin']/wps:Data")
    assert base64.b64decode(inside) == BYTES


def test_the_list_of_outputs_is_an_output_and_a_run_without_others_has_its_notebook(wps: Asking) -> None:
    told = wps.execute("sleepy")
    assert [each.get("id") for each in told.root.iterfind("wps:Output", NS)] == ["notebook"]
    assert json.loads(told.text("wps:Output/wps:Data"))["nbformat"] == 4
    listed = json.loads(wps.execute("kinds", "", '<wps:Output id="outputs"/>').text("wps:Output/wps:Data"))
    assert wps.raw(listed["bytes.bin"]["href"]).content == BYTES
    reference = wps.execute("kinds", "", '<wps:Output id="outputs" transmission="reference"/>')
    address = reference.root.find("wps:Output/wps:Reference", NS)
    assert address is not None
    assert "got.json" in json.loads(wps.raw(address.attrib[f"{{{NS['xlink']}}}href"]).content)


def test_a_raw_answer_is_the_file_itself(wps: Asking, wps_served: Served) -> None:
    told = wps.execute("kinds", "", '<wps:Output id="bytes.bin"/>', response="raw")
    assert (told.status, told.content) == (200, BYTES)
    assert told.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in told.headers["Content-Security-Policy"]
    table = wps.execute("kinds", "", '<wps:Output id="values"/>', response="raw")
    run = wps_served.ask("/ogc/jobs?processID=kinds&limit=1")["jobs"][0]["jobID"]
    assert (
        table.content
        == wps.raw(f"/ogc/jobs/{run}/results").content
        == wps.raw(f"/runs/{run}/outputs/values.csv").content
    )
    assert b"1.5" in table.content


def test_a_single_output_is_raw_without_being_named(wps: Asking) -> None:
    assert wps.execute("large", data("size_mib", "0"), response="raw").content == b""
    assert wps.execute("large", data("size_mib", "1"), response="raw").content == b"x" * 1024**2


def test_an_asynchronous_job_goes_from_execute_to_result(wps: Asking) -> None:
    told = wps.execute("sleepy", data("pause", "1.5"), '<wps:Output id="outputs"/>', mode="async")
    assert told.root.tag == f"{{{NS['wps']}}}StatusInfo"
    job = told.text("wps:JobID")
    assert told.text("wps:Status") in {"Accepted", "Running"}
    assert told.text("wps:NextPoll") > "2026"
    early = wps.job("GetResult", job)
    assert early.trouble == (400, "ResultNotReady", job)
    ended = until_ended(wps, job)
    assert ended.text("wps:Status") == "Succeeded"
    assert ended.text("wps:PercentCompleted") == "100"
    for result in (
        wps.job("GetResult", job),
        wps.get(service="WPS", version="2.0.0", request="GetResult", jobId=job),
    ):
        assert result.text("wps:JobID") == job
        assert "notebook" in json.loads(result.text("wps:Output[@id='outputs']/wps:Data"))


def test_get_result_delivers_what_execute_asked_for(wps: Asking) -> None:
    asked = '<wps:Output id="note.txt" transmission="reference"/>'
    job = wps.execute("kinds", "", asked, mode="async").text("wps:JobID")
    raw = wps.execute("kinds", "", '<wps:Output id="note.txt"/>', mode="async", response="raw").text("wps:JobID")
    for each in (job, raw):
        assert until_ended(wps, each).text("wps:Status") == "Succeeded"
    outputs = wps.job("GetResult", job, token=False).root.findall("wps:Output", NS)
    assert [each.get("id") for each in outputs] == ["note.txt"]
    assert outputs[0].find("wps:Reference", NS) is not None
    assert wps.job("GetResult", raw).content == NOTE.encode()


def test_auto_waits_for_the_quick_and_leaves_the_slow(wps: Asking) -> None:
    assert wps.execute("sleepy", mode="auto").root.tag == f"{{{NS['wps']}}}Result"
    began = time.monotonic()
    slow = wps.execute("sleepy", data("pause", "60"), mode="auto")
    assert time.monotonic() - began < 20
    assert slow.text("wps:Status") == "Running"
    assert wps.job("Dismiss", slow.text("wps:JobID")).text("wps:Status") == "Dismissed"


def test_a_dismissed_job_stays_readable(wps: Asking) -> None:
    job = wps.execute("sleepy", data("pause", "120"), mode="async").text("wps:JobID")
    stranger = wps.job("Dismiss", job, token=False)
    assert stranger.trouble[:2] == (403, "AccessForbidden")
    assert wps.job("Dismiss", job).text("wps:Status") == "Dismissed"
    assert wps.job("Dismiss", job).text("wps:Status") == "Dismissed"
    assert wps.job("GetStatus", job, token=False).text("wps:Status") == "Dismissed"
    assert wps.job("GetResult", job).trouble == (400, "NoApplicableCode", job)


def test_a_finished_job_that_is_dismissed_stays_as_it_is(wps: Asking) -> None:
    job = wps.execute("sleepy").text("wps:JobID")
    assert wps.job("Dismiss", job).text("wps:Status") == "Succeeded"
    assert wps.job("Dismiss", job, token=False).trouble[:2] == (403, "AccessForbidden")
    assert wps.job("GetResult", job).status == 200


def test_the_jobs_are_the_runs_of_the_house(wps: Asking, wps_served: Served) -> None:
    job = wps.execute("sleepy").text("wps:JobID")
    assert wps_served.ask(f"/ogc/jobs/{job}")["status"] == "successful"
    assert wps_served.ask(f"/ogc/jobs/{job}")["processID"] == "sleepy"
    begun = wps_served.ask("/ogc/processes/sleepy/execution", {"inputs": {}}, Prefer="respond-async")["jobID"]
    assert until_ended(wps, begun).text("wps:Status") == "Succeeded"
    assert wps.job("GetResult", begun).text("wps:JobID") == begun


def test_a_notebook_is_executed_by_its_name(wps: Asking) -> None:
    inputs = data("notebook", "sleepy") + data("parameters_json", '{"pause": 0.1}')
    assert wps.execute("execute-notebook", inputs).text("wps:JobID")


def test_a_failing_notebook_says_what_it_said(wps: Asking) -> None:
    told = wps.execute("failing")
    assert told.trouble[:2] == (400, "NoApplicableCode")
    assert "the sea is <too> warm" in told.said
    job = wps.execute("failing", mode="async").text("wps:JobID")
    assert until_ended(wps, job).text("wps:Status") == "Failed"
    assert wps.job("GetResult", job).trouble == (400, "NoApplicableCode", job)


def test_the_echo_process_gives_back_every_kind_of_value_as_it_is_described(wps: Asking) -> None:
    corners = "<ows:LowerCorner>46 6</ows:LowerCorner><ows:UpperCorner>47 7</ows:UpperCorner>"
    inputs = (
        data("string", "a &lt; b")
        + data("number", "2.5")
        + data("numbers", "[4, 5]")
        + data("mixed", "a text", mimeType="text/plain")
        + data("measured", '{"measurement": 1, "uom": "K"}')
        + data("bounds", f'<ows:BoundingBox crs="urn:ogc:def:crs:EPSG::4326">{corners}</ows:BoundingBox>')
        + data("binary", "AAEC", encoding="base64")
    )
    told = wps.execute("echo", inputs)
    found = {each.get("id"): each[0] for each in told.root.iterfind("wps:Output", NS)}
    plain = {name: json.loads(found[name].text or "") for name in ("numbers", "mixed", "measured")}
    assert plain == {"numbers": [4, 5], "mixed": "a text", "measured": {"measurement": 1, "uom": "K"}}
    assert (found["string"].text, found["number"].text) == ("a < b", "2.5")
    assert found["bounds"].findtext("ows:BoundingBox/ows:LowerCorner", namespaces=NS) == "6.0 46.0"
    assert (found["binary"].text, found["binary"].get("encoding")) == ("AAEC", "base64")
    raw = wps.execute("echo", inputs, '<wps:Output id="binary"/>', response="raw")
    assert raw.content == b"\x00\x01\x02"


def test_inputs_are_read_from_addresses_of_this_house(wps: Asking) -> None:
    told = wps.execute(
        "kinds", data("options", '{"from": "elsewhere"}'), '<wps:Output id="got.json" transmission="reference"/>'
    )
    reference = told.root.find("wps:Output/wps:Reference", NS)
    assert reference is not None
    href = reference.attrib[f"{{{NS['xlink']}}}href"]
    again = wps.execute("kinds", f'<wps:Input id="options"><wps:Reference xlink:href="{href}"/></wps:Input>', GOT)
    assert got(again)["options"]["options"] == {"from": "elsewhere"}  # type: ignore[index]
    as_text = wps.execute("kinds", f'<wps:Input id="text"><wps:Reference xlink:href="{href}"/></wps:Input>', GOT)
    assert json.loads(str(got(as_text)["text"]))["options"] == {"from": "elsewhere"}


@pytest.mark.parametrize(
    ("crs", "lower", "upper"),
    [
        ("", "5.5 45", "10 48"),
        (' crs="urn:ogc:def:crs:OGC:1.3:CRS84"', "5.5 45", "10 48"),
        (' crs="EPSG:4326"', "5.5 45", "10 48"),
        (' crs="urn:ogc:def:crs:EPSG::4326"', "45 5.5", "48 10"),
        (' crs="http://www.opengis.net/def/crs/EPSG/0/4326"', "45 5.5", "48 10"),
    ],
)
def test_a_box_reaches_the_notebook_as_west_south_east_north(wps: Asking, crs: str, lower: str, upper: str) -> None:
    corners = f"<ows:LowerCorner>{lower}</ows:LowerCorner><ows:UpperCorner>{upper}</ows:UpperCorner>"
    told = wps.execute("kinds", data("box", f"<ows:BoundingBox{crs}>{corners}</ows:BoundingBox>"), GOT)
    assert got(told)["box"] == [5.5, 45, 10, 48]


def test_a_geometry_and_a_day_reach_the_notebook(wps: Asking) -> None:
    point = '{"type": "Point", "coordinates": [1, 2]}'
    inputs = data("where", point, mimeType="application/geo+json") + data("day", "2026-02-28")
    told = got(wps.execute("kinds", inputs, GOT))
    assert (told["where"], told["day"]) == (json.loads(point), "2026-02-28")


def test_an_object_may_be_sent_in_parts_only_where_it_has_some(wps: Asking) -> None:
    nested = '<wps:Input id="options"><wps:Input id="a"><wps:Data>1</wps:Data></wps:Input></wps:Input>'
    assert wps.execute("kinds", nested).trouble == (400, "InvalidParameterValue", "options")


def test_execute_may_stand_in_an_address(wps: Asking) -> None:
    asked = {"service": "WPS", "version": "2.0.0", "request": "Execute", "identifier": "kinds"}
    inputs = "count=4;text=me@example.org%3B%20you;steps=[5];share=0.1@uom="
    told = wps.get(token=True, **asked, DataInputs=inputs, ResponseDocument="got.json@asReference=false")
    assert got(told)["count"] == 4
    assert got(told)["text"] == "me@example.org; you"
    assert got(told)["steps"] == [5]
    unencoded = "/wps?service=WPS&version=2.0.0&request=Execute&identifier=kinds&RawDataOutput=got.json"
    assert json.loads(wps.raw(f"{unencoded}&DataInputs=count=5;text=a%3Db+c", token=True).content)["text"] == "a=b c"
    job = wps.get(token=True, **asked, mode="async").text("wps:JobID")
    assert wps.get(token=True, service="WPS", version="2.0.0", request="Dismiss", jobid=job).status == 200


@pytest.mark.parametrize("where", ["body", "address"])
def test_who_may_not_run_is_told_so(wps: Asking, where: str) -> None:
    if where == "body":
        told = wps.post(execute("kinds"), token=False)
    else:
        told = wps.get(service="WPS", version="2.0.0", request="Execute", identifier="kinds")
    assert told.trouble[:2] == (403, "AccessForbidden")
    assert "token" in told.said


def test_an_unknown_token_and_another_host_are_told_in_the_words_of_the_service(wps: Asking) -> None:
    target = "/wps?service=WPS&version={}&request=GetCapabilities"
    for version, namespace in (("2.0.0", NS["ows"]), ("1.0.0", NS["ows1"])):
        told = wps.raw(target.format(version), Authorization="Bearer made-up")
        assert told.trouble[:2] == (403, "AccessForbidden")
        assert told.root.tag == f"{{{namespace}}}ExceptionReport"
    assert wps.raw(target.format("2.0.0"), Host="elsewhere.example").trouble[:2] == (403, "AccessForbidden")


def test_the_browser_of_the_owner_executes_nothing_by_opening_an_address(wps: Asking) -> None:
    cookie = wps.raw("/").headers["Set-Cookie"].partition(";")[0]
    target = "/wps?service=WPS&version=2.0.0&request=Execute&identifier=sleepy"
    assert wps.raw(target, Cookie=cookie).trouble[:2] == (403, "AccessForbidden")


def test_a_large_file_comes_by_reference_unless_it_is_asked_for(wps: Asking) -> None:
    left = wps.execute("large")
    assert left.root.find("wps:Output/wps:Reference", NS) is not None
    inside = wps.execute("large", "", '<wps:Output id="large.txt" transmission="value"/>')
    assert len(inside.text("wps:Output/wps:Data")) == 2 * 1024**2
    told = wps.execute("large", data("size_mib", "17"), '<wps:Output id="large.txt" transmission="value"/>')
    assert told.trouble == (400, "SizeExceeded", "large.txt")

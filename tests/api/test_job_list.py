"""The job list: its filters, its pages, and what is said of filters that cannot be."""

import httpx
import pytest
from tests.api.asking import ECHO, ended

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture(scope="module")
def jobs(web: httpx.Client) -> list[str]:
    """Three jobs of the echo that have ended, the last dismissed; oldest first."""
    made = []
    for pause in (0, 1.2, 300):
        answer = web.post(ECHO, json={"inputs": {"pause": pause}}, headers={"Prefer": "respond-async"})
        made.append(answer.json()["jobID"])
        if pause < 300:
            ended(web, made[-1])
    web.delete(f"/ogc/jobs/{made[-1]}")
    ended(web, made[-1])
    return made


def listed(web: httpx.Client, **query: str | int) -> set[str]:
    """The ids in such a list."""
    answer = web.get("/ogc/jobs", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    return {each["jobID"] for each in answer.json()["jobs"]}


def test_jobs_are_found_by_process(web: httpx.Client, jobs: list[str]) -> None:
    assert set(jobs) <= listed(web, processID="echo")
    assert not set(jobs) & listed(web, processID="warmth")
    assert set(jobs) <= listed(web, processID="warmth,echo")
    assert listed(web, processID="nothing") == set()


def test_jobs_are_found_by_status_and_type(web: httpx.Client, jobs: list[str]) -> None:
    assert set(jobs) & listed(web, status="successful") == set(jobs[:2])
    assert set(jobs) & listed(web, status="dismissed") == {jobs[2]}
    assert set(jobs) <= listed(web, status="dismissed,successful", type="process")


def test_jobs_are_found_by_how_long_they_took(web: httpx.Client, jobs: list[str]) -> None:
    assert jobs[1] in listed(web, minDuration=1)
    assert jobs[0] in listed(web, maxDuration=60)
    assert not set(jobs[:2]) & listed(web, minDuration=250)


def test_jobs_are_found_by_when_they_were_created(web: httpx.Client, jobs: list[str]) -> None:
    first, last = (web.get(f"/ogc/jobs/{job}").json()["created"] for job in (jobs[0], jobs[2]))
    assert set(jobs) <= listed(web, datetime=f"{first}/{last}")
    assert set(jobs) <= listed(web, datetime=f"{first}/..")
    assert set(jobs) <= listed(web, datetime=first[:10])
    assert not set(jobs[1:]) & listed(web, datetime=f"../{first}")
    assert not set(jobs) & listed(web, datetime="2020-01-01")


def test_the_list_is_paged_newest_first(web: httpx.Client, jobs: list[str]) -> None:
    page = web.get("/ogc/jobs", params={"processID": "echo", "limit": 2}).json()
    assert (len(page["jobs"]), page["numberReturned"]) == (2, 2)
    seen = [each["jobID"] for each in page["jobs"]]
    while after := [each["href"] for each in page["links"] if each["rel"] == "next"]:
        page = web.get(after[0]).json()
        seen += [each["jobID"] for each in page["jobs"]]
    assert [each for each in seen if each in jobs] == jobs[::-1]
    assert len(seen) == len(set(seen)) == page["numberMatched"]
    assert [each["rel"] for each in page["links"] if each["rel"] == "prev"] == ["prev"]


def test_a_dismissed_job_stays_readable(web: httpx.Client, jobs: list[str]) -> None:
    job = web.get(f"/ogc/jobs/{jobs[2]}").json()
    assert (job["status"], job["processID"]) == ("dismissed", "echo")
    assert "Cancelled by" in job["message"]
    assert job["message"] in web.get(f"/ogc/jobs/{jobs[2]}", params={"f": "html"}).text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "0"}, "limit is “0”; it must be a whole number of 1 or more"),
        ({"limit": "many"}, "limit is “many”"),
        ({"offset": "-1"}, "offset is “-1”; it must be a whole number of 0 or more"),
        ({"offset": "9" * 40}, "must be a whole number"),
        ({"status": "done"}, "status is “done”; it can be accepted, running, successful, failed, dismissed"),
        ({"type": "map"}, "type is “map”"),
        ({"datetime": "yesterday"}, "datetime is “yesterday”; write 2026-05-03T12:00:00Z"),
        ({"datetime": "2026-02-01/2026-01-01"}, "the first moment must come before the last"),
        ({"minDuration": "-3"}, "minDuration is “-3”; it must be a number of seconds"),
        ({"maxDuration": "nan"}, "maxDuration is “nan”"),
    ],
)
def test_a_filter_that_cannot_be_is_told_what_can(web: httpx.Client, query: dict[str, str], words: str) -> None:
    answer = web.get("/ogc/jobs", params=query)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_time_stamp_against_caches_is_passed_over(web: httpx.Client, jobs: list[str]) -> None:
    assert web.get(f"/ogc/jobs/{jobs[0]}", params={"t": "1763800000000"}).status_code == 200

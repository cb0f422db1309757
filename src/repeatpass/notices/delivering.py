"""One try to deliver a notice: a POST that follows no redirects and goes through no proxy."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from repeatpass.core.errors import RepeatpassError
from repeatpass.notices.records import Notice
from repeatpass.notices.signing import Signer
from repeatpass.notices.targets import Targets
from repeatpass.notices.troubles import in_words

TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of a try: the HTTP status if there was one, and why it failed, empty if it did not."""

    status: int | None = None
    error: str = ""


class Messenger:
    """Carries notices to where they belong."""

    def __init__(self, targets: Targets, signer: Signer) -> None:
        self.targets = targets
        self.signer = signer
        # No proxy of the environment: it would connect to whatever it likes, past the look at the address.
        self._client = httpx.Client(
            trust_env=False, timeout=TIMEOUT_S, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def deliver(self, notice: Notice) -> Answer:
        """Try once."""
        try:
            address = self.targets.resolve(notice.url)
            with self._client.stream(**self._request(notice, address)) as answer:  # nothing of the body is read
                return Answer(status=answer.status_code, error=_trouble(answer))
        except RepeatpassError as error:
            return Answer(error=error.message)
        except httpx.TimeoutException:
            return Answer(error=f"No answer within {TIMEOUT_S:.0f} seconds.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Answer(error=f"The receiver could not be reached: {in_words(error)}")

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def _request(self, notice: Notice, address: str) -> dict[str, Any]:
        body, parts = notice.body.encode(), urlsplit(notice.url)
        headers = {
            "Host": parts.netloc,
            "Content-Type": notice.media_type,
            "User-Agent": "Repeatpass",
            "Idempotency-Key": f'"{notice.id}"',
            "X-Repeatpass-Notice": f"{notice.kind}; id={notice.id}; try={notice.tries + 1}",
            **self.signer.headers(notice.url, notice.media_type, body, int(time.time())),
        }
        return {
            "method": "POST",
            "url": httpx.URL(notice.url).copy_with(host=address),
            "content": body,
            "headers": headers,
            "extensions": {"sni_hostname": parts.hostname or ""},  # the certificate must be that of the name
        }


def _trouble(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    if answer.is_redirect:
        return f"It answered {answer.status_code}, a redirect; notices follow none: give the address itself."
    return f"It answered {answer.status_code} {answer.reason_phrase}.".replace(" .", ".")

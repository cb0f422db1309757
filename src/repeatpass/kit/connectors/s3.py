"""Places in S3 and in stores that speak its protocol (Signature Version 4, by botocore)."""

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from repeatpass.kit.connectors.places import Place, Signing
from repeatpass.kit.errors import UnknownData, UnreadableData

BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
NEEDED = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for passing ones)"


def s3_place(
    address: str, *, endpoint: str = "", region: str = "", version: str = "", anonymous: bool | None = None
) -> Place:
    """Return the place of ``s3://bucket/key``.

    Args:
        address: ``s3://bucket/key``, with ``?versionId=…`` for one version of it.
        endpoint: address of the store; by default AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, else Amazon's.
        region: by default AWS_REGION or AWS_DEFAULT_REGION, else us-east-1.
        version: one version of the object, where the bucket keeps them.
        anonymous: True: ask without credentials. By default only where there are none.

    Raises: UnknownData for what is no such address, UnreadableData where botocore is missing and would be needed.
    """
    parts = urlsplit(address)
    bucket, key = parts.netloc, parts.path.lstrip("/")
    if not BUCKET.fullmatch(bucket) or not key:
        raise UnknownData(f"{address!r} is not an address in S3; write s3://bucket/key.")
    version = version or dict(parse_qsl(parts.query)).get("versionId", "")
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    query = f"?versionId={quote(version, safe='')}" if version else ""
    return Place(
        kind="s3",
        address=f"s3://{bucket}/{key}{query}",
        url=f"{_base(bucket, endpoint, region)}/{quote(key)}{query}",
        sign=_unsigned if anonymous else _signing(region, required=anonymous is False),
    )


def _base(bucket: str, endpoint: str, region: str) -> str:
    named = endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    if named:  # other stores understand the bucket in the path, all of them
        return f"{named.rstrip('/')}/{bucket}"
    home = f"s3.{region}.amazonaws.com"
    return f"https://{home}/{bucket}" if "." in bucket else f"https://{bucket}.{home}"


def _unsigned(method: str, url: str) -> Mapping[str, str]:
    return {}


def _signing(region: str, *, required: bool) -> Signing:
    given = os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_PROFILE")
    try:
        credentials = _credentials()
    except ModuleNotFoundError as error:
        if not given and not required:
            return _unsigned
        raise UnreadableData(
            "Signing requests to S3 needs the package 'botocore': pip install 'repeatpass[s3]'.", package=error.name
        ) from None
    if credentials is None and required:
        raise UnknownData(f"There are no credentials for S3 here: keep {NEEDED} among your secrets.")
    return _unsigned if credentials is None else _Signed(credentials, region)


def _credentials() -> Any:
    """Return what the environment or the user's own files give; never what a machine of the cloud would lend."""
    from botocore.session import get_session

    session = get_session()
    resolver = session.get_component("credential_provider")
    for name in ("container-role", "iam-role"):
        resolver.remove(name)
    return session.get_credentials()


class _Signed:
    def __init__(self, credentials: Any, region: str) -> None:
        self.credentials, self.region = credentials, region

    def __call__(self, method: str, url: str) -> Mapping[str, str]:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(method=method, url=url)
        S3SigV4Auth(self.credentials.get_frozen_credentials(), "s3", self.region).add_auth(request)
        return dict(request.headers.items())

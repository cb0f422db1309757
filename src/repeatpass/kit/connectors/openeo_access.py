"""Who asks an openEO service, and at which of its addresses: version discovery, OIDC of a client, basic authentication."""

import json
import os
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from repeatpass.kit.connectors.oauth import basic, client, shown, token
from repeatpass.kit.connectors.places import Place, http_place, kept_secret, variable
from repeatpass.kit.connectors.requesting import exchange
from repeatpass.kit.errors import RemoteTrouble, UnknownData

IDS = ("OPENEO_AUTH_CLIENT_ID", "OPENEO_AUTH_CLIENT_SECRET")
KEYS = (
    "Keep OPENEO_AUTH_CLIENT_ID and OPENEO_AUTH_CLIENT_SECRET of an OIDC client of yours among your secrets, or name and "
    "password as {login}."
)


def discovered(base: Place) -> str:
    """Return the address of the newest production version 1.x that the service lists, else the one that was given."""
    try:
        found = exchange(beside(base, ".well-known", "openeo"), read_json)
        listed = [each for each in found["versions"] if str(each["api_version"]).startswith("1.")]
    except (UnknownData, KeyError, TypeError, ValueError):
        return base.url
    if not listed:
        raise RemoteTrouble(f"{base.address} offers no version 1 of the openEO API.", address=base.address)
    ready = [each for each in listed if each.get("production", True)] or listed
    return str(
        max(ready, key=lambda each: [int(part) for part in str(each["api_version"]).split("-")[0].split(".")])["url"]
    )


def let_in(place: Place, service: Place, auth: str, provider: str, secret: str) -> Place:
    """Return *place* with who asks: a client of OIDC, or name and password, whichever there is a secret for."""
    host = urlsplit(place.url).hostname or ""
    login = variable("HTTP_LOGIN", host)
    keys = f"Keep what lets you in as the secret {secret}." if secret else KEYS.format(login=login)
    if auth == "basic" or (not auth and not secret and not os.environ.get(IDS[0]) and os.environ.get(login)):
        name, _, word = kept_secret(secret or login).partition(":")
        asked = shown(beside(service, "credentials", "basic"), basic(name, word), keys)
        return shown(place, f"Bearer basic//{member(asked, 'access_token')}", keys)
    if auth == "oidc" or secret or os.environ.get(IDS[0]):
        return shown(place, f"Bearer {_oidc(service, provider, secret, keys)}", keys)
    return replace(place, keys=keys)


def _oidc(service: Place, provider: str, secret: str, keys: str) -> str:
    id, key = client(secret, "OPENEO_AUTH")
    listed = {str(each["id"]): each for each in member(beside(service, "credentials", "oidc"), "providers")}
    if not listed or (provider and provider not in listed):
        raise UnknownData(
            f"provider is {provider!r}; the service lists {', '.join(listed) or 'none'}.", field="provider"
        )
    name = provider or next(iter(listed))
    issuer = http_place(str(listed[name]["issuer"]).rstrip("/"))
    where = str(member(beside(issuer, ".well-known", "openid-configuration"), "token_endpoint"))
    return f"oidc/{name}/{token(where, id, key, keys, scope='openid')}"


def member(place: Place, name: str) -> Any:
    """Return one member of the JSON at *place*; RemoteTrouble where there is none."""
    try:
        return exchange(place, read_json)[name]
    except (KeyError, TypeError, ValueError):
        raise RemoteTrouble(f"{place.address} gave no {name}.", address=place.address) from None


def beside(place: Place, *parts: str) -> Place:
    """Return what lies below the address of a service."""
    return place.child("/".join(parts))


def read_json(answer: Any) -> Any:
    """Return the JSON of an answer."""
    return json.loads(answer.read())

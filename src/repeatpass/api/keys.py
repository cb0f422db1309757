"""The public key by which receivers know that a notice comes from this house."""

from typing import Any

from fastapi import APIRouter

from repeatpass.assembly import House


def keys_router(house: House) -> APIRouter:
    """Return the route of the key set (RFC 7517)."""
    router = APIRouter(tags=["keys"])

    @router.get("/.well-known/jwks.json")
    def keys() -> dict[str, Any]:
        return {"keys": [house.notices.messenger.signer.public_key()]}

    return router

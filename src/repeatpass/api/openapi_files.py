"""Files by checksum, and what runs left, for the API's description."""

from repeatpass.api.openapi_operations import Operation, operation, path, problem
from repeatpass.api.openapi_schemas import TEXT, Schema

BINARY: Schema = {"type": "string", "format": "binary"}
RUN = path("id", "Id of the run.")
NO_FILE = problem("There is no such file, or it is not for the asker to see.")
SAME = {"description": "The asker has this file already."}


def _file(words: str, *kinds: str) -> dict[str, Operation]:
    tag = {"ETag": {"description": "The checksum.", "schema": TEXT}}
    return {
        "200": {"description": words, "headers": tag, "content": {each: {"schema": BINARY} for each in kinds}},
        "304": SAME,
    }


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/files/{checksum}", "get"): operation(
        "getFile", "A file by its checksum, or a part of it (Range)", _file("The file.", "application/octet-stream"),
        path("checksum", "sha256: and 64 hexadecimal digits."), failures={"404": NO_FILE}),
    ("/runs/{id}/outputs/{path}", "get"): operation(
        "getOutput", "A file that a run left", _file("The file.", "*/*"), RUN, path("path", "The output's name."),
        failures={"404": NO_FILE}),
    ("/runs/{id}/crate.zip", "get"): operation(
        "getCrate", "A run with all that repeating it needs (RO-Crate)", _file("The crate.", "application/zip"), RUN,
        failures={"404": NO_FILE}),
    ("/runs/{id}/executed.ipynb", "get"): operation(
        "getExecutedNotebook", "The notebook as the run left it", _file("The notebook.", "application/x-ipynb+json"),
        RUN, failures={"404": NO_FILE}),
}  # fmt: skip
SCHEMAS: dict[str, Schema] = {}

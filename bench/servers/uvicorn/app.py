"""A small asynchronous service: JSON, streams and a file on disk."""

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

NOTES = Path("/tmp/notes")


async def index(request):
    return PlainTextResponse("hello from uvicorn")


async def note(request):
    path = NOTES / request.path_params["name"]
    if request.method == "PUT":
        NOTES.mkdir(exist_ok=True)
        path.write_bytes(await request.body())
        return JSONResponse({"kept": path.name}, status_code=201)
    if not path.exists():
        return JSONResponse({"error": "no such note"}, status_code=404)
    if request.method == "DELETE":
        path.unlink()
        return PlainTextResponse("gone")
    return FileResponse(path)


async def count(request):
    async def numbers():
        for number in range(int(request.path_params["most"])):
            yield f"{number}\n"
            await asyncio.sleep(0)

    return StreamingResponse(numbers(), media_type="text/plain")


app = Starlette(
    routes=[
        Route("/", index),
        Route("/notes/{name}", note, methods=["GET", "PUT", "DELETE"]),
        Route("/count/{most:int}", count),
    ]
)

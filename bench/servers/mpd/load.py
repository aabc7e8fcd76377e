"""A library read, searched and played, lists of songs kept, the volume of nothing, and refused commands."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, until
from _common.lines import Lines

with Lines(6600, end=b"\n") as server:
    server.expect("OK MPD")

    def ask(command: str) -> str:
        """Everything up to the end of the answer."""
        server.send(command)
        found = []
        while not found or not (found[-1] == "OK" or found[-1].startswith("ACK")):
            found.append(server.line())
        return "\n".join(found)

    holds(ask("update"), "updating_db")
    until(lambda: ask("status"), lambda said: "updating_db" not in said, "the library is read")
    holds(ask("listall"), "file: first/2.wav")
    holds(ask('search file "3.wav"'), "first/3.wav")
    holds(ask("clear"), "OK")
    holds(ask('add "first"'), "OK")
    holds(ask("playlistinfo"), "Pos: 2")
    holds(ask("setvol 40"), "OK")
    holds(ask("play 1"), "OK")
    until(lambda: ask("status"), lambda said: "state: play" in said and "audio: " in said, "it plays")
    holds(ask("currentsong"), "first/2.wav")
    holds(ask("seekcur 1"), "OK")
    holds(ask("pause 1"), "OK")
    holds(ask("status"), "state: pause")
    holds(ask("next"), "OK")
    holds(ask("stop"), "OK")
    holds(ask("save mine"), "OK")
    holds(ask("listplaylist mine"), "first/1.wav")
    holds(ask("rm mine"), "OK")
    holds(ask('sticker set song "first/1.wav" stars 5'), "OK")
    holds(ask('sticker get song "first/1.wav" stars'), "stars=5")
    holds(ask("outputs"), "outputname: nowhere")
    holds(ask("load mine"), "ACK")
    holds(ask("nonsense"), "ACK")
    for _ in range(100):
        holds(ask("stats"), "songs: 3")
done()

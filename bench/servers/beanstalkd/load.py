"""Jobs put, reserved, buried, kicked, delayed and deleted in several tubes; figures and refusals."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same
from _common.lines import Lines

with Lines(11300) as queue:
    queue.exactly("use bench", "USING bench")
    queue.exactly("watch bench", "WATCHING 2")
    queue.exactly("ignore default", "WATCHING 1")
    for number in range(100):
        job = queue.ask(f"put 10 0 60 {len(str(number))}\r\n{number}", "INSERTED").split()[1]
        queue.exactly("reserve-with-timeout 1", f"RESERVED {job} {len(str(number))}")
        same(queue.line(), str(number))
        queue.exactly(f"delete {job}", "DELETED")
    queue.send(b"put 1 0 60 60000\r\n" + b"j" * 60000)
    job = queue.expect("INSERTED").split()[1]
    queue.exactly("reserve", f"RESERVED {job} 60000")
    same(queue.line(), "j" * 60000)
    queue.exactly(f"touch {job}", "TOUCHED")
    queue.exactly(f"bury {job} 5", "BURIED")
    queue.exactly("kick 10", "KICKED 1")
    queue.ask("peek-ready", f"FOUND {job} 60000")
    same(queue.line(), "j" * 60000)
    queue.exactly(f"delete {job}", "DELETED")
    later = queue.ask("put 1 1 60 1\r\nx", "INSERTED").split()[1]
    queue.exactly("reserve-with-timeout 0", "TIMED_OUT")
    queue.ask("reserve-with-timeout 5", f"RESERVED {later} 1")
    same(queue.line(), "x")
    queue.exactly(f"delete {later}", "DELETED")
    queue.exactly("delete 999999", "NOT_FOUND")
    queue.exactly("nonsense", "UNKNOWN_COMMAND")
    queue.ask("stats-tube bench", "OK")
    holds("\n".join(queue.until("pause-time-left")), "name: bench")
    queue.line()
    queue.exactly(b"put 1 0 60 70000\r\n" + b"j" * 70000, "JOB_TOO_BIG")
done()

"""Commands, their exit codes and errors, a large stream, files by SFTP, a terminal, and refused passwords."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import io

import paramiko
from _common.judge import HOST, done, holds, port, refused, same


def session(password: str = "lovelace") -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(HOST, port(22), "ada", password, look_for_keys=False, allow_agent=False, timeout=10)
    return client


for number in range(2):
    with session() as client:
        same(client.exec_command(f"echo {number}")[1].read(), f"{number}\n".encode())
with session() as client:
    same(client.exec_command("exit 7")[1].channel.recv_exit_status(), 7)
with session() as client:
    _, out, err = client.exec_command("id -un; no-such-program")
    same(out.read(), b"ada\n")
    holds(err.read(), b"not found")
with session() as client:
    stdin, out, _ = client.exec_command("tr a-z A-Z")
    stdin.write("sent " * 1000)
    stdin.channel.shutdown_write()
    same(out.read(), b"SENT " * 1000)
with session() as client:
    files = client.open_sftp()
    files.putfo(io.BytesIO(b"f" * 200_000), "note.txt")
    same(files.stat("note.txt").st_size, 200_000)
    files.rename("note.txt", "moved.txt")
    holds(files.listdir(), "moved.txt")
    same(files.open("moved.txt").read(3), b"fff")
    files.remove("moved.txt")
    refused(OSError, lambda: files.stat("moved.txt"))
with session() as client:
    shell = client.invoke_shell()
    shell.settimeout(10)
    shell.send(b"echo $((40+2))-answer; exit\n")
    said = b""
    while part := shell.recv(4096):
        said += part
    holds(said, b"42-answer")
refused(paramiko.AuthenticationException, lambda: session("wrong"))
done()

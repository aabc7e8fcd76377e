"""What load.py does not do: a forwarded port, a changed password, links and modes by SFTP, signals, several channels."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import stat

import paramiko
from _common.judge import HOST, done, holds, port, refused, same, true

client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(HOST, port(22), "ada", "lovelace", look_for_keys=False, allow_agent=False, timeout=10, compress=True)
transport = client.get_transport()
assert transport is not None
forward = transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 9))
holds(forward.recv(100), b"SSH-2.0")
forward.close()
refused(paramiko.ChannelException, lambda: transport.open_channel("direct-tcpip", ("127.0.0.1", 1), ("127.0.0.1", 9)))
channels = [transport.open_session() for _ in range(5)]
for number, channel in enumerate(channels):
    channel.exec_command(f"sleep 0.1; echo {number}")
for number, channel in enumerate(channels):
    same(channel.makefile().read(), f"{number}\n".encode())
files = client.open_sftp()
with files.open("f", "w") as file:
    file.write("text")
files.chmod("f", 0o600)
same(stat.S_IMODE(files.stat("f").st_mode or 0), 0o600)
files.symlink("f", "link")
same(files.readlink("link"), "f")
files.utime("f", (1, 1))
same(files.stat("f").st_mtime, 1)
files.truncate("f", 2)
same(files.stat("f").st_size, 2)
true(files.normalize(".").endswith("ada"), "home")
for name in ("link", "f"):
    files.remove(name)
same(client.exec_command("kill -TERM $$")[1].channel.recv_exit_status(), -1)
channel = transport.open_session()
channel.get_pty("vt100", 100, 30)
channel.exec_command("stty size")
holds(channel.makefile().read(), b"30 100")
reverse = transport.request_port_forward("127.0.0.1", 0)
true(reverse, "a port is listened on there")
transport.cancel_port_forward("127.0.0.1", reverse)
client.close()
done()

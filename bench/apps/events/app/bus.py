"""As much of the protocol of NATS as is used here."""

import socket


class Bus:
    def __init__(self):
        self._socket = socket.create_connection(("nats", 4222), 5)
        self._file = self._socket.makefile("rb")
        self._file.readline()
        self.send('CONNECT {"verbose":false}\r\nPING')
        while self._file.readline() != b"PONG\r\n":
            pass

    def send(self, line):
        self._socket.sendall(line.encode() + b"\r\n")

    def publish(self, subject, text, reply=""):
        self.send(f"PUB {subject} {reply} {len(text.encode())}\r\n{text}")

    def message(self):
        while True:
            line = self._file.readline()
            if not line:
                raise ConnectionError
            if line == b"PING\r\n":
                self.send("PONG")
            words = line.decode().split()
            if words and words[0] == "MSG":
                text = self._file.read(int(words[-1]) + 2)[:-2].decode()
                return words[1], words[3] if len(words) == 5 else "", text

    def wait(self, seconds):
        self._socket.settimeout(seconds)

    def close(self):
        self._file.close()
        self._socket.close()

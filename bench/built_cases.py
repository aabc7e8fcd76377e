"""The Dockerfiles that ``built_fixes.py`` builds, with what their containers do."""

from __future__ import annotations

from built import Case

USER = ("image-runs-as-root",)
PY = b"""import http.server, os, pathlib, sys
where = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if where: (where / "hits.log").open("a").write("hit\\n")
        self.send_response(200); self.end_headers(); self.wfile.write(b"fine")
http.server.HTTPServer(("", int(sys.argv[1])), H).serve_forever()
"""
JS = b"require('http').createServer((q, r) => r.end('node ' + process.argv.slice(2))).listen(+process.env.PORT || 8080)\n"
NPMRC = b"//npm.example.com/:_authToken=npm_x8Kq2vLr7TzW4mYbN1cJ5hDs9fGa3eQpU0iO\n"
NETRC = b"machine git.example.com login builder password x8Kq2vLr7TzW4mYb\n"
SH = b"#!/bin/sh\necho fine > index.html\nexec httpd -f -p $1\n"
GO = {
    "goserver": """package main
import ("net/http"; "os"; "fmt")
func main() { http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "go fine") })
 if err := http.ListenAndServe(":8080", nil); err != nil { fmt.Println(err); os.Exit(1) } }
""",
    "gowriter": """package main
import ("fmt"; "os")
func main() { if err := os.WriteFile("/data/x", []byte("kept"), 0o600); err != nil { fmt.Println(err); os.Exit(1) }
 b, _ := os.ReadFile("/data/x"); fmt.Println(string(b)) }
""",
}

CASES = [
    Case("python, writes its folder", """FROM python:3.13.1-slim
WORKDIR /app
COPY app.py .
CMD ["python3", "app.py", "8080", "/app"]
""", USER, {"app.py": PY}, 8080, 10001),
    Case("python, writes a volume", """FROM python:3.13.1-slim
COPY app.py /app.py
VOLUME /data
CMD ["python3", "/app.py", "8080", "/data"]
""", USER, {"app.py": PY}, 8080, 10001),
    Case("python, files behind the volume", """FROM python:3.13.1-slim
VOLUME ["/srv/data"]
COPY app.py /app.py
CMD ["python3", "/app.py", "8080", "/tmp"]
""", USER, {"app.py": PY}, 8080, 10001),
    Case("python, folder made by RUN", """FROM python:3.13.1-slim
WORKDIR /opt/app
RUN mkdir -p /opt/app/logs /opt/app/src
COPY app.py src/
CMD ["python3", "src/app.py", "8080", "/opt/app/logs"]
""", USER, {"app.py": PY}, 8080, 10001),
    Case("python, port below 1024", """FROM python:3.13.1-slim
COPY app.py /app.py
EXPOSE 80
CMD ["python3", "/app.py", "80"]
""", USER, {"app.py": PY}, 80, 10001),
    Case("node, user of the base", """FROM node:22.12.0
WORKDIR /app
COPY app.js .
CMD ["node", "app.js"]
""", USER, {"app.js": JS}, 8080, 1000),
    Case("node, port below 1024", """FROM node:22.12.0
ENV PORT=80
WORKDIR /app
COPY app.js .
EXPOSE 80

# start
CMD ["node", "app.js", "x"]
""", USER, {"app.js": JS}, 80, 1000),
    Case("node, back to the user before", """FROM node:22.12.0
WORKDIR /app
COPY app.js .
USER 1000:1000
RUN node --version
USER root
CMD ["node", "app.js"]
""", USER, {"app.js": JS}, 8080, 1000),
    Case("node, shell form", """FROM node:22.12.0
WORKDIR /app
COPY app.js .
CMD node app.js a b
""", ("shell-form-start",), {"app.js": JS}, 8080),
    Case("node, shell form with a variable", """FROM node:22.12.0
ENV WORD=hello
COPY app.js /
ENTRYPOINT node /app.js "$WORD you"
""", ("shell-form-start",), {"app.js": JS}, 8080),
    Case("nginx image", """FROM nginx:1.27.3
COPY index.html /usr/share/nginx/html/
EXPOSE 80
""", USER, {"index.html": b"fine"}, 80, 101),
    Case("nginx image, folder by ADD", """FROM nginx:1.27.3
ADD index.html /usr/share/nginx/html/
""", ("add-instead-of-copy", *USER), {"index.html": b"fine"}, 80, 101),
    Case("nginx from the distribution", """FROM debian:13.1
COPY index.html /var/www/html/index.html
CMD ["nginx", "-g", "daemon off;"]
""", USER, {"index.html": b"fine"}, 80, 10001),
    Case("apache from the distribution", """FROM debian:13.1
COPY index.html /var/www/html/index.html
CMD ["apachectl", "-D", "FOREGROUND"]
""", USER, {"index.html": b"fine"}, 80, 33),
    Case("own user without a number", """FROM debian:13.1
RUN useradd --create-home web
WORKDIR /home/web
COPY app.py .
CMD ["python3", "app.py", "8080", "/home/web"]
""", USER, {"app.py": PY}, 8080, 10001),
    Case("own group and user, numbered", """FROM debian:13.1
RUN groupadd -g 777 crew && useradd -u 888 -g crew web
COPY app.py /
CMD ["python3", "/app.py", "8080"]
""", USER, {"app.py": PY}, 8080, 888),
    Case("number in a variable", """FROM debian:13.1
ENV ID=4321
RUN useradd -u $ID web && mkdir /var/lib/web && chown web /var/lib/web
COPY app.py /
CMD ["python3", "/app.py", "8080", "/var/lib/web"]
""", USER, {"app.py": PY}, 8080, 4321),
    Case("USER by name gets numbers", """FROM debian:13.1
RUN groupadd -r web && useradd -r -g web web && mkdir /d && chown web:web /d
COPY app.py /
USER web
CMD ["python3", "/app.py", "8080", "/d"]
""", ("user-without-ids",), {"app.py": PY}, 8080, 10001),
    Case("Go on scratch", """FROM scratch
COPY goserver /goserver
ENTRYPOINT ["/goserver"]
""", USER, {}, 8080, 10001),
    Case("Go on distroless", """FROM debian:13.1 AS build
RUN true
FROM gcr.io/distroless/static-debian12
COPY goserver /goserver
EXPOSE 8080
CMD ["/goserver"]
""", USER, {}, 8080, 65532),
    Case("scratch, copies into its volume", """FROM debian:13.1 AS build
RUN mkdir /data && touch /data/.keep
FROM scratch
COPY gowriter /gowriter
COPY --from=build /data /data
VOLUME /data
CMD ["/gowriter"]
""", USER, {}, 0, 10001),
    Case("alpine", """FROM alpine:3.24
WORKDIR /site
COPY serve /serve
CMD ["/serve", "8080"]
""", USER, {"serve": SH}, 8080, 10001),
    Case("alpine, own user without number", """from alpine:3.24
run addgroup -S web && adduser -S -G web web
workdir /site
copy serve /serve
cmd ["/serve", "8080"]
""", USER, {"serve": SH}, 8080, 10001),
    Case("busybox, volume, CRLF", """FROM busybox:1.37\r
COPY serve /serve\r
WORKDIR /srv/site\r
VOLUME /srv/site\r
CMD ["/serve", "8080"]\r
""", USER, {"serve": SH}, 8080, 10001),
    Case("backtick as escape", """# escape=`
FROM alpine:3.24
WORKDIR /site
COPY `
  serve /serve
CMD ["/serve", "8080"]
""", USER, {"serve": SH}, 8080, 10001),
    Case("stage that goes on from another", """FROM debian:13.1 AS base
WORKDIR /app
COPY app.py .
CMD ["python3", "app.py", "8080", "/app"]
FROM base
ENV X=1
""", USER, {"app.py": PY}, 8080, 10001),
    Case("entrypoint that gives up root", """FROM redis:7.4
COPY app.py /
CMD ["python3", "/app.py", "8080"]
""", USER, {"app.py": PY}, 8080),
    Case("writable by everybody", """FROM debian:13.1
COPY --chown=5:5 app.py /app.py
RUN mkdir -p /data/in && chmod -R 777 /data
USER 1234:1234
CMD ["sh", "-c", "echo x > /data/in/y && cat /data/in/y && stat -c %a /data"]
""", ("world-writable-path",), {"app.py": PY}, differs=("777", "775")),
    Case("setuid bit", """FROM debian:13.1
RUN cp /bin/true /usr/local/bin/helper && chmod 4755 /usr/local/bin/helper
CMD ["sh", "-c", "helper && stat -c %a /usr/local/bin/helper"]
""", ("setuid-bit-set",), {}, differs=("4755", "755")),
    Case("sudo in RUN", """FROM debian:13.1
RUN useradd -u 1500 web && echo 'web ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/web
USER web
RUN sudo touch /made && sudo chmod 644 /made
CMD ["sh", "-c", "stat -c '%U %a' /made && id -u"]
""", ("sudo-in-run",)),
    Case("package lists", """FROM debian:13.1
RUN rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
RUN apt-get update
RUN apt-get install -y sudo \\
    && echo installed > /installed
CMD ["cat", "/installed"]
""", ("package-lists-only-updated",)),
    Case("password taken away", """FROM debian:13.1
RUN passwd -d root
CMD ["sh", "-c", "passwd -S root | cut -d' ' -f2"]
""", ("password-set",), {}, differs=("NP", "L")),
    Case("check that cannot fail", """FROM python:3.13.1-slim
COPY app.py /
HEALTHCHECK --interval=1s CMD python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8080')" || true
CMD ["python3", "/app.py", "8080"]
""", ("image-healthcheck-cannot-fail",), {"app.py": PY}, 8080),
    Case("all fixes at once", """# A service
FROM python:3.13.1-slim
ADD app.py /app/app.py
WORKDIR /app
RUN mkdir -p /app/data && chmod 777 /app/data
EXPOSE 8080

# its start
CMD python3 app.py 8080 /app/data
""", (), {"app.py": PY}, 8080, 10001),
]  # fmt: skip

SECRETS = [
    Case("argument as a secret", """FROM debian:13.1
ARG API_TOKEN
RUN test -n "$API_TOKEN" && echo "${#API_TOKEN}" > /length
CMD ["cat", "/length"]
""", ("image-secret-in-arg",), hidden="t0k3n"),
    Case("literal as a secret", """FROM debian:13.1
RUN printf '%s' --db-password=vK3nq8Zr0pLw | wc -c > /length
CMD ["cat", "/length"]
""", ("image-secret-in-run",), hidden="vK3nq8Zr0pLw"),
    Case("argument of two steps, behind a user", """FROM debian:13.1
RUN useradd -u 1500 web && mkdir /out && chown web /out
ARG API_TOKEN
USER 1500:1500
RUN printf %s "$API_TOKEN" | wc -c > /out/length
RUN <<EOF
printf %s "$API_TOKEN" | sha256sum > /out/sum
EOF
CMD ["cat", "/out/length", "/out/sum"]
""", ("image-secret-in-arg",), hidden="t0k3n"),
    Case("argument kept in the environment", """FROM debian:13.1
ARG API_TOKEN
ENV STAGE=test \\
    API_TOKEN=$API_TOKEN
RUN printf %s "$STAGE $API_TOKEN" | sha256sum > /sum
CMD ["sh", "-c", "cat /sum && echo $STAGE"]
""", ("image-secret-in-env",), hidden="t0k3n"),
    Case("variable of the build only", """FROM debian:13.1
ENV DB_PASSWORD=vK3nq8Zr0pLw
RUN printf %s "$DB_PASSWORD" | sha256sum > /sum
CMD ["cat", "/sum"]
""", ("image-secret-in-env",), hidden="vK3nq8Zr0pLw"),
    Case("argument in an earlier stage", """FROM debian:13.1 AS build
ARG API_TOKEN
RUN printf %s "$API_TOKEN" | sha256sum > /sum
FROM debian:13.1
COPY --from=build /sum /sum
CMD ["cat", "/sum"]
""", ("image-secret-in-arg",)),
    Case("copied file with a token", """FROM debian:13.1
WORKDIR /app
COPY app.py .npmrc ./
RUN sha256sum .npmrc > /sum
CMD ["cat", "/sum"]
""", ("secret-file-copied",), {"app.py": PY, ".npmrc": NPMRC}, hidden="x8Kq2vLr7TzW4mYb"),
    Case("copied file in a home", """FROM debian:13.1
COPY .netrc /root/.netrc
RUN sha256sum /root/.netrc > /sum
CMD ["cat", "/sum"]
""", ("secret-file-copied",), {".netrc": NETRC}, hidden="x8Kq2vLr7TzW4mYb"),
    Case("here-document, network of the host", """FROM debian:13.1
RUN --network=host <<EOF
echo built > /built
EOF
COPY <<X /words
one
X
CMD ["cat", "/built", "/words"]
""", ("run-insecure",)),
    Case("user with BuildKit", """FROM debian:13.1
WORKDIR /app
VOLUME /app/data
COPY app.py .
CMD ["python3", "app.py", "8080", "/app/data"]
""", USER, {"app.py": PY}, 8080, 10001),
]  # fmt: skip

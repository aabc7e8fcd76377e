ARG BASE=nginxinc/nginx-unprivileged
ARG TAG=1.27
FROM ${BASE}:${TAG}

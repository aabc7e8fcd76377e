FROM --platform=linux/amd64 nginxinc/nginx-unprivileged:1.27

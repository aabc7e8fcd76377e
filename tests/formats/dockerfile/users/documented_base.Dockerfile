FROM nginxinc/nginx-unprivileged:1.27
ENV A=1

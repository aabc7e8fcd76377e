FROM grafana/grafana:11.0.0
ENV A=1

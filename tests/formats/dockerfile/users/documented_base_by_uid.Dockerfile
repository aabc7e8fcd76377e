FROM grafana/grafana:11.0.0

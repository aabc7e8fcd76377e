FROM grafana/grafana:11.0.0 AS base
FROM base

"""Tasks that workers do, and one that is done every second."""

import os

import redis
from celery import Celery

app = Celery("tasks", broker=os.environ["BROKER_URL"], backend=os.environ["RESULT_URL"])
app.conf.beat_schedule = {"tick": {"task": "tasks.tick", "schedule": 1.0}}
store = redis.Redis.from_url(os.environ["RESULT_URL"])


@app.task
def power(base, exponent):
    return str(base**exponent)


@app.task(ignore_result=True)
def tick():
    store.incr("ticks")

"""How the web process runs, everywhere: `gunicorn spp_portal.wsgi:application` reads this file by itself."""

import os

# Synchronous views in a few threads; more of either is for a machine with more cores (see docs/operations.md).
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Requests in flight get this many seconds to end at a stop; less than the time a supervisor gives the whole process.
graceful_timeout = 8
# A worker is replaced after so many requests (give or take some), so that no leak grows for ever.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat's file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (gunicorn makes its own file in it)
control_socket_disable = True
loglevel = "warning"

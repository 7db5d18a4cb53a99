# The portal for production. One image for every process; docker-compose.yml says which command each one runs.
# Packages come from requirements-production.lock: what the portal needs, without the embedded servers and the tests.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements-production.lock .
RUN /opt/venv/bin/pip install --require-hashes -r requirements-production.lock
COPY . .
# Settings want addresses and a key even to copy files; these reach nothing and are not in the image's environment.
# Django writes files for its owner alone (they are uploads elsewhere): the portal, another account, must read these.
RUN /opt/venv/bin/python scripts/compile_messages.py \
 && SECRET_KEY=only-while-building DATABASE_URL=postgres://nowhere/portal PORTAL_VAR=/tmp/var \
    PORTAL_URL=https://portal.invalid /opt/venv/bin/python manage.py collectstatic --no-input \
 && /opt/venv/bin/python -m compileall -q /app \
 && chmod -R a+rX /app

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 portal \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal -m 0700 /data
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORTAL_VAR=/data \
    HOME=/tmp PORT=8000
COPY --from=build /opt/venv /opt/venv
# Owned by root: the portal cannot change its own program.
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["python", "scripts/probe.py"]
CMD ["gunicorn", "spp_portal.wsgi:application", "--bind", "0.0.0.0:8000"]

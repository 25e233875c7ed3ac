# Skarb for containers: one image for web, workers, beat and migrations. PostgreSQL and Redis or
# Valkey run elsewhere and are given by DATABASE_URL and REDIS_URL; see compose.yaml.
# The image writes nothing but /tmp and /dev/shm, so it runs with a read-only file system.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt
COPY . /opt/skarb
# Addresses and key only satisfy the settings: collecting static files asks no server.
RUN cd /opt/skarb \
    && SKARB_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
       SKARB_HOSTS=build.invalid \
       SKARB_STATIC_ROOT=/opt/skarb/static-collected \
       DATABASE_URL=postgresql://build.invalid/skarb \
       REDIS_URL=redis://build.invalid/0 \
       /opt/venv/bin/python manage.py collectstatic --no-input \
    && /opt/venv/bin/python -m compileall -q apps bank

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent skarb
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/skarb /opt/skarb
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=bank.settings \
    SKARB_STATIC_ROOT=/opt/skarb/static-collected
WORKDIR /opt/skarb
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# Alive is who answers at all: a redirect to TLS is an answer, an error is none. Asked under a name of
# the bank's, so that no answer is a complaint in the log.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "\
import http.client, os; web = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
name = os.environ['SKARB_HOSTS'].split(',')[0].strip().lstrip('.'); \
web.request('GET', '/healthz', headers={'Host': name}); assert web.getresponse().status < 400"]

CMD ["gunicorn", "bank.wsgi:application", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", \
     "--worker-class=gthread", "--worker-tmp-dir=/dev/shm", "--no-control-socket", \
     "--access-logfile=-"]

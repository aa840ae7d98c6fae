# The application alone; PostgreSQL and Redis are servers of their own (docker-compose.yml).
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/srv/var HASHED_STATIC_FILES=true
WORKDIR /srv/dyad
COPY requirements/deployment.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/deployment.txt
COPY . .
RUN useradd --system dyad && mkdir -p /srv/var && chown dyad /srv/var
USER dyad
RUN DATABASE_URL=postgresql:///build REDIS_URL=redis://build SECRET_KEY=build python manage.py collectstatic --noinput
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--timeout", "60"]

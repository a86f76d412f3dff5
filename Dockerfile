# One image for every service of docker-compose.yml; the command says which.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    TZ=Asia/Seoul \
    BUSAN_ROOT=/app \
    BUSAN_VAR_DIR=/app/var \
    BUSAN_RELEASES_DIR=/app/releases

WORKDIR /app
COPY requirements.txt pyproject.toml README.md ./
RUN pip install --no-cache-dir --requirement requirements.txt

COPY include include
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
RUN pip install --no-cache-dir --no-deps --editable . \
    && useradd --uid 50000 --create-home busan \
    && mkdir -p var releases \
    && chown -R busan:busan var releases dbt_project
USER 50000

ENTRYPOINT ["python", "-m", "busan_safety.launcher.container"]
CMD ["busan-safety", "--help"]

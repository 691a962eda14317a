# API and dashboard in one image; compose.yaml runs one container of each.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# The packages first: they change least. The pins are those of requirements.txt, without development tools.
COPY requirements.txt pyproject.toml README.md ./
COPY src ./src
RUN grep -v '^-e' requirements.txt > constraints.txt \
    && pip install --constraint constraints.txt '.[train,dashboard]'

COPY app.py dashboard.py ./
COPY models ./models

# All state lies in one volume, owned by the user that serves.
RUN useradd --create-home --uid 1000 lenswright && mkdir /state && chown lenswright /state
USER lenswright
ENV LENSWRIGHT_HOME=/state LENSWRIGHT_BUNDLED_MODELS=/app/models LENSWRIGHT_LOG_FORMAT=json
# Others reach a container, so the API starts once there is a key:
#   docker run --rm -v state:/state lenswright lenswright keys create NAME --role admin
VOLUME /state
EXPOSE 5000 8050
CMD ["python", "app.py", "--host", "0.0.0.0", "--port", "5000"]

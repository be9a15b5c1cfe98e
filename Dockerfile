# The hall in a container: `docker build -t cvdemo .`, then `docker compose up`. nginx is there for --workers.
# PyPI's torch brings CUDA along; an index of builds without it makes a smaller image for machines without a GPU:
#   docker build --build-arg TORCH_INDEX=<address of the index> -t cvdemo .
FROM python:3.11-slim AS made
ARG TORCH_INDEX=""
RUN python -m venv /lab
COPY . /src
WORKDIR /src
RUN if [ -n "$TORCH_INDEX" ]; then /lab/bin/pip install --no-cache-dir --index-url "$TORCH_INDEX" $(grep ^torch constraints.txt); fi \
 && /lab/bin/pip install --no-cache-dir -c constraints.txt . \
 && /lab/bin/pip install --no-cache-dir --no-deps -r peers.txt

FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 lab
COPY --from=made /lab /lab
ENV PATH=/lab/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 \
    CVDEMO_DOWNLOADS=off CVDEMO_LOG=json CVDEMO_METRICS=9101 CVDEMO_VISITOR_SECONDS=30
USER lab
WORKDIR /tmp
EXPOSE 8501 9101
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
  CMD python -c "from urllib.request import urlopen; urlopen('http://localhost:8501/_stcore/health', timeout=4)"
CMD ["cvdemo", "app", "--hall"]

import httpx
from blacklight_devstack.traces.collector import running_collector
from blacklight_shared.span_export import PlannedIds
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


def test_keeps_what_an_exporter_sends() -> None:
    with running_collector() as collector:
        resource = Resource.create({"service.name": "matching"})
        provider = TracerProvider(resource=resource, id_generator=PlannedIds())
        exporter = OTLPSpanExporter(endpoint=f"{collector.url}/v1/traces")
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracer = provider.get_tracer("test")
        with (
            tracer.start_as_current_span("request", attributes={"tries": 2}),
            tracer.start_as_current_span("step") as step,
        ):
            step.set_status(trace.StatusCode.ERROR, "TimeoutError")
        provider.shutdown()

        step_told, request_told = collector.spans

    assert (request_told.service, request_told.name) == ("matching", "request")
    assert request_told.attributes == {"tries": "2"}
    assert (request_told.parent_id, request_told.failed) == ("", False)
    assert (step_told.parent_id, step_told.failed) == (request_told.span_id, True)
    assert request_told.start_ns <= step_told.start_ns <= step_told.end_ns <= request_told.end_ns
    assert collector.trace(request_told.trace_id) == [step_told, request_told]
    assert collector.trace("00") == []


def test_processes_are_told_where_it_listens() -> None:
    with running_collector() as collector:
        url = collector.environment()["OTEL_EXPORTER_OTLP_ENDPOINT"]
        assert httpx.get(f"{url}/v1/traces").status_code == 405

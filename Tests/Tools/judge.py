#!/usr/bin/env python3
"""Judges OTLP against the official Python messages (PyPI: opentelemetry-proto).

    judge.py check   SIGNAL REQUEST          strict check of an encoded export request
    judge.py json    SIGNAL REQUEST          its content as canonical JSON
    judge.py lines   SIGNAL FILE.jsonl       each line of OTLP/JSON as canonical JSON, in one array

SIGNAL is traces, logs or metrics. Canonical JSON: the names and rules of OTLP/JSON, keys sorted, empty messages
left out.
Exit status: 0 clean, 1 findings (one a line on stdout), 2 not OTLP at all, 3 the messages are not installed.
"""
import base64
import json
import sys

try:
    from google.protobuf import json_format
    from google.protobuf.unknown_fields import UnknownFieldSet
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
except ImportError as error:
    print(f"{error}: run `make test`, which installs opentelemetry-proto")
    sys.exit(3)

REQUESTS = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
IDS = {"traceId", "spanId", "parentSpanId"}
ATTRIBUTES = {"attributes", "filtered_attributes"}


class Findings(list):
    def expect(self, holds, path, text):
        if not holds:
            self.append(f"{path}: {text}")


# What holds in every message


def check_message(message, path, findings):
    for field in UnknownFieldSet(message):
        findings.append(f"{path}: unknown field {field.field_number}")
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        place = f"{path}.{field.name}"
        if field.enum_type:
            for number in values:
                findings.expect(number in field.enum_type.values_by_number, place, f"unknown enum value {number}")
        if field.message_type:
            for index, nested in enumerate(values):
                check_message(nested, f"{place}[{index}]" if field.is_repeated else place, findings)
        if field.name in ATTRIBUTES:
            check_attributes(value, place, findings)


def check_attributes(attributes, path, findings):
    keys = [attribute.key for attribute in attributes]
    findings.expect(len(keys) == len(set(keys)), path, f"a key stands twice in {keys}")
    for attribute in attributes:
        findings.expect(attribute.key, path, "empty key")
        findings.expect(attribute.value.WhichOneof("value"), path, f"{attribute.key} has no value")


def check_id(identifier, length, path, findings):
    findings.expect(len(identifier) == length and any(identifier), path, f"bad id {identifier.hex()!r}")


def check_optional_ids(record, path, findings):
    if record.trace_id or record.span_id:
        check_id(record.trace_id, 16, path, findings)
        check_id(record.span_id, 8, path, findings)


# Signals


def check_span(span, path, findings):
    check_id(span.trace_id, 16, path, findings)
    check_id(span.span_id, 8, path, findings)
    if span.parent_span_id:
        check_id(span.parent_span_id, 8, path, findings)
    findings.expect(span.name, path, "no name")
    findings.expect(span.kind, path, "no kind")
    findings.expect(0 < span.start_time_unix_nano <= span.end_time_unix_nano, path, "start and end out of order")
    for event in span.events:
        inside = span.start_time_unix_nano <= event.time_unix_nano <= span.end_time_unix_nano
        findings.expect(event.name and inside, path, f"event {event.name!r} without name or outside the span")
    for link in span.links:
        check_id(link.trace_id, 16, path + " link", findings)
        check_id(link.span_id, 8, path + " link", findings)
    findings.expect(not span.status.message or span.status.code == 2, path, "a status message without an error")


def check_log_record(record, path, findings):
    findings.expect(record.time_unix_nano or record.observed_time_unix_nano, path, "no time")
    check_optional_ids(record, path, findings)


def check_metric(metric, path, findings):
    kind = metric.WhichOneof("data")
    findings.expect(metric.name and kind, path, "no name or no data")
    if not kind:
        return
    data = getattr(metric, kind)
    findings.expect(data.data_points, path, "no points")
    if kind in ("sum", "histogram", "exponential_histogram"):
        findings.expect(data.aggregation_temporality, path, "no temporality")
    series = set()
    for point in data.data_points:
        check_point(point, kind, path, findings)
        series.add(tuple(sorted((a.key, a.value.SerializeToString()) for a in point.attributes)))
        if kind == "sum" and data.is_monotonic and point.WhichOneof("value"):
            findings.expect(getattr(point, point.WhichOneof("value")) >= 0, path, "a monotonic sum below zero")
    findings.expect(len(series) == len(data.data_points), path, "two points with the same attributes")


def check_point(point, kind, path, findings):
    findings.expect(point.time_unix_nano, path, "a point without time")
    findings.expect(point.start_time_unix_nano <= point.time_unix_nano, path, "a start after the time")
    if kind in ("sum", "histogram", "exponential_histogram"):
        findings.expect(point.start_time_unix_nano, path, "a point of a sum or histogram without start")
    if kind in ("sum", "gauge"):
        findings.expect(point.WhichOneof("value") or point.flags & 1, path, "a point without value")
    if kind == "histogram":
        bounds, counts = list(point.explicit_bounds), list(point.bucket_counts)
        findings.expect(len(counts) == len(bounds) + 1, path, f"{len(counts)} buckets for {len(bounds)} bounds")
        findings.expect(sum(counts) == point.count, path, f"buckets add up to {sum(counts)}, count is {point.count}")
        findings.expect(all(a < b for a, b in zip(bounds, bounds[1:])), path, "bounds do not rise")
        findings.expect(point.HasField("sum"), path, "no sum")
    if kind == "exponential_histogram":
        check_exponential(point, path, findings)
    if kind in ("histogram", "exponential_histogram") and point.HasField("min") and point.HasField("max"):
        findings.expect(point.count and point.min <= point.max, path, "min and max of nothing, or out of order")
    for exemplar in getattr(point, "exemplars", []):
        check_optional_ids(exemplar, path + " exemplar", findings)
        findings.expect(exemplar.WhichOneof("value"), path, "an exemplar without value")
        findings.expect(
            point.start_time_unix_nano <= exemplar.time_unix_nano <= point.time_unix_nano, path,
            "an exemplar from another time than its point's")


def check_exponential(point, path, findings):
    findings.expect(-10 <= point.scale <= 20, path, f"scale {point.scale}")
    total = point.zero_count
    for side in (point.positive, point.negative):
        counts = list(side.bucket_counts)
        total += sum(counts)
        findings.expect(len(counts) <= 160, path, f"{len(counts)} buckets")
        findings.expect(not counts or (counts[0] and counts[-1]), path, "empty buckets at an end")
    findings.expect(total == point.count, path, f"buckets add up to {total}, count is {point.count}")
    findings.expect(point.HasField("sum"), path, "no sum")


def check(request, signal):
    findings = Findings()
    check_message(request, signal, findings)
    resources = {"traces": "resource_spans", "logs": "resource_logs", "metrics": "resource_metrics"}[signal]
    scopes = {"traces": "scope_spans", "logs": "scope_logs", "metrics": "scope_metrics"}[signal]
    items = {"traces": "spans", "logs": "log_records", "metrics": "metrics"}[signal]
    judge = {"traces": check_span, "logs": check_log_record, "metrics": check_metric}[signal]
    seen = set()
    for resource in getattr(request, resources):
        for scope in getattr(resource, scopes):
            for item in getattr(scope, items):
                judge(item, f"{signal} {getattr(item, 'name', '')!r}", findings)
                if signal == "traces":
                    identity = (item.trace_id, item.span_id)
                    findings.expect(identity not in seen, f"span {item.span_id.hex()}", "stands twice")
                    seen.add(identity)
    return findings


# JSON


def canonical(value, key=None):
    if isinstance(value, dict):
        members = {name: canonical(member, name) for name, member in value.items()}
        return {name: member for name, member in members.items() if member != {}}
    if isinstance(value, list):
        return [canonical(member) for member in value]
    if key in IDS:
        return base64.b64decode(value).hex()
    return value


def to_canonical(message):
    return canonical(json_format.MessageToDict(message, use_integers_for_enums=True))


def to_base64_ids(value, key=None):
    """From OTLP/JSON to the protobuf JSON mapping, which the library reads: ids are hexadecimal in the first only."""
    if isinstance(value, dict):
        return {name: to_base64_ids(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return [to_base64_ids(member) for member in value]
    if key in IDS:
        assert value == value.lower(), f"{key} {value!r} is not lower case"
        return base64.b64encode(bytes.fromhex(value)).decode()
    return value


def parse_line(line, signal):
    def unique(pairs):
        assert len(pairs) == len(dict(pairs)), f"a name stands twice in {[name for name, _ in pairs]}"
        return dict(pairs)

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    content = json.loads(line, object_pairs_hook=unique, parse_constant=refuse)
    return json_format.ParseDict(to_base64_ids(content), REQUESTS[signal]())


def main(mode, signal, path):
    with open(path, "rb") as file:
        raw = file.read()
    try:
        if mode == "lines":
            assert raw.endswith(b"\n"), "the last line has no end"
            requests = [parse_line(line, signal) for line in raw.decode("utf-8").split("\n")[:-1]]
        else:
            requests = [REQUESTS[signal].FromString(raw)]
    except Exception as error:
        print(f"{path}: not OTLP {signal}: {error}")
        return 2
    if mode == "check":
        findings = check(requests[0], signal)
        print("\n".join(findings))
        return 1 if findings else 0
    dump = [to_canonical(request) for request in requests]
    print(json.dumps(dump if mode == "lines" else dump[0], sort_keys=True))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("check", "json", "lines") or sys.argv[2] not in REQUESTS:
        print(__doc__)
        sys.exit(64)
    sys.exit(main(*sys.argv[1:]))

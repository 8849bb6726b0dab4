#!/usr/bin/env python3
"""Reads Prometheus pages by other means than they were written with (PyPI: prometheus-client, protobuf).

    prometheus_judge.py text         PAGE    text 0.0.4 and 1.0.0, by the official parser
    prometheus_judge.py openmetrics  PAGE    OpenMetrics 1.0.0, by the official parser
    prometheus_judge.py protobuf     PAGE    delimited io.prometheus.client.MetricFamily messages

Prints the page as JSON: a list of families {"name", "type", "unit", "help", "samples"}, a sample
{"name", "labels", "value", "exemplar", "native"}. Numbers are hexadecimal floats, so that they are exact.
Exit status: 0 read, 2 not such a page, 3 a library is not installed.
"""
import json
import sys

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from google.protobuf.unknown_fields import UnknownFieldSet
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
    from prometheus_client.parser import text_string_to_metric_families as parse_text
except ImportError as error:
    print(f"{error}: run `make test`, which installs prometheus-client and protobuf")
    sys.exit(3)


def number(value):
    return float(value).hex()


# Text


def exemplar_of(sample):
    if not sample.exemplar:
        return None
    time = sample.exemplar.timestamp
    return {
        "labels": sample.exemplar.labels,
        "value": number(sample.exemplar.value),
        "time": None if time is None else f"{time.sec}.{time.nsec:09d}",
    }


def read_text(page, parse):
    text = page.decode("utf-8")
    if not text:
        return []
    return [
        {
            "name": family.name, "type": family.type, "unit": family.unit, "help": family.documentation,
            "samples": [
                {
                    "name": sample.name, "labels": sample.labels, "value": number(sample.value),
                    "exemplar": exemplar_of(sample), "native": None,
                }
                for sample in family.samples
            ],
        }
        for family in parse(text)
    ]


# Protobuf: the fields of io/prometheus/client/metrics.proto, stated here once more

FIELDS = {
    "LabelPair": {1: ("name", "string"), 2: ("value", "string")},
    "Timestamp": {1: ("seconds", "int64"), 2: ("nanos", "int32")},
    "Exemplar": {1: ("label", "*LabelPair"), 2: ("value", "double"), 3: ("timestamp", "Timestamp")},
    "Gauge": {1: ("value", "double")},
    "Counter": {1: ("value", "double"), 2: ("exemplar", "Exemplar"), 3: ("start_timestamp", "Timestamp")},
    "Bucket": {1: ("cumulative_count", "uint64"), 2: ("upper_bound", "double"), 3: ("exemplar", "Exemplar")},
    "BucketSpan": {1: ("offset", "sint32"), 2: ("length", "uint32")},
    "Histogram": {
        1: ("sample_count", "uint64"), 2: ("sample_sum", "double"), 3: ("bucket", "*Bucket"), 5: ("schema", "sint32"),
        6: ("zero_threshold", "double"), 7: ("zero_count", "uint64"), 9: ("negative_span", "*BucketSpan"),
        10: ("negative_delta", "*sint64"), 12: ("positive_span", "*BucketSpan"), 13: ("positive_delta", "*sint64"),
        15: ("start_timestamp", "Timestamp"), 16: ("exemplars", "*Exemplar"),
    },
    "Metric": {
        1: ("label", "*LabelPair"), 2: ("gauge", "Gauge"), 3: ("counter", "Counter"), 7: ("histogram", "Histogram"),
    },
    "MetricFamily": {
        1: ("name", "string"), 2: ("help", "string"), 3: ("type", "int32"), 4: ("metric", "*Metric"), 5: ("unit", "string"),
    },
}
TYPES = {0: "counter", 1: "gauge", 4: "histogram"}


def family_class():
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="metrics.proto", package="judge", syntax="proto2")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for tag, (field, kind) in fields.items():
            added = message.field.add(name=field, number=tag)
            added.label = kinds.LABEL_REPEATED if kind.startswith("*") else kinds.LABEL_OPTIONAL
            kind = kind.lstrip("*")
            if kind in FIELDS:
                added.type, added.type_name = kinds.TYPE_MESSAGE, f".judge.{kind}"
            else:
                added.type = getattr(kinds, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("judge.MetricFamily"))


def messages(page, message_class):
    position = 0
    while position < len(page):
        size = shift = 0
        while True:
            byte = page[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        assert position + size <= len(page), "the last message is cut off"
        yield message_class.FromString(page[position:position + size])
        position += size


def check_known(message):
    assert not len(UnknownFieldSet(message)), f"unknown fields in {message.DESCRIPTOR.name}"
    for field, value in message.ListFields():
        if field.message_type:
            for nested in value if field.is_repeated else [value]:
                check_known(nested)


def labels_of(pairs):
    labels = {pair.name: pair.value for pair in pairs}
    assert len(labels) == len(pairs), f"a label stands twice in {pairs}"
    return labels


def exemplar(message):
    return {
        "labels": labels_of(message.label),
        "value": number(message.value),
        "time": f"{message.timestamp.seconds}.{message.timestamp.nanos:09d}",
    }


def sample(name, labels, value, shown=None, native=None):
    return {"name": name, "labels": labels, "value": number(value), "exemplar": shown, "native": native}


def absolute(spans, deltas):
    assert sum(span.length for span in spans) == len(deltas), "spans and deltas differ in length"
    counts, index, count, rest = {}, 0, 0, iter(deltas)
    for position, span in enumerate(spans):
        assert position == 0 or span.offset >= 0, "a span goes back"
        index += span.offset
        for _ in range(span.length):
            count += next(rest)
            assert count >= 0, "a count below zero"
            if count:
                counts[str(index)] = count
            index += 1
    return counts


def native(histogram):
    if not histogram.HasField("schema"):
        return None
    positive = absolute(histogram.positive_span, histogram.positive_delta)
    negative = absolute(histogram.negative_span, histogram.negative_delta)
    total = histogram.zero_count + sum(positive.values()) + sum(negative.values())
    assert total == histogram.sample_count, f"{total} in the buckets, {histogram.sample_count} in all"
    assert -4 <= histogram.schema <= 8, f"schema {histogram.schema}"
    return {
        "schema": histogram.schema, "zeroThreshold": number(histogram.zero_threshold),
        "zeroCount": histogram.zero_count, "positive": positive, "negative": negative,
        "exemplars": [exemplar(one) for one in histogram.exemplars],
    }


def bound(value):
    return "+Inf" if value == float("inf") else repr(value)


def samples_of(name, kind, metric):
    labels = labels_of(metric.label)
    data = getattr(metric, kind)
    assert metric.HasField(kind), f"{name} is a {kind} without one"
    if kind == "gauge":
        return [sample(name, labels, data.value)]
    if kind == "counter":
        return [sample(name, labels, data.value, exemplar(data.exemplar) if data.HasField("exemplar") else None)]
    buckets = [
        sample(
            name + "_bucket", {**labels, "le": bound(bucket.upper_bound)}, bucket.cumulative_count,
            exemplar(bucket.exemplar) if bucket.HasField("exemplar") else None)
        for bucket in data.bucket
    ]
    counts = [bucket.cumulative_count for bucket in data.bucket]
    assert counts == sorted(counts) and (not counts or counts[-1] == data.sample_count), f"buckets {counts}"
    return buckets + [
        sample(name + "_sum", labels, data.sample_sum),
        sample(name + "_count", labels, data.sample_count, None, native(data)),
    ]


def read_protobuf(page):
    families = []
    for message in messages(page, family_class()):
        check_known(message)
        kind = TYPES[message.type]
        samples = [sample for metric in message.metric for sample in samples_of(message.name, kind, metric)]
        series = {(sample["name"], tuple(sorted(sample["labels"].items()))) for sample in samples}
        assert len(series) == len(samples), f"{message.name}: a series stands twice"
        families.append(
            {"name": message.name, "type": kind, "unit": message.unit, "help": message.help, "samples": samples})
    names = [family["name"] for family in families]
    assert len(names) == len(set(names)), f"a family stands twice in {names}"
    return families


READERS = {
    "text": lambda page: read_text(page, parse_text),
    "openmetrics": lambda page: read_text(page, parse_openmetrics),
    "protobuf": read_protobuf,
}


def main(syntax, path):
    with open(path, "rb") as file:
        page = file.read()
    try:
        families = READERS[syntax](page)
    except Exception as error:
        print(f"not a page of {syntax}: {type(error).__name__}: {error}")
        return 2
    print(json.dumps(families))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in READERS:
        print(__doc__)
        sys.exit(64)
    sys.exit(main(*sys.argv[1:]))

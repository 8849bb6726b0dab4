#!/usr/bin/env python3
"""Judges a trace against Perfetto's official Python messages (PyPI: perfetto) and by what its reader relies on.

    perfetto_judge.py check TRACE            findings, one a line
    perfetto_judge.py text  TRACE            what a person would see: tracks, slices, arrows

Exit status: 0 clean, 1 findings, 2 no trace at all, 3 the messages are not installed.
"""
import sys

try:
    from google.protobuf.message import DecodeError
    from google.protobuf.unknown_fields import UnknownFieldSet
    from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as perfetto
except ImportError as error:
    print(f"{error}: run `make test`, which installs perfetto")
    sys.exit(3)

BEGIN, END, INSTANT = (perfetto.TrackEvent.Type.Value(f"TYPE_{name}") for name in ("SLICE_BEGIN", "SLICE_END", "INSTANT"))
CLEARED = perfetto.TracePacket.SequenceFlags.Value("SEQ_INCREMENTAL_STATE_CLEARED")
NEEDED = perfetto.TracePacket.SequenceFlags.Value("SEQ_NEEDS_INCREMENTAL_STATE")


class Findings(list):
    def expect(self, holds, path, text):
        if not holds:
            self.append(f"{path}: {text}")


def check_known(message, path, findings):
    """No field that the messages do not have, no number that an enum does not have."""
    for field in UnknownFieldSet(message):
        findings.append(f"{path}: unknown field {field.field_number}")
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        for index, nested in enumerate(values):
            if field.enum_type:
                findings.expect(nested in field.enum_type.values_by_number, path, f"unknown {field.name} {nested}")
            if field.message_type:
                check_known(nested, f"{path}.{field.name}[{index}]", findings)


class Reader:
    """Reads packet by packet, as the trace processor does, and notes what it would have to guess or drop."""

    def __init__(self, findings):
        self.findings = findings
        self.is_cleared = False
        self.last_time = 0
        self.names, self.annotations, self.tracks = {}, {}, {}
        self.open, self.flows = {}, {}
        self.lines = []

    def read(self, packet, path):
        expect = self.findings.expect
        expect(packet.trusted_packet_sequence_id != 0, path, "without a sequence")
        self.is_cleared |= bool(packet.sequence_flags & CLEARED)
        expect(self.is_cleared, path, "before the incremental state was cleared")
        for name in packet.interned_data.event_names:
            expect(name.iid not in self.names and name.iid != 0, path, f"name {name.iid} defined twice")
            self.names[name.iid] = name.name
        for name in packet.interned_data.debug_annotation_names:
            self.annotations[name.iid] = name.name
        if packet.HasField("timestamp"):
            expect(packet.timestamp >= self.last_time, path, "before the packet that it follows")
            self.last_time = packet.timestamp
        if packet.HasField("track_descriptor"):
            self.read_track(packet.track_descriptor, path)
        if packet.HasField("track_event"):
            expect(packet.HasField("timestamp"), path, "an event without a time")
            expect(packet.sequence_flags & NEEDED, path, "uses interned names but does not say so")
            self.read_event(packet.track_event, packet.timestamp, path)

    def read_track(self, track, path):
        expect = self.findings.expect
        expect(track.uuid != 0 and track.uuid not in self.tracks, path, f"track {track.uuid} defined twice")
        if not track.HasField("process"):
            expect(track.parent_uuid in self.tracks, path, f"parent {track.parent_uuid} not defined")
        self.tracks[track.uuid] = track.name or track.process.process_name
        parent = self.tracks.get(track.parent_uuid)
        self.lines.append(f"track {self.tracks[track.uuid]!r}" + (f" under {parent!r}" if parent else ""))

    def read_event(self, event, time, path):
        expect = self.findings.expect
        expect(event.track_uuid in self.tracks, path, f"track {event.track_uuid} not defined")
        track = self.tracks.get(event.track_uuid)
        name = ""
        if event.type == END:
            expect(self.open.pop(event.track_uuid, None) is not None, path, f"no slice to end on {track!r}")
        else:
            expect(event.name_iid in self.names, path, f"name {event.name_iid} not defined")
            name = self.names.get(event.name_iid)
        if event.type == BEGIN:
            expect(event.track_uuid not in self.open, path, f"overlapping slices on {track!r}")
            self.open[event.track_uuid] = name
        texts = []
        for annotation in event.debug_annotations:
            expect(annotation.name_iid in self.annotations, path, f"annotation {annotation.name_iid} not defined")
            texts.append(f"{self.annotations.get(annotation.name_iid)}={annotation.uint_value}")
        for flow in event.flow_ids:
            expect(flow not in self.flows, path, f"arrow {flow} begins twice")
            self.flows[flow] = [time]
            texts.append(f"arrow {flow & 0xFFFFFFFF} begins")
        for flow in event.terminating_flow_ids:
            expect(len(self.flows.get(flow, [])) == 1, path, f"arrow {flow} ends without its beginning")
            self.flows.setdefault(flow, [time]).append(time)
            texts.append(f"arrow {flow & 0xFFFFFFFF} ends")
        kind = {BEGIN: "begin", END: "end", INSTANT: "instant"}.get(event.type, "?")
        self.lines.append(f"{time} {track!r} {kind} {name}  {', '.join(texts)}".rstrip())

    def finish(self):
        for uuid, name in self.open.items():
            self.findings.append(f"slice {name!r} on {self.tracks.get(uuid)!r} has no end")
        for flow, times in self.flows.items():
            self.findings.expect(len(times) == 2, "flows", f"arrow {flow} has one end")


def main():
    mode, path = sys.argv[1:]
    trace = perfetto.Trace()
    try:
        with open(path, "rb") as file:
            trace.ParseFromString(file.read())
    except DecodeError as error:
        print(error)
        return 2
    findings = Findings()
    check_known(trace, "trace", findings)
    findings.expect(len(trace.packet) > 0, "trace", "empty")
    clocks = [clock.clock_id for packet in trace.packet for clock in packet.clock_snapshot.clocks]
    findings.expect(sorted(clocks) == [1, 6], "clocks", f"not real time and boot time once each: {clocks}")
    reader = Reader(findings)
    for index, packet in enumerate(trace.packet):
        reader.read(packet, f"packet[{index}]")
    reader.finish()
    print("\n".join(reader.lines if mode == "text" else findings[:50]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

extension TaskDump {
    /// Byte by byte what `JSONEncoder` makes of it with sorted keys and plain slashes, and a line feed.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 1_024 + tasks.count * 384)
        writer.object { dump in
            dump.name("cycles")
            dump.array(cycles) { cycle, writer in writer.array(cycle) { $1.number($0) } }
            if let failure {
                dump.name("failure")
                failure.write(to: &dump)
            }
            dump.name("process")
            dump.object { member in
                member.name("id")
                member.number(process.id)
                member.name("name")
                member.text(process.name)
            }
            dump.name("stacks")
            dump.array(stacks) { stack, writer in writer.array(stack) { $0.write(to: &$1) } }
            dump.name("tasks")
            dump.array(tasks) { $0.write(to: &$1) }
            dump.name("tiers")
            dump.array(tiers) { $0.write(to: &$1) }
            dump.name("time_unix_nano")
            dump.number(time)
            dump.name("untracked")
            dump.number(untracked)
            dump.name("version")
            dump.number(version)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension SagaFailure {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { member in
            member.optional("error_type", errorType)
            member.name("left_out")
            member.number(leftOut)
            member.optional("message", message)
            member.optional("result", result)
            member.name("run")
            member.text(run)
            member.name("saga")
            member.text(saga)
            member.optional("step", step)
        }
    }
}

extension LiveTask {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { member in
            member.name("age_ns")
            member.number(age)
            member.name("blocked_ns")
            member.number(blocked)
            member.name("busy_ns")
            member.number(busy)
            member.name("cancelled")
            member.flag(isCancelled)
            member.name("id")
            member.number(id)
            member.name("kind")
            member.text(kind.rawValue)
            member.optional("name", name)
            member.optional("parent", parent)
            member.name("priority")
            member.number(priority)
            member.name("ready_ns")
            member.number(ready)
            member.name("runs")
            member.number(runs)
            if let saga {
                member.name("saga")
                saga.write(to: &member)
            }
            member.optional("stack", stack)
            member.name("state")
            member.text(state.rawValue)
            member.name("state_age_ns")
            member.number(stateAge)
            if let waitsFor {
                member.name("waits_for")
                waitsFor.write(to: &member)
            }
            member.name("warnings")
            member.array(warnings) { $1.text($0) }
        }
    }
}

extension SagaMembership {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { member in
            member.name("name")
            member.text(saga)
            member.name("orphan")
            member.flag(isOrphan)
            member.name("run")
            member.text(run)
            member.optional("step", step)
        }
    }
}

extension WaitTarget {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { member in
            member.optional("executor", executor)
            member.name("kind")
            member.text(kind.rawValue)
            member.name("tasks")
            member.array(tasks) { $1.number($0) }
        }
    }
}

extension StackFrame {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { member in
            member.name("address")
            member.number(address)
            member.optional("file", file)
            member.optional("function", function)
            member.optional("line", line)
            member.optional("module", module)
            member.name("offset")
            member.number(offset)
            member.name("system")
            member.flag(isSystem)
        }
    }
}

extension TrackingTier {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { member in
            member.name("on")
            member.flag(isOn)
            member.optional("reason", reason)
            member.name("tier")
            member.number(tier.rawValue)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func optional(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        self.name(name)
        text(value)
    }

    fileprivate mutating func optional(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        self.name(name)
        number(value)
    }
}

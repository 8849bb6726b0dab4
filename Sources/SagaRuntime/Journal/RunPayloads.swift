/// What stands in the first record of a run.
package struct RunHeader: Codable, Sendable, Hashable {
    /// The application's own id of the run.
    var key: String
    var version: UInt32
    /// Of the definition's graph, so that a changed definition is found out.
    var graph: UInt64
    /// The input as JSON.
    var input: String
    /// Unix ns; nil: none.
    var deadline: UInt64?

    package init(key: String, version: UInt32, graph: UInt64, input: String, deadline: UInt64? = nil) {
        self.key = key
        self.version = version
        self.graph = graph
        self.input = input
        self.deadline = deadline
    }

    package var payload: [UInt8] { JSONPayload.text(self) }
}

/// Why a step, a compensation or a run did not succeed.
public struct RecordedError: Codable, Sendable, Hashable {
    /// `error.type`.
    public var type: String
    public var message: String
    /// `saga.result` of it alone: `failure` where the business said no.
    public var result: String

    public init(type: String, message: String, result: String) {
        self.type = type
        self.message = message
        self.result = result
    }
}

/// What stands in the record of an attempt that failed.
struct FailurePayload: Codable, Sendable, Hashable {
    var error: RecordedError
    /// It is not tried again.
    var isFinal: Bool
    /// The step has certainly not been done: the business said no, or it never began.
    var isWithoutEffect: Bool
}

/// What stands in the last record of a run.
struct OutcomePayload: Codable, Sendable, Hashable {
    var result: String
    var error: RecordedError?
    /// By step, as JSON; left out when they would not fit into a record.
    var outputs: [String: String]?
}

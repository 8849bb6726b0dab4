import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import TaskInspection

// One sentence a case. The switches are exhaustive, so that a new case does not compile without one.

extension SagaResult {
    var meaning: String {
        switch self {
        case .success: "The body returned, and nothing was compensated."
        case .compensated: "At least one compensation ran, and none threw, whether or not the body threw."
        case .failure: "The business said no: a `SagaError` whose `sagaResult` is `.failure`."
        case .error: "Any other error."
        case .timeout: "A `SagaError` that says so, or an error whose type or text calls itself a timeout."
        case .cancellation: "`CancellationError`, or a `SagaError` that says so."
        case .compensationFailed: "At least one compensation threw."
        }
    }
}

extension BlockReason {
    var meaning: String {
        switch self {
        case .task: "The value of a `SagaTask`."
        case .group: "The next result of a saga task group."
        case .unknown: "Anything else: I/O, a timer, a continuation, an actor."
        }
    }
}

extension TaskState {
    var meaning: String {
        switch self {
        case .ready: "Enqueued, waiting for a thread."
        case .running: "On a thread."
        case .blocked: "Suspended. A plain child task that has ended counts here until the scope around it ends."
        }
    }
}

extension TaskWarning {
    var meaning: String {
        switch self {
        case .ghost: "Alive after its saga's run has ended, and not a `SagaTask` with `mayOutliveSaga`."
        case .poolHog: "One run took `SAGASCOPE_POOL_HOG_THRESHOLD` without suspending. Any task; once in its life."
        case .waitCycle: "It waits for tasks that wait for it: none of them can ever go on. Any task."
        case .lostResume:
            "It has waited for `SAGASCOPE_LOST_RESUME_THRESHOLD` for a continuation, which is no timer and not resumed on an actor."
        case .ignoresCancellation:
            "It was seen to be cancelled, and is alive `SAGASCOPE_IGNORED_CANCELLATION_THRESHOLD` later."
        case .poolStarved: "It has been ready for `SAGASCOPE_POOL_STARVED_THRESHOLD`, and no thread took it."
        case .yieldStorm:
            "It ran `SAGASCOPE_YIELD_STORM_RUNS` times from one look to the next, and most of its runs ended by being ready again at once."
        case .outlivesCompensation:
            "Made while its saga was inside a step or that step's compensation, and alive when the compensation has closed."
        }
    }
}

extension DropReason {
    var meaning: String {
        switch self {
        case .queueFull: "The recording thread's ring had no room: recording was faster than exporting."
        case .recordTooLarge: "One span or event was larger than 64 KiB less 16 bytes."
        case .refused: "The collector answered that it will never take the request: 400, 401, 404, 413, …"
        case .retriesExhausted: "The collector answered 429, 502, 503 or 504 until attempts or time ran out."
        case .unreachable: "No answer at all: nothing listens, a black hole, a reset."
        case .ioError: "The file could not be written: disk full, no permission."
        case .shutdown: "The process stopped before the record could be sent."
        case .unreported: "The exporter did not say what became of the record: a fault of the exporter."
        }
    }
}

extension MetricDescriptor.Kind {
    var meaning: String {
        switch self {
        case .counter: "counter"
        case .upDownCounter: "up-down counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}

extension Severity {
    var meaning: String {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warn: "WARN"
        case .error: "ERROR"
        }
    }
}

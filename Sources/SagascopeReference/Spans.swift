/// The spans that Sagascope makes by itself. A test compares their attributes with those of a real run.
struct SpanReference {
    /// The name's first word, by which a span is known, and the rest of it.
    let name: String
    let placeholder: String
    let parent: String
    let links: String
    let meaning: String
    let attributes: [String]

    static let all = [
        SpanReference(
            name: "run", placeholder: "{saga.name}", parent: "the caller's span; none begins a trace", links: "",
            meaning: "`withSaga`. Its kind is the one it was given; every other span here is internal.",
            attributes: [
                "saga.operation.name", "saga.name", "saga.run.id", "saga.run.key", "saga.definition.version",
                "saga.run.attempt", "saga.result",
                "saga.critical.step", "saga.critical.wait", "saga.critical.duration", "saga.critical.share",
                "saga.critical.complete", "error.type",
            ]),
        SpanReference(
            name: "step", placeholder: "{saga.step.name}", parent: "the span around it",
            links: "`retries`: the attempt before",
            meaning: "`withStep` and `addStep`: one attempt. Outside a saga it has `saga.step.name` alone.",
            attributes: [
                "saga.name", "saga.run.id", "saga.step.name", "saga.step.index", "saga.step.attempt", "error.type",
            ]),
        SpanReference(
            name: "compensate", placeholder: "{saga.step.name}", parent: "the span around it",
            links: "`compensates`: the last attempt of the step",
            meaning: "`withCompensation`. Outside a saga it has no attributes.",
            attributes: [
                "saga.name", "saga.run.id", "saga.step.name", "saga.compensation.order", "saga.compensation.reason",
                "error.type",
            ]),
        SpanReference(
            name: "task", placeholder: "{name}", parent: "the span around its creation", links: "",
            meaning: """
                `SagaTask`, `addTask` and `addStep`, and, without a name, each plain child task of a run. Made only while \
                tasks are tracked.
                """,
            attributes: [
                "saga.name", "saga.step.name", "saga.task.id", "saga.task.parent.id", "saga.task.polls",
                "saga.task.busy.duration", "saga.task.ready.duration", "saga.task.blocked.duration", "error.type",
            ]),
    ]
}

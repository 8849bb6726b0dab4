#if AdminServer
import Hummingbird
import RunInspection
import SagaLog

/// What a request below `/debug/runs` asks for.
enum RunsRequest: Sendable, Equatable {
    case list(RunFilter)
    case detail(RunName)
    case change(RunChange)

    static let path = "/debug/runs"

    /// - Returns: nil for a path that is none of these.
    /// - Throws: ``RunProblem`` for a query that makes no sense.
    init?(_ request: Request) throws(RunProblem) {
        let path = request.uri.path
        guard path.hasPrefix(Self.path) else { return nil }
        let rest = path.dropFirst(Self.path.count)
        let query = RunsQuery(request)
        guard !rest.isEmpty else {
            self = .list(try RunFilter(query))
            return
        }
        let parts = rest.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard rest.first == "/", let first = parts.first, let name = PercentText.decode(first), !name.isEmpty else {
            return nil
        }
        switch parts.count {
        case 1:
            try query.check(allowed: [])
            self = .detail(RunName(name))
        case 2:
            guard let action = RunAnswer.Action(rawValue: String(parts[1])) else { return nil }
            self = .change(try RunChange(action, RunName(name), query))
        default: return nil
        }
    }

    var isChange: Bool {
        if case .change = self { true } else { false }
    }
}

/// What is to be done with a run.
struct RunChange: Sendable, Equatable {
    let action: RunAnswer.Action
    let run: RunName
    /// Of ``RunAnswer/Action/resolve``.
    var step = ""
    /// Who did it by hand.
    var person = ""
    /// Of ``RunAnswer/Action/cancel``.
    var reason = "cancelled by hand"
    /// How long an end is waited for before the answer says that it is under way.
    var patience = Duration.seconds(5)

    private static let longestText = 1_024

    init(_ action: RunAnswer.Action, _ run: RunName, _ query: RunsQuery) throws(RunProblem) {
        (self.action, self.run) = (action, run)
        switch action {
        case .retry:
            try query.check(allowed: ["wait"])
            patience = try query.seconds("wait", upTo: 60) ?? patience
        case .resolve:
            try query.check(allowed: ["step", "by", "wait"])
            guard let step = query["step"], !step.isEmpty else {
                throw RunProblem(.malformed, "which step was undone by hand? Name it: resolve?step=…")
            }
            self.step = step
            person = (query["by"] ?? "").shortened(to: Self.longestText)
            patience = try query.seconds("wait", upTo: 60) ?? patience
        case .cancel:
            try query.check(allowed: ["reason"])
            if let reason = query["reason"], !reason.isEmpty { self.reason = reason.shortened(to: Self.longestText) }
        }
    }
}

/// The query of a request.
struct RunsQuery {
    private let values: [String: String]

    init(_ request: Request) {
        let pairs = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        values = Dictionary(pairs) { first, _ in first }
    }

    subscript(name: String) -> String? { values[name] }

    /// - Throws: for any other parameter: a mistyped filter would show everything.
    func check(allowed: Set<String>) throws(RunProblem) {
        guard let unknown = values.keys.filter({ !allowed.contains($0) }).min() else { return }
        let known = allowed.isEmpty ? "there is none here" : "there are \(allowed.sorted().joined(separator: ", "))"
        throw RunProblem(.malformed, "no parameter is called “\(unknown.shortened(to: 40))”: \(known)")
    }

    func seconds(_ name: String, upTo limit: Double) throws(RunProblem) -> Duration? {
        guard let text = self[name] else { return nil }
        guard let seconds = Double(text), (0...limit).contains(seconds) else {
            throw RunProblem(.malformed, "\(name) is a number of seconds from 0 to \(Int(limit))")
        }
        return .seconds(seconds)
    }
}

extension RunFilter {
    static let parameters: Set<String> = ["saga", "state", "stuck", "dead_letters", "limit"]
    static let states = RunState.allCases.map(\.description) + ["quarantined"]

    init(_ query: RunsQuery) throws(RunProblem) {
        self.init()
        try query.check(allowed: Self.parameters)
        saga = query["saga"]
        if let state = query["state"] {
            guard Self.states.contains(state) else {
                throw RunProblem(.malformed, "state is one of \(Self.states.joined(separator: ", "))")
            }
            self.state = state
        }
        stuck = try query.seconds("stuck", upTo: 1e9).map { UInt64($0 / .nanoseconds(1)) }
        if let text = query["dead_letters"] {
            guard ["0", "1"].contains(text) else { throw RunProblem(.malformed, "dead_letters is 0 or 1") }
            deadLetters = text == "1"
        }
        guard let text = query["limit"] else { return }
        guard let limit = Int(text), (1...Self.maximumLimit).contains(limit) else {
            throw RunProblem(.malformed, "limit is a number from 1 to \(Self.maximumLimit)")
        }
        self.limit = limit
    }
}
#endif

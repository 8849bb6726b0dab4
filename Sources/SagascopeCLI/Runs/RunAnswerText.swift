import RunInspection
import SagaRuntime
import TaskInspection

/// What came of a change, for people.
struct RunAnswerText {
    private let answer: RunAnswer

    private static let textBytes = 200

    init(_ answer: RunAnswer) { self.answer = answer }

    var text: String {
        let name = "run \(answer.run) (\(answer.saga), id \(answer.id.shortened(to: Self.textBytes)))"
        return "\(name): \(happened)".printable + "\n"
    }

    private var happened: String {
        let letters = answer.deadLetters.joined(separator: ", ").shortened(to: Self.textBytes)
        switch answer.action {
        case .cancel:
            return answer.report.map { "is being undone; it is \($0.state)" } ?? "has ended"
        case .resolve:
            guard answer.report != nil else { return "the last dead letter is settled, and the run is closed" }
            return letters.isEmpty ? "is being closed" : "settled; dead letters left: \(letters)"
        case .retry:
            guard let result = answer.result else {
                return "is under way; it is \(answer.report?.state ?? "closed")"
            }
            let error = answer.error.map { " (\($0.type): \($0.message.shortened(to: Self.textBytes)))" } ?? ""
            return letters.isEmpty
                ? "has ended: \(result)\(error)" : "tried again, and dead letters are left: \(letters)"
        }
    }
}

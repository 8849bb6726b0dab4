import Hummingbird

/// What a participant says: a status, a code for programs and a message for people.
struct Answer: Codable, Equatable, Sendable, ResponseCodable {
    let status: Int
    /// From a small set, such as `card_expired`: it becomes `error.type` of a refused step.
    let code: String
    let message: String

    static func done(_ message: String) -> Answer { Answer(status: 200, code: "done", message: message) }

    /// The business says no: asking again gets the same answer.
    static func refused(_ code: String, _ message: String) -> Answer {
        Answer(status: 409, code: code, message: message)
    }

    static let unavailable = Answer(status: 503, code: "unavailable", message: "try again later")

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = try context.responseEncoder.encode(self, from: request, context: context)
        response.status = HTTPResponse.Status(code: status)
        return response
    }
}

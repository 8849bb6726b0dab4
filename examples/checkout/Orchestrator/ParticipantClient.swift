import AsyncHTTPClient
import Foundation
import Hummingbird
import NIOCore
import NIOHTTP1

/// Calls one participant. The HTTP client makes the client spans and sends the `traceparent` header by itself.
struct ParticipantClient: Sendable {
    let name: String
    let url: String
    let http: HTTPClient
    /// Of one call.
    let timeout: Duration

    /// Sends one request about an order and waits for its answer.
    ///
    /// - Parameter key: the same for every delivery of the request.
    /// - Throws: ``CheckoutError``, or `CancellationError` when the task was cancelled.
    func send(_ method: HTTPMethod, _ path: String, _ key: IdempotencyKey, of order: Order) async throws {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers.add(name: IdempotencyKey.header, value: key.text)
        if method == .PUT {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(order)))
        }
        let (status, body) = try await answer(to: request)
        switch status {
        case 200: return
        case 400..<500:
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView))
            throw CheckoutError.refused(by: name, code: answer.code, message: answer.message)
        default:
            throw CheckoutError.unavailable(name, status: Int(status))
        }
    }

    private func answer(to request: HTTPClientRequest) async throws -> (status: UInt, body: ByteBuffer) {
        do {
            let response = try await http.execute(request, timeout: TimeAmount(timeout))
            return (response.status.code, try await response.body.collect(upTo: 64 * 1024))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout {
            throw CheckoutError.timedOut(name)
        } catch {
            // A cancelled task learns of it as an error of the connection; what it should see is the cancellation.
            try Task.checkCancellation()
            throw CheckoutError.connectionLost(name)
        }
    }
}

struct StockClient: Sendable {
    let client: ParticipantClient

    func reserve(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.PUT, "/reservations/\(order.id)", key, of: order)
    }

    func confirm(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.POST, "/reservations/\(order.id)/sale", key, of: order)
    }

    func release(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.DELETE, "/reservations/\(order.id)", key, of: order)
    }
}

struct PaymentClient: Sendable {
    let client: ParticipantClient

    func charge(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.PUT, "/charges/\(order.id)", key, of: order)
    }

    func refund(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.DELETE, "/charges/\(order.id)", key, of: order)
    }
}

struct ShippingClient: Sendable {
    let client: ParticipantClient

    func book(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.PUT, "/parcels/\(order.id)", key, of: order)
    }

    func cancel(_ order: Order, _ key: IdempotencyKey) async throws {
        try await client.send(.DELETE, "/parcels/\(order.id)", key, of: order)
    }
}

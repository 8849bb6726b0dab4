import Foundation
import Synchronization

/// A collector that misbehaves as told: HTTP/1.1 on a free port of the loopback interface.
///
/// The n-th request of the server's life gets the n-th reply, over whichever connection it comes; the last reply
/// repeats.
final class FaultServer: Sendable {
    /// Bytes to send and what to do with the connection then.
    struct Reply: Sendable {
        enum Ending: Sendable {
            /// Wait for the next request, as HTTP/1.1 does; after half an answer or none, this is a black hole.
            case stay
            /// Close in the ordinary way.
            case close
            /// Close with RST; the other side may then never see what was sent before.
            case reset
        }

        var bytes: [UInt8]
        var ending: Ending = .stay

        static func status(_ code: Int, headers: [String: String] = [:], body: [UInt8] = []) -> Reply {
            var head = "HTTP/1.1 \(code) Test\r\nContent-Length: \(body.count)\r\n"
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            return Reply(bytes: Array((head + "\r\n").utf8) + body)
        }

        static let silence = Reply(bytes: [])

        /// The beginning of an answer that announces 100 bytes of body and sends three.
        static func cutShort(_ code: Int, _ ending: Ending) -> Reply {
            Reply(bytes: Array("HTTP/1.1 \(code) Test\r\nContent-Length: 100\r\n\r\nabc".utf8), ending: ending)
        }
    }

    struct Request: Sendable {
        let path: String
        /// By lower-case name.
        let headers: [String: String]
        let body: [UInt8]
    }

    private struct State {
        var requests: [Request] = []
        var connections: Set<Int32> = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let port: Int
    private let listener: Int32
    private let replies: [Reply]
    private let state = Mutex(State())
    /// Signalled when the listener is closed.
    private let closed = DispatchSemaphore(value: 0)

    init(_ replies: [Reply]) throws {
        self.replies = replies
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        Thread.detachNewThread { [self] in acceptConnections() }
    }

    /// Runs `body` with a server that stops afterwards.
    static func with<Result>(_ replies: Reply..., body: (FaultServer) async throws -> Result) async throws -> Result {
        let server = try FaultServer(replies)
        defer { server.stop() }
        return try await body(server)
    }

    var endpoint: String { "http://127.0.0.1:\(port)" }

    var requests: [Request] { state.withLock { $0.requests } }

    /// Returns when `count` requests have been read to their end.
    func requestsArrived(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func stop() {
        // Wakes the accepting thread, which alone closes the listener: closed here, its number could already be that of
        // another server when the thread accepts for the last time.
        shutdown(listener, Int32(SHUT_RDWR))
        closed.wait()
        state.withLock { state in
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptConnections() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            state.withLock { _ = $0.connections.insert(connection) }
            Thread.detachNewThread { [self] in serve(connection) }
        }
        close(listener)
        closed.signal()
    }

    private func serve(_ connection: Int32) {
        while let request = Self.read(from: connection) {
            let (number, watchers) = state.withLock { state in
                state.requests.append(request)
                let count = state.requests.count
                let due = state.watchers.filter { $0.count <= count }
                state.watchers.removeAll { $0.count <= count }
                return (count, due)
            }
            for watcher in watchers { watcher.continuation.resume() }
            let reply = replies[min(number, replies.count) - 1]
            _ = reply.bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if reply.ending == .close { break }
            if reply.ending == .reset {
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                break
            }
        }
        // Out of the set first: a closed number may soon be another descriptor, which `stop` must not touch.
        state.withLock { _ = $0.connections.remove(connection) }
        close(connection)
    }

    /// One request with a Content-Length; nil at the end of the connection.
    private static func read(from connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 << 10)
        func more() -> Bool {
            let count = recv(connection, &part, part.count, 0)
            if count > 0 { bytes += part[..<count] }
            return count > 0
        }
        var headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8))
        while headEnd == nil {
            guard more() else { return nil }
            headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8))
        }
        guard let headEnd else { return nil }
        let lines = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let length = Int(headers["content-length"] ?? "0") ?? 0
        while bytes.count < headEnd.upperBound + length {
            guard more() else { return nil }
        }
        let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
        return Request(path: path, headers: headers, body: Array(bytes[headEnd.upperBound...].prefix(length)))
    }
}
